/** The hashes of RFC 6962, section 2.1, with SHA-256; leaves and inner nodes are told apart by their first byte. */
import { createHash } from 'node:crypto'

/** 32 bytes. */
export type Hash = Uint8Array

export const HASH_BYTES = 32

/** MTH({}): the root of a tree without leaves. */
export const EMPTY_ROOT: Hash = createHash('sha256').digest()

const LEAF = Uint8Array.of(0)
const INNER = Uint8Array.of(1)

export function hashLeaf(content: Uint8Array | string): Hash {
  return createHash('sha256').update(LEAF).update(content).digest()
}

export function hashChildren(left: Hash, right: Hash): Hash {
  return createHash('sha256').update(INNER).update(left).update(right).digest()
}

/** Hashes and proofs are public; nothing is gained by comparing them in constant time. */
export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
