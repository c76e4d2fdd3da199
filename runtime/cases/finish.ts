/** The end of a unit of work, whoever began it: everything it writes becomes one statement, keyed when a retry must not repeat it. */
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import { apply, AlreadyDone } from '../apply/apply.ts'
import { earlierAnswer, idempotencyRow, type Once, type StoredAnswer } from '../idempotency.ts'
import { renewDuties } from './duties.ts'
import { leafOfEvent } from './effects.ts'
import { rowOf } from './record.ts'
import type { Surroundings, Work } from './work.ts'

/** Runs keyed work; when it fails because the key was carried out before, answers as then. */
export async function once(around: Surroundings, key: Once | undefined, run: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  try {
    return await run()
  } catch (error) {
    if (key === undefined || isProblem(error, 'database-unavailable')) throw error
    const earlier = await earlierAnswer(around.db, key, around.vault)
    if (earlier) return earlier
    throw error instanceof AlreadyDone ? new Problem('database-unavailable', { cause: error }) : error
  }
}

/** Turns the work into one statement and carries it out. @throws TimerGone, AlreadyDone */
export async function finish(work: Work, keyed?: { readonly once: Once; readonly answer: StoredAnswer }): Promise<void> {
  const { writes, around } = work
  for (const working of work.cases.values()) {
    const { record, before } = working
    if (before !== null && before.version === record.version) continue
    await renewDuties(work, working)
    const row = rowOf(record, before?.version ?? 0, working.matter?.form, around.vault)
    if (before === null) writes.opens.push(row)
    else writes.updates.push(row)
    if (record.outcome !== null && before?.outcome == null && record.parent !== null) wakeParent(work, record.parent, record.number)
  }
  for (const event of writes.events) writes.leaves.push({ hash: leafOfEvent(event), kind: 'event', trace: work.trace, at: work.now })
  if (keyed) writes.idempotency.push(idempotencyRow(keyed.once, keyed.answer, work.now, around.vault))
  await apply(around.db, writes)
  if (work.followUp) around.wake()
}

function wakeParent(work: Work, parent: string, child: string): void {
  const system = work.around.city.systemOfNumber(parent)!.id
  work.writes.timers.push({ system, number: parent, key: `child/${child}`, kind: 'childClosed', move: null, due: work.now, provisional: false, spec: {} })
  work.followUp = true
}
