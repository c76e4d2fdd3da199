/** The end of a unit of work, whoever began it: everything it writes becomes one statement, keyed when a retry must not repeat it. */
import { guard, list, obstacle } from '../../engines/case-flow/index.ts'
import type { PlainMove } from '../../kernel/case.ts'
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import { apply, AlreadyDone } from '../apply/apply.ts'
import { earlierAnswer, idempotencyRow, type Once, type StoredAnswer } from '../idempotency.ts'
import { eventLeaf } from '../ledger/event-leaf.ts'
import { renewDuties } from './duties.ts'
import { liveKey, rowOf, type CaseRecord } from './record.ts'
import { childrenOf, headerOf, type Surroundings, type Work, type WorkingCase } from './work.ts'

/** Runs keyed work; when it fails because the key was carried out before, answers as then. */
export async function once(around: Pick<Surroundings, 'db' | 'vault'>, key: Once | undefined, run: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
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
    const row = rowOf(record, before?.version ?? 0, working.matter, around.vault)
    if (before === null) writes.opens.push(row)
    else writes.updates.push(row)
    if (record.outcome !== null && before?.outcome == null && record.parent !== null) wakeParent(work, record.parent, record.number)
    if (await hasMissedChild(work, working)) wakeParent(work, record.number, 'again')
  }
  for (const event of writes.events) writes.leaves.push({ hash: eventLeaf(event), kind: 'event', trace: work.trace, at: work.now })
  if (keyed) writes.idempotency.push(idempotencyRow(keyed.once, keyed.answer, work.now, around.vault))
  keepLast(writes.timers, timer => `${timer.number}/${timer.key}`)
  keepLast(writes.credentialChanges, change => change.id)
  try {
    await apply(around.db, writes)
  } catch (error) {
    throw isProblem(error, 'live-case-exists') ? await withLiveCase(work, error) : error
  }
  if (work.followUp) around.wake()
}

function wakeParent(work: Work, parent: string, child: string): void {
  const system = work.around.city.systemOfNumber(parent)!.id
  work.writes.timers.push({ system, number: parent, key: `child/${child}`, kind: 'childClosed', move: null, due: work.now, provisional: false, spec: {} })
  work.followUp = true
}

/** A child that closed while the case could not take it in counts as soon as it can. */
async function hasMissedChild(work: Work, working: WorkingCase): Promise<boolean> {
  const { record, before } = working
  const { type } = record.entry
  if (before === null || type.children === undefined) return false
  const children = await childrenOf(work, working)
  if (children.every(child => child.outcome === null)) return false
  const isOpen = (at: CaseRecord, name: string, move: PlainMove) => obstacle(type, at, name) === null
    && guard(move, at.values, { case: headerOf(at), children, today: work.today, limits: working.matter?.limits ?? {} }) === null
  return Object.entries(type.moves).some(([name, move]) => move.on === 'childClosed' && list(move.by).includes('system') && isOpen(record, name, move) && !isOpen(before, name, move))
}

/** One statement writes a row once; the last word counts. */
function keepLast<T>(rows: T[], keyOf: (row: T) => string): void {
  const last = new Map(rows.map(row => [keyOf(row), row]))
  if (last.size < rows.length) rows.splice(0, rows.length, ...last.values())
}

async function withLiveCase(work: Work, error: Problem): Promise<Problem> {
  for (const { record, matter } of work.cases.values()) {
    const key = liveKey(record, matter)
    if (key === null) continue
    const { rows } = await work.around.db.query<{ number: string }>('case-live', 'select number from onevisit.cases where system = $1 and live_key = $2 and number <> $3', [record.entry.system, key, record.number])
    if (rows[0]) return new Problem('live-case-exists', { cause: error, more: { number: rows[0].number, link: `/api/v1/cases/${rows[0].number}` } })
  }
  return error
}
