/**
 * A tree that grows leaf by leaf and keeps only the nodes of some level upwards: with `lowestKept` 8 a thousand leaves
 * cost 256 bytes, and the nodes below are computed from the 256 leaves that lie under one kept node.
 */
import { EMPTY_ROOT, hashChildren, HASH_BYTES, type Hash } from './hash.ts'
import type { Node } from './ranges.ts'

export interface GrowingTree {
  readonly size: number
  append(leaf: Hash): void
  /** Of all leaves so far. */
  root(): Hash
  /** A node that is complete and of a kept level. */
  node(node: Node): Hash | undefined
}

export function growTree(options: { readonly lowestKept?: number } = {}): GrowingTree {
  const lowest = options.lowestKept ?? 0
  const kept: HashList[] = []
  /** At each level the last node, complete where the size has that bit. */
  const edge: Hash[] = []
  let size = 0

  const put = (level: number, hash: Hash) => {
    edge[level] = hash
    if (level >= lowest) (kept[level - lowest] ??= hashList()).push(hash)
  }
  return {
    get size() { return size },
    append(leaf) {
      if (leaf.length !== HASH_BYTES) throw new RangeError(`a leaf hash has ${HASH_BYTES} bytes, not ${leaf.length}`)
      let hash = leaf
      let level = 0
      for (let index = size; index % 2 === 1; index = (index - 1) / 2) {
        const left = edge[level]!
        put(level++, hash)
        hash = hashChildren(left, hash)
      }
      put(level, hash)
      size++
    },
    root() {
      let root: Hash | undefined
      for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2)) {
        if (rest % 2 === 1) root = root === undefined ? edge[level]! : hashChildren(edge[level]!, root)
      }
      return root ?? EMPTY_ROOT
    },
    node: ({ level, index }) => level < lowest ? undefined : kept[level - lowest]?.at(index),
  }
}

/** MTH of leaf hashes that are all at hand. */
export function treeHash(leaves: readonly Hash[]): Hash {
  const tree = growTree({ lowestKept: Infinity })
  for (const leaf of leaves) tree.append(leaf)
  return tree.root()
}

/** The hash of a node, given the hashes of leaves that include all of its own; `first` is the index of the first given. */
export function nodeHash({ level, index }: Node, leaves: readonly Hash[], first: number): Hash {
  const from = index * 2 ** level - first
  const own = leaves.slice(from, from + 2 ** level)
  if (from < 0 || own.length !== 2 ** level) throw new RangeError(`leaves of node ${level}/${index} are missing`)
  return treeHash(own)
}

interface HashList {
  push(hash: Hash): void
  at(index: number): Hash | undefined
}

/** Packed: a Buffer object for each hash would cost three times as much. */
function hashList(): HashList {
  let bytes = new Uint8Array(64 * HASH_BYTES)
  let length = 0
  return {
    push(hash) {
      if ((length + 1) * HASH_BYTES > bytes.length) {
        const wider = new Uint8Array(bytes.length * 2)
        wider.set(bytes)
        bytes = wider
      }
      bytes.set(hash, length++ * HASH_BYTES)
    },
    at: index => index >= 0 && index < length ? bytes.slice(index * HASH_BYTES, (index + 1) * HASH_BYTES) : undefined,
  }
}
