/**
 * The timer worker: looks for rows that are due and fires them. Any number of processes may do so at once, because
 * the statement that carries a timer out also deletes it, and raises when another was first.
 */
import { isProblem } from '../../kernel/errors/problem.ts'
import type { CaseDesk, DueTimer } from '../cases/desk.ts'
import type { Db } from '../database/pool.ts'
import type { Log } from '../database/log.ts'
import type { Reminders } from './reminders.ts'

export interface TimerWorker {
  /** Fires everything due at `now`; how many it fired. */
  runDue(now: string): Promise<number>
}

interface TimerRow {
  readonly system: string
  readonly number: string
  readonly key: string
  readonly kind: DueTimer['kind'] | 'remind' | 'escalate'
  readonly move: string | null
  readonly due: string
  readonly attempts: number
  readonly spec: { readonly to?: readonly string[] }
}

const BATCH = 100
const MAX_DELAY_MS = 3_600_000

export function openTimerWorker(around: { readonly db: Db; readonly desk: CaseDesk; readonly reminders: Reminders; readonly log: Log }): TimerWorker {
  const { db, desk, reminders, log } = around

  async function fireOne(timer: TimerRow, now: string): Promise<boolean> {
    try {
      if (timer.kind === 'remind' || timer.kind === 'escalate') return await reminders.send({ ...timer, kind: timer.kind, to: timer.spec.to ?? [] }, now)
      return await desk.fire({ number: timer.number, key: timer.key, kind: timer.kind, move: timer.kind === 'childClosed' ? null : timer.move }, now) === 'fired'
    } catch (error) {
      await postpone(timer, error, now)
      return false
    }
  }

  /** A stale version only means that somebody moved the case meanwhile; everything else is told. */
  async function postpone(timer: TimerRow, error: unknown, now: string): Promise<void> {
    const stale = isProblem(error, 'version-stale')
    const delay = stale ? 0 : Math.min(MAX_DELAY_MS, 1_000 * 2 ** timer.attempts)
    if (!stale) log.warn({ number: timer.number, key: timer.key, error: error instanceof Error ? error.message : String(error) }, 'a timer failed and will be tried again')
    await db.query('timer-postpone', 'update onevisit.timer set attempts = attempts + $4, retry_at = $3, error = $5 where number = $1 and key = $2',
      [timer.number, timer.key, new Date(Date.parse(now) + delay).toISOString(), stale ? 0 : 1, error instanceof Error ? error.message.slice(0, 500) : 'unknown'])
  }

  return {
    async runDue(now) {
      let fired = 0
      for (;;) {
        const { rows } = await db.query<TimerRow>('timer-due', `select system, number, key, kind, move, due, attempts, spec from onevisit.timer
          where coalesce(retry_at, due) <= $1 order by coalesce(retry_at, due) limit ${BATCH}`, [now])
        let progress = 0
        for (const timer of rows) if (await fireOne(timer, now)) progress++
        fired += progress
        if (rows.length < BATCH || progress === 0) return fired
      }
    },
  }
}
