/** To-dos and timers of a case: what a move ends, begins, or leaves as it was. */
import { dutiesAt, timersAt, type Duty, type Timer } from '../../engines/case-flow/index.ts'
import type { Post } from '../../kernel/who.ts'
import type { Limit } from '../../kernel/matter.ts'
import { dueMoment, momentAhead, type DueMoment } from './clock.ts'
import type { CaseRecord } from './record.ts'
import type { Work, WorkingCase } from './work.ts'

/** Writes the difference between what the case asked of people before and what it asks now. */
export async function renewDuties(work: Work, working: WorkingCase): Promise<void> {
  const { record, before } = working
  const was = before ? positionedDuties(before) : { duties: [], timers: [] }
  const is = positionedDuties(record)
  const limits = working.matter?.limits
  await renewTasks(work, working, was.duties, is.duties, limits)
  renewTimers(work, working, was.timers, is.timers, limits)
}

function positionedDuties(record: CaseRecord): { readonly duties: readonly Duty[]; readonly timers: readonly Timer[] } {
  const position = { state: record.state, tracks: record.tracks }
  return { duties: dutiesAt(record.entry.type, position), timers: timersAt(record.entry.type, position) }
}

async function renewTasks(work: Work, { record, before }: WorkingCase, was: readonly Duty[], is: readonly Duty[], limits: Limits): Promise<void> {
  const seats = (at: CaseRecord) => `${at.organ}|${at.region}|${at.acceptingRegion}`
  const reseated = before !== null && seats(before) !== seats(record)
  const stays = (duty: Duty, others: readonly Duty[]) => !reseated && others.some(other => other.key === duty.key)
  for (const duty of was) {
    if (stays(duty, is)) continue
    work.writes.tasksDone.push({ number: record.number, key: duty.key, done_at: work.now, done_by: work.actor.account })
  }
  for (const duty of is) {
    const due = taskDue(work, record, duty, limits)
    if (stays(duty, was)) {
      if (due !== taskDue(work, before!, duty, limits)) work.writes.tasksDue.push({ number: record.number, key: duty.key, due })
      continue
    }
    const post = record.entry.type.posts[duty.post]!
    work.writes.tasks.push({
      scope: await work.around.scopes.idOf(`${record.entry.system}.${duty.post}`, unitOf(record, post)), due,
      system: record.entry.system, number: record.number, key: duty.key, type: record.entry.name, matter: record.matter,
      case_state: record.state, moves: duty.moves, opened_at: work.now,
    })
  }
}

type Limits = Readonly<Record<string, Limit>> | undefined

function taskDue(work: Work, record: CaseRecord, duty: Duty, limits: Limits): string {
  return earliest(duty.within.map(within => dueMoment(work.around.city.calendar, within, enteredAt(record, duty.tracks), record.values, limits, record.due, record.clock)))
}

/** A timer fires once for each time it is given: one that has fired comes back only when its time changes. */
function renewTimers(work: Work, { record, before }: WorkingCase, was: readonly Timer[], is: readonly Timer[], limits: Limits): void {
  const fired = new Set(work.writes.timersFired.filter(timer => timer.number === record.number).map(timer => timer.key))
  const gone = (timer: Timer) => fired.has(timer.key) || work.writes.timersGone.push({ number: record.number, key: timer.key })
  for (const timer of was) if (!is.some(other => other.key === timer.key)) gone(timer)
  for (const timer of is) {
    const due = moment(work, record, timer, limits)
    const earlier = before !== null && was.some(other => other.key === timer.key) ? moment(work, before, timer, limits) : null
    if (due?.at === earlier?.at) continue
    if (due === null) gone(timer)
    else work.writes.timers.push({ system: record.entry.system, number: record.number, key: timer.key, kind: timer.kind, move: timer.move, due: due.at, provisional: due.provisional, spec: { to: timer.to } })
  }
}

function moment(work: Work, record: CaseRecord, timer: Timer, limits: Limits): DueMoment | null {
  const { calendar } = work.around.city
  const due = dueMoment(calendar, timer.within, enteredAt(record, timer.tracks), record.values, limits, record.due, record.clock)
  return due === null || timer.before === undefined ? due : momentAhead(calendar, due, timer.before)
}

/** Since when a duty that waits for these tracks runs. */
export function enteredAt(record: CaseRecord, tracks: readonly string[]): string {
  return tracks.reduce((latest, track) => {
    const at = record.clock.steps?.[track]
    return at !== undefined && at > latest ? at : latest
  }, record.enteredAt)
}

/** Where a post of a case sits. */
export function unitOf(record: Pick<CaseRecord, 'organ' | 'region' | 'acceptingRegion'>, post: Post): string {
  return post.at === 'organ' ? record.organ : post.at === 'region' ? record.region : record.acceptingRegion
}

/** `infinity` where nothing is due. */
export function earliest(moments: readonly (DueMoment | null)[]): string {
  const known = moments.flatMap(one => one === null ? [] : [one.at])
  return known.length === 0 ? 'infinity' : known.reduce((a, b) => a < b ? a : b)
}
