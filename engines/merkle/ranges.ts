/**
 * Runs of leaves and the nodes they consist of. A node covers 2^level leaves from index·2^level on and never changes
 * once they are there; a run of any other length is folded from such nodes. So a proof for any tree size can be put
 * together from nodes alone, wherever these are kept.
 */
import { EMPTY_ROOT, hashChildren, type Hash } from './hash.ts'

/** Leaves `from` to `to`, the latter excluded. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Leaves are nodes of level 0. */
export interface Node {
  readonly level: number
  readonly index: number
}

/**
 * The nodes of a run, left to right, each half as wide as the one before or narrower. The run must begin at a multiple
 * of its widest node, as the root's and every proof's do.
 */
export function nodesOf({ from, to }: Range): readonly Node[] {
  const nodes: Node[] = []
  for (let at = from; at < to;) {
    const level = Math.floor(Math.log2(to - at))
    const width = widthOf(level, to - at)
    if (at % width.leaves !== 0) throw new RangeError(`leaves ${from} to ${to} are no part of a tree that a proof names`)
    nodes.push({ level: width.level, index: at / width.leaves })
    at += width.leaves
  }
  return nodes
}

/** Math.log2 may round up next to a power of two beyond 2^48. */
function widthOf(level: number, most: number): { readonly level: number; readonly leaves: number } {
  return 2 ** level > most ? { level: level - 1, leaves: 2 ** (level - 1) } : { level, leaves: 2 ** level }
}

/** MTH of a run: its narrower nodes are joined first. */
export function rangeHash(range: Range, hashOf: (node: Node) => Hash): Hash {
  return nodesOf(range).map(hashOf).reduceRight<Hash | undefined>((right, left) => right === undefined ? left : hashChildren(left, right), undefined) ?? EMPTY_ROOT
}
