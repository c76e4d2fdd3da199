import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  consistencyRanges, EMPTY_ROOT, growTree, hashLeaf, inclusionRanges, nodeHash, nodesOf, rangeHash, sameHash, treeHash, verifyConsistency, verifyInclusion, type Hash, type Node,
} from './index.ts'

// The definitions of RFC 6962, section 2.1, word for word, over contents; slow, and shares nothing with the engine.

const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest()
const split = (n: number): number => { let k = 1; while (k * 2 < n) k *= 2; return k }

function mth(d: readonly Buffer[]): Buffer {
  if (d.length === 0) return sha256()
  if (d.length === 1) return sha256(Buffer.from([0]), d[0]!)
  const k = split(d.length)
  return sha256(Buffer.from([1]), mth(d.slice(0, k)), mth(d.slice(k)))
}

function path(m: number, d: readonly Buffer[]): Buffer[] {
  if (d.length === 1) return []
  const k = split(d.length)
  return m < k ? [...path(m, d.slice(0, k)), mth(d.slice(k))] : [...path(m - k, d.slice(k)), mth(d.slice(0, k))]
}

function subproof(m: number, d: readonly Buffer[], whole: boolean): Buffer[] {
  if (m === d.length) return whole ? [] : [mth(d)]
  const k = split(d.length)
  return m <= k ? [...subproof(m, d.slice(0, k), whole), mth(d.slice(k))] : [...subproof(m - k, d.slice(k), false), mth(d.slice(0, k))]
}

const contents = (n: number) => Array.from({ length: n }, (_, i) => Buffer.from(`leaf ${i}`))
const leavesOf = (d: readonly Buffer[]) => d.map(content => hashLeaf(content))
const hex = (hashes: readonly Hash[]) => hashes.map(hash => Buffer.from(hash).toString('hex'))
const proofOf = (ranges: readonly { from: number; to: number }[], leaves: readonly Hash[]) => ranges.map(range => rangeHash(range, node => nodeHash(node, leaves, 0)))

const MOST = 70
const data = contents(MOST)
const leaves = leavesOf(data)

describe('the tree', () => {
  test('the root of every size is that of the definition', () => {
    const tree = growTree()
    expect(sameHash(tree.root(), EMPTY_ROOT)).toBe(true)
    for (let n = 0; n < MOST; n++) {
      expect(hex([tree.root()])).toEqual(hex([mth(data.slice(0, n))]))
      tree.append(leaves[n]!)
    }
    expect(hex([treeHash(leaves)])).toEqual(hex([mth(data)]))
  })

  test('a tree that keeps only upper nodes has the same root and the same nodes there', () => {
    fc.assert(fc.property(fc.nat(600), fc.nat(6), (n, lowestKept) => {
      const many = leavesOf(contents(n))
      const [all, upper] = [growTree(), growTree({ lowestKept })]
      for (const leaf of many) { all.append(leaf); upper.append(leaf) }
      expect(sameHash(all.root(), upper.root())).toBe(true)
      for (let level = 0; 2 ** level <= n; level++) {
        for (let index = 0; index < Math.floor(n / 2 ** level); index++) {
          const node: Node = { level, index }
          const whole = all.node(node)!
          expect(sameHash(whole, nodeHash(node, many, 0))).toBe(true)
          if (level < lowestKept) expect(upper.node(node)).toBeUndefined()
          else expect(sameHash(upper.node(node)!, whole)).toBe(true)
        }
        expect(all.node({ level, index: Math.floor(n / 2 ** level) })).toBeUndefined()
      }
    }), { numRuns: 25 })
  })

  test('a leaf that is no hash is refused', () => {
    expect(() => growTree().append(new Uint8Array(31))).toThrow(RangeError)
  })
})

describe('proofs', () => {
  test('inclusion proofs are those of the definition, for every leaf of every size', () => {
    for (let n = 1; n <= 40; n++) {
      for (let m = 0; m < n; m++) expect(hex(proofOf(inclusionRanges(m, n), leaves))).toEqual(hex(path(m, data.slice(0, n))))
    }
  })

  test('consistency proofs are those of the definition, for every pair of sizes', () => {
    for (let n = 1; n <= 40; n++) {
      for (let m = 1; m <= n; m++) expect(hex(proofOf(consistencyRanges(m, n), leaves))).toEqual(hex(subproof(m, data.slice(0, n), true)))
    }
  })

  test('what the tree proves, the verifier accepts; for another leaf, size or root it does not', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: MOST }), fc.nat(), fc.nat(255), (size, pick, bit) => {
      const index = pick % size
      const proof = proofOf(inclusionRanges(index, size), leaves)
      const claim = { index, size, leafHash: leaves[index]!, path: proof, root: treeHash(leaves.slice(0, size)) }
      expect(verifyInclusion(claim)).toBe(true)
      expect(verifyInclusion({ ...claim, leafHash: hashLeaf('another') })).toBe(false)
      expect(verifyInclusion({ ...claim, root: flipped(claim.root, bit) })).toBe(false)
      expect(verifyInclusion({ ...claim, path: [...proof, claim.root] })).toBe(false)
      expect(verifyInclusion({ ...claim, path: [...proof, new Uint8Array(0)] })).toBe(false)
      expect(verifyInclusion({ ...claim, index: size })).toBe(false)
      expect(verifyInclusion({ ...claim, index: -1 })).toBe(false)
      if (proof.length > 0) {
        expect(verifyInclusion({ ...claim, path: proof.slice(1) })).toBe(false)
        const at = pick % proof.length
        expect(verifyInclusion({ ...claim, path: proof.map((hash, i) => i === at ? flipped(hash, bit) : hash) })).toBe(false)
        expect(verifyInclusion({ ...claim, index: index ^ 1 })).toBe(false)
      }
    }))
  })

  test('a log that only grew is consistent; one whose past was changed is not', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: MOST }), fc.integer({ min: 1, max: MOST }), fc.nat(), (a, b, pick) => {
      const [earlierSize, laterSize] = [Math.min(a, b), Math.max(a, b)]
      const proof = proofOf(consistencyRanges(earlierSize, laterSize), leaves)
      const claim = { earlierSize, laterSize, earlierRoot: treeHash(leaves.slice(0, earlierSize)), laterRoot: treeHash(leaves.slice(0, laterSize)), path: proof }
      expect(verifyConsistency(claim)).toBe(true)
      const forged = leaves.slice(0, laterSize).map((leaf, i) => i === pick % earlierSize ? hashLeaf('changed later') : leaf)
      expect(verifyConsistency({ ...claim, laterRoot: treeHash(forged), path: proofOf(consistencyRanges(earlierSize, laterSize), forged) })).toBe(false)
      expect(verifyConsistency({ ...claim, earlierSize: 0 })).toBe(false)
      expect(verifyConsistency({ ...claim, path: [...proof, claim.laterRoot] })).toBe(false)
      if (earlierSize < laterSize) expect(verifyConsistency({ ...claim, path: [] })).toBe(false)
    }))
  })

  test('sizes beyond 32 bits are handled like small ones', () => {
    const sizes = fc.integer({ min: 2 ** 31, max: Number.MAX_SAFE_INTEGER })
    fc.assert(fc.property(sizes, fc.nat(), (size, back) => {
      const index = size - 1 - (back % size)
      const covered = inclusionRanges(index, size)
      expect(covered.reduce((sum, { from, to }) => sum + (to - from), 1)).toBe(size)
      expect(covered.length).toBeLessThanOrEqual(53)
      // Any hashes will do for the lower nodes: the verifier must fold them the way the prover named them.
      const fake = ({ level, index: at }: Node) => hashLeaf(`${level}/${at}`)
      const leafHash = hashLeaf('it')
      const root = foldDown({ from: 0, to: size }, index, leafHash, range => rangeHash(range, fake))
      expect(verifyInclusion({ index, size, leafHash, path: covered.map(range => rangeHash(range, fake)), root })).toBe(true)
    }), { numRuns: 50 })
  })

  test('what cannot be shown is refused', () => {
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError)
    expect(() => inclusionRanges(0, 0)).toThrow(RangeError)
    expect(() => inclusionRanges(0.5, 3)).toThrow(RangeError)
    expect(() => consistencyRanges(0, 3)).toThrow(RangeError)
    expect(() => consistencyRanges(4, 3)).toThrow(RangeError)
    expect(() => nodesOf({ from: 1, to: 3 })).toThrow(RangeError)
    expect(() => nodeHash({ level: 1, index: 1 }, leaves.slice(0, 3), 0)).toThrow(RangeError)
  })
})

function flipped(hash: Hash, bit: number): Hash {
  const other = Uint8Array.from(hash)
  other[bit >> 3]! ^= 1 << (bit & 7)
  return other
}

/** The root over one leaf with a given hash and siblings made up by `hashOf`. */
function foldDown(range: { from: number; to: number }, index: number, leaf: Hash, hashOf: (range: { from: number; to: number }) => Hash): Hash {
  const { from, to } = range
  if (to - from === 1) return leaf
  const middle = from + Number(2n ** BigInt((BigInt(to - from - 1)).toString(2).length - 1))
  const left = index < middle ? foldDown({ from, to: middle }, index, leaf, hashOf) : hashOf({ from, to: middle })
  const right = index < middle ? hashOf({ from: middle, to }) : foldDown({ from: middle, to }, index, leaf, hashOf)
  return sha256(Buffer.from([1]), left, right)
}
