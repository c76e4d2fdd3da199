/**
 * Reads the ledger: checkpoints and proofs (RFC 6962) over the numbered leaves. Nodes that cover 256 leaves and more
 * are kept in memory and extended by what was numbered since; a proof reads at most the 256 leaves around it and the
 * unfinished 256 at the end of the tree, never more.
 */
import { consistencyRanges, growTree, inclusionRanges, nodeHash, nodesOf, rangeHash, type Hash, type Node, type Range } from '../../engines/merkle/index.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Queryable } from '../database/pool.ts'

/** Hashes are base64, as in RFC 6962, section 4. */
export interface Checkpoint {
  /** Numbered leaves. */
  readonly size: number
  readonly rootHash: string
  /** Instant of the last leaf; `null` while there is none. */
  readonly at: string | null
}

export interface Inclusion {
  /** Position from 0. */
  readonly leaf: number
  readonly leafHash: string
  readonly size: number
  readonly rootHash: string
  readonly path: readonly string[]
}

export interface Consistency {
  readonly from: number
  readonly fromRootHash: string
  readonly to: number
  readonly toRootHash: string
  readonly path: readonly string[]
}

export interface Ledger {
  checkpoint(): Promise<Checkpoint>
  /** In the tree of `size` leaves, the present one unless given. @throws Problem `not-found` when it has no such leaf, `invalid-request` */
  inclusion(leaf: number, size?: number): Promise<Inclusion>
  /** That the first `from` of `to` leaves (all present ones unless given) are unchanged. @throws Problem `invalid-request` */
  consistency(from: number, to?: number): Promise<Consistency>
}

interface LeafRow {
  readonly position: number
  readonly hash: Buffer
  readonly at: string
}

const TILE_LEVEL = 8
const TILE = 2 ** TILE_LEVEL
const PAGE = 10_000

export function openLedger(around: { readonly db: Pick<Queryable, 'query'> }): Ledger {
  const { db } = around
  const tree = growTree({ lowestKept: TILE_LEVEL })
  let present: Checkpoint = { size: 0, rootHash: base64(tree.root()), at: null }
  let reading: Promise<void> | undefined

  async function extend(): Promise<void> {
    for (;;) {
      const rows = await readLeaves(db, tree.size, tree.size + PAGE)
      for (const { position, hash } of rows) {
        if (position !== tree.size) throw new Error(`the ledger has no leaf ${tree.size}: leaves were removed from the table`)
        tree.append(hash)
      }
      const last = rows.at(-1)
      if (last !== undefined) present = { size: tree.size, rootHash: base64(tree.root()), at: last.at }
      if (rows.length < PAGE) return
    }
  }
  /** Reads that were under way when the caller came may have looked before its leaf was numbered. */
  async function refreshed(): Promise<Checkpoint> {
    await reading?.catch(() => undefined)
    await (reading ??= extend().finally(() => { reading = undefined }))
    return present
  }

  async function hashesIn(size: number, ranges: readonly Range[]): Promise<readonly Hash[]> {
    const low = ranges.flatMap(nodesOf).filter(({ level }) => level < TILE_LEVEL)
    const tiles = new Map<number, readonly Hash[]>()
    for (const tile of new Set(low.map(tileOf))) tiles.set(tile, (await readLeaves(db, tile * TILE, Math.min(size, (tile + 1) * TILE))).map(row => row.hash))
    const hashOf = (node: Node): Hash => tree.node(node) ?? nodeHash(node, tiles.get(tileOf(node))!, tileOf(node) * TILE)
    return ranges.map(range => rangeHash(range, hashOf))
  }

  return {
    checkpoint: refreshed,
    async inclusion(leaf, size) {
      const known = await refreshed()
      const total = sizeWithin(size, known)
      if (!isCount(leaf) || leaf >= total) throw new Problem('not-found', { detail: { zh: `账本的前 ${total} 条中没有第 ${leaf} 条`, en: `the ledger's first ${total} leaves have no leaf ${leaf}` } })
      const [leafHash, root, ...path] = await hashesIn(total, [{ from: leaf, to: leaf + 1 }, { from: 0, to: total }, ...inclusionRanges(leaf, total)])
      return { leaf, leafHash: base64(leafHash!), size: total, rootHash: base64(root!), path: path.map(base64) }
    },
    async consistency(from, to) {
      const known = await refreshed()
      const total = sizeWithin(to, known)
      if (!isCount(from) || from < 1 || from > total) throw outOfRange('from', total)
      const [earlier, later, ...path] = await hashesIn(total, [{ from: 0, to: from }, { from: 0, to: total }, ...consistencyRanges(from, total)])
      return { from, fromRootHash: base64(earlier!), to: total, toRootHash: base64(later!), path: path.map(base64) }
    },
  }
}

async function readLeaves(db: Pick<Queryable, 'query'>, from: number, to: number): Promise<readonly LeafRow[]> {
  const { rows } = await db.query<LeafRow>('ledger-leaves', 'select position, hash, at from onevisit.ledger_leaf where position >= $1 and position < $2 order by position', [from, to])
  return rows
}

function sizeWithin(asked: number | undefined, known: Checkpoint): number {
  if (asked === undefined) return known.size
  if (!isCount(asked) || asked > known.size) throw outOfRange('size', known.size)
  return asked
}

function outOfRange(name: string, most: number): Problem {
  const message = { zh: `须为不超过 ${most} 的正整数`, en: `a whole number up to ${most}, the ledger's size` }
  return new Problem('invalid-request', { detail: message, faults: [{ path: `/${name}`, code: 'field-range', message }] })
}

function tileOf({ level, index }: Node): number {
  return Math.floor(index * 2 ** level / TILE)
}

function base64(hash: Hash): string {
  return Buffer.from(hash).toString('base64')
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
