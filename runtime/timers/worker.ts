/**
 * The timer worker: takes rows that are due and fires them. Any number of processes may do so at once: a batch is
 * claimed for a while with SKIP LOCKED, and whatever becomes of the claim, the statement that carries a timer out also
 * deletes it, and raises when another was first.
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
/** Cases worked on at once; the other sessions of the pool are for requests. */
const AT_ONCE = 4
/** For how long nobody else tries a claimed timer: after it a process that died has lost its claim. */
const CLAIM_MS = 60_000
const MAX_DELAY_MS = 3_600_000
/** A definition whose timers call each other for ever does not keep the worker from stopping. */
const MOST_ROUNDS = 1_000
/** Tries at once while somebody else keeps moving the case. */
const STALE_TRIES = 5

export function openTimerWorker(around: { readonly db: Db; readonly desk: CaseDesk; readonly reminders: Reminders; readonly log: Log }): TimerWorker {
  const { db, desk, reminders, log } = around

  async function claim(now: string): Promise<readonly TimerRow[]> {
    const { rows } = await db.query<TimerRow>('timer-claim', `update onevisit.timer t set retry_at = $2 from
        (select number, key from onevisit.timer where coalesce(retry_at, due) <= $1 order by coalesce(retry_at, due) limit ${BATCH} for update skip locked) d
      where t.number = d.number and t.key = d.key returning t.system, t.number, t.key, t.kind, t.move, t.due, t.attempts, t.spec`, [now, later(now, CLAIM_MS)])
    return rows
  }

  async function fire(timer: TimerRow, now: string): Promise<boolean> {
    for (let tries = 1; ; tries++) {
      try {
        if (timer.kind === 'remind' || timer.kind === 'escalate') return await reminders.send({ ...timer, kind: timer.kind, to: timer.spec.to ?? [] }, now)
        return await desk.fire({ ...timer, kind: timer.kind, move: timer.kind === 'childClosed' ? null : timer.move }, now) === 'fired'
      } catch (error) {
        // Somebody moved the case meanwhile; what there is to do is judged anew.
        if (isProblem(error, 'version-stale') && tries < STALE_TRIES) continue
        await postpone(timer, error, now)
        return false
      }
    }
  }

  async function postpone(timer: TimerRow, error: unknown, now: string): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error)
    // A guard that does not let the move through now may do so later; that is no failure.
    const isHeld = isProblem(error, 'move-not-possible')
    const delay = isHeld ? MAX_DELAY_MS : Math.min(MAX_DELAY_MS, 1_000 * 2 ** timer.attempts)
    if (!isHeld) log.warn({ number: timer.number, key: timer.key, error: reason }, 'a timer failed and will be tried again')
    await db.query('timer-postpone', 'update onevisit.timer set attempts = attempts + 1, retry_at = $4, error = $5 where number = $1 and key = $2 and due = $3',
      [timer.number, timer.key, timer.due, later(now, delay), reason.slice(0, 500)])
  }

  /** Timers of one case one after the other, as they fell due. */
  async function fireAll(timers: readonly TimerRow[], now: string): Promise<number> {
    const byCase = new Map<string, TimerRow[]>()
    for (const timer of [...timers].sort((a, b) => a.due < b.due ? -1 : 1)) byCase.set(timer.number, [...byCase.get(timer.number) ?? [], timer])
    const queues = [...byCase.values()]
    let fired = 0
    const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, async () => {
      for (let queue = queues.shift(); queue !== undefined; queue = queues.shift()) {
        for (const timer of queue) if (await fire(timer, now)) fired++
      }
    }))
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
    return fired
  }

  return {
    async runDue(now) {
      let fired = 0
      // What fails is put off beyond `now`, so every round takes others until none is left.
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const batch = await claim(now)
        if (batch.length === 0) break
        fired += await fireAll(batch, now)
      }
      return fired
    },
  }
}

function later(now: string, ms: number): string {
  return new Date(Date.parse(now) + ms).toISOString()
}
