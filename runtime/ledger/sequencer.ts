/**
 * Gives ledger leaves their positions: 0, 1, 2 … in the order their transactions committed as far as anybody could
 * tell. Only leaves of transactions older than every one under way are numbered, so that none can come before them
 * later; a transaction that stays open delays the numbering, never disturbs it.
 */
import type { Db } from '../database/pool.ts'

export interface Sequencer {
  /**
   * Numbers one batch; how many leaves that was. Call again at once while it is not 0. Another process at the same
   * work makes it 0. Killed at any moment it leaves no gap: a batch is numbered whole or not at all.
   */
  number(): Promise<number>
}

const MOST = 2_000

/** Any number that nothing else in the database locks; this one spells `onevldgr`. */
const LOCK_KEY = String(Buffer.from('onevldgr').readBigInt64BE())

export function openSequencer(around: { readonly db: Db }): Sequencer {
  return {
    number: () => around.db.transaction(async tx => {
      const { rows } = await tx.query<{ mine: boolean }>('ledger-lock', 'select pg_try_advisory_xact_lock($1) as mine', [LOCK_KEY])
      if (!rows[0]!.mine) return 0
      // A statement of its own: its snapshot must be younger than the lock, or it would not see the last batch.
      const { rowCount } = await tx.query('ledger-number', NUMBER, [MOST])
      return rowCount
    }),
  }
}

const NUMBER = `
  with last as materialized (select coalesce(max(position), -1) as position from onevisit.ledger_leaf),
  next as materialized (
    select id, row_number() over (order by tx, id) as place from (
      select id, tx from onevisit.ledger_leaf where position is null and tx < pg_snapshot_xmin(pg_current_snapshot()) order by tx, id limit $1) batch)
  update onevisit.ledger_leaf leaf set position = last.position + next.place from next, last where leaf.id = next.id`
