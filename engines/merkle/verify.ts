/** Verification of proofs by somebody who has only roots: RFC 9162, sections 2.1.3.2 and 2.1.4.2 (the same trees as RFC 6962). */
import { hashChildren, HASH_BYTES, sameHash, type Hash } from './hash.ts'

export interface InclusionClaim {
  /** From 0. */
  readonly index: number
  readonly size: number
  readonly leafHash: Hash
  readonly path: readonly Hash[]
  readonly root: Hash
}

export interface ConsistencyClaim {
  readonly earlierSize: number
  readonly earlierRoot: Hash
  readonly laterSize: number
  readonly laterRoot: Hash
  readonly path: readonly Hash[]
}

export function verifyInclusion({ index, size, leafHash, path, root }: InclusionClaim): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leafHash, root, ...path].every(isHash)) return false
  let place: Place = { at: index, last: size - 1 }
  let hash = leafHash
  for (const sibling of path) {
    if (place.last === 0) return false
    if (isRight(place)) {
      hash = hashChildren(sibling, hash)
      place = skipLeft(place)
    } else {
      hash = hashChildren(hash, sibling)
    }
    place = up(place)
  }
  return place.last === 0 && sameHash(hash, root)
}

export function verifyConsistency({ earlierSize, earlierRoot, laterSize, laterRoot, path }: ConsistencyClaim): boolean {
  if (!isCount(earlierSize) || !isCount(laterSize) || earlierSize === 0 || earlierSize > laterSize || !path.every(isHash)) return false
  if (earlierSize === laterSize) return path.length === 0 && sameHash(earlierRoot, laterRoot)
  if (path.length === 0) return false
  const [first, ...rest] = isPowerOfTwo(earlierSize) ? [earlierRoot, ...path] : path
  let place: Place = { at: earlierSize - 1, last: laterSize - 1 }
  while (place.at % 2 === 1) place = up(place)
  let earlier = first!
  let later = first!
  for (const hash of rest) {
    if (place.last === 0) return false
    if (isRight(place)) {
      earlier = hashChildren(hash, earlier)
      later = hashChildren(hash, later)
      place = skipLeft(place)
    } else {
      later = hashChildren(later, hash)
    }
    place = up(place)
  }
  return place.last === 0 && sameHash(earlier, earlierRoot) && sameHash(later, laterRoot)
}

/** A node of a level and the last node of that level; divisions instead of shifts, which would cut sizes at 32 bits. */
interface Place {
  readonly at: number
  readonly last: number
}

function up({ at, last }: Place): Place {
  return { at: Math.floor(at / 2), last: Math.floor(last / 2) }
}

/** A right child, or the last node of a level, whose parent is the first that has a left sibling. */
function isRight({ at, last }: Place): boolean {
  return at % 2 === 1 || at === last
}

/** Levels on which the last node has no sibling add nothing to the path. */
function skipLeft(place: Place): Place {
  let found = place
  while (found.at % 2 === 0 && found.at !== 0) found = up(found)
  return found
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count)) && 2 ** Math.log2(count) === count
}

function isHash(hash: Hash): boolean {
  return hash.length === HASH_BYTES
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
