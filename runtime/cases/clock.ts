/**
 * The clock of a case: when legal time began, its limits, pauses and extensions; due dates are read off it by the
 * legal-clock engine. Also the due instants of to-dos and timers.
 */
import { addWorkdays, dueBefore, dueDate, readClock, type Calendar, type ClockInput, type ClockReading, type DueResult, type Period } from '../../engines/legal-clock/index.ts'
import type { State, Within } from '../../kernel/case.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Instant, LocalDate } from '../../kernel/field.ts'
import type { Limit } from '../../kernel/matter.ts'

export interface ClockState {
  /** Absent until legal time begins; an instant where a limit counts hours. */
  readonly start?: LocalDate | Instant
  readonly legal?: Limit
  readonly promised?: Limit
  readonly pauses?: readonly { readonly from: LocalDate | Instant; readonly to?: LocalDate | Instant; readonly kind: string; readonly noticeDays?: number }[]
  /** `by`: the subject who approved it. */
  readonly extensions?: readonly { readonly n: number; readonly on: LocalDate | Instant; readonly by: string; readonly reason: string }[]
  /** When limits that count hours end. */
  readonly ends?: { readonly legal?: Instant; readonly promised?: Instant }
  /** Some due date rests on a calendar not yet published. */
  readonly provisional?: boolean
  /** When each track reached its present step. */
  readonly steps?: Readonly<Record<string, Instant>>
}

export interface Due {
  readonly legal: LocalDate | null
  readonly promised: LocalDate | null
}

/** Legal time begins with the event of `at`, whose day does not count. */
export function startClock(clock: ClockState, at: Instant, limits: { readonly legal: Limit; readonly promised: Limit } | undefined): ClockState {
  const countsHours = limits?.legal.unit === 'hour' || limits?.promised.unit === 'hour'
  const start = countsHours ? at : localDate(at)
  return limits === undefined ? { ...clock, start } : { ...clock, start, legal: limits.legal, promised: limits.promised }
}

/** @throws Problem `pause-after-deadline` */
export function pauseClock(calendar: Calendar, clock: ClockState, now: Instant, kind: string, noticeDays?: number): ClockState {
  const pauses = clock.pauses ?? []
  const paused = { ...clock, pauses: [...pauses, { from: momentOf(clock, now), kind, ...(noticeDays === undefined ? {} : { noticeDays }) }] }
  const fault = faultOf(calendar, paused, now)
  if (fault === null || fault.pause !== pauses.length) return paused
  if (fault.code !== 'pause-after-deadline') throw new Problem('effect-invalid', { detail: `pause of the clock: ${fault.code}` })
  const { legal } = dueOf(calendar, clock, now)
  throw new Problem('pause-after-deadline', { detail: { zh: `法定期限已于 ${legal} 届满`, en: `the legal limit ended on ${legal}` } })
}

export function resumeClock(clock: ClockState, now: Instant): ClockState {
  return { ...clock, pauses: (clock.pauses ?? []).map(pause => pause.to === undefined ? { ...pause, to: momentOf(clock, now) } : pause) }
}

/** @throws Problem `move-not-possible` after the deadline, `effect-invalid` where the limits' units differ */
export function extendClock(calendar: Calendar, clock: ClockState, by: Limit, now: Instant, approvedBy: string, reason: string): ClockState {
  if (clock.legal !== undefined && clock.legal.unit !== by.unit) throw new Problem('effect-invalid', { detail: `a limit in units of ${clock.legal.unit} cannot be lengthened by ${by.unit}` })
  const extensions = clock.extensions ?? []
  const extended = { ...clock, extensions: [...extensions, { n: by.n, on: momentOf(clock, now), by: approvedBy, reason }] }
  const fault = faultOf(calendar, extended, now)
  if (fault === null || fault.extension !== extensions.length) return extended
  if (fault.code !== 'extension-after-deadline') throw new Problem('effect-invalid', { detail: `extension of the limit: ${fault.code}` })
  const { legal } = dueOf(calendar, clock, now)
  throw new Problem('move-not-possible', { detail: { zh: `法定期限已于 ${legal} 届满，不能再延长`, en: `the legal limit ended on ${legal} and cannot be lengthened any more` } })
}

export interface ReadDue extends Due {
  readonly provisional: boolean
  readonly ends?: ClockState['ends']
}

/** Due dates now; an open pause leaves the projected ones. */
export function dueOf(calendar: Calendar, clock: ClockState, now: Instant): ReadDue {
  const reading = tolerantReading(calendar, clock, now)
  if (reading === null) return { legal: null, promised: null, provisional: false }
  const legal = reading.due.legal ?? reading.projected.legal
  const promised = reading.due.promised ?? reading.projected.promised
  const ends = { ...(isInstant(legal) ? { legal } : {}), ...(isInstant(promised) ? { promised } : {}) }
  return { legal: dayOf(legal), promised: dayOf(promised), provisional: reading.provisional, ...(Object.keys(ends).length > 0 ? { ends } : {}) }
}

function inputOf(clock: ClockState, now: Instant): ClockInput | null {
  if (clock.start === undefined || clock.legal === undefined) return null
  return {
    start: { kind: 'acceptance', at: clock.start },
    legal: periodOf(clock.legal),
    ...(clock.promised ? { promised: periodOf(clock.promised) } : {}),
    pauses: (clock.pauses ?? []).map(pause => ({ ...pause })),
    extensions: (clock.extensions ?? []).map(extension => ({ n: extension.n, on: extension.on, approvedBy: extension.by, reason: extension.reason })),
    rules: { pauses: { noticeRequired: false, beyondNotice: 'excluded', source: 'unverified', verified: false } },
    now,
  }
}

function faultOf(calendar: Calendar, clock: ClockState, now: Instant) {
  const input = inputOf(clock, now)
  const reading = input && readClock(calendar, input)
  return reading === null || reading.ok ? null : reading
}

/**
 * What was recorded stays even where a calendar that came later no longer admits it: such a pause or extension then
 * counts for nothing, and a promise that has become longer than the legal limit ends with it.
 */
function tolerantReading(calendar: Calendar, clock: ClockState, now: Instant): ClockReading | null {
  let input = inputOf(clock, now)
  while (input !== null) {
    const reading = readClock(calendar, input)
    if (reading.ok) return reading
    const without = <T>(list: readonly T[] | undefined, index: number | undefined) => (list ?? []).filter((_, i) => i !== index)
    if (reading.code === 'promise-exceeds-legal') input = { ...input, promised: input.legal }
    else if (reading.pause !== undefined) input = { ...input, pauses: without(input.pauses, reading.pause) }
    else if (reading.extension !== undefined) input = { ...input, extensions: without(input.extensions, reading.extension) }
    else throw new Problem('effect-invalid', { detail: `clock of the case: ${reading.code}` })
  }
  return null
}

export function periodOf(limit: Limit): Period {
  return { n: limit.n, unit: limit.unit === 'workingDay' ? 'workday' : limit.unit }
}

/** What a state does to legal time: it runs unless told otherwise. */
export function clockOf(state: State): 'running' | 'paused' | 'stopped' {
  return state.clock ?? 'running'
}

export interface DueMoment {
  readonly at: Instant
  readonly provisional: boolean
}

/** When something declared by `within` is due; `null` when what it hangs on is not known. A day is due when it ends. */
export function dueMoment(calendar: Calendar, within: Within<any>, from: Instant, values: Readonly<Record<string, unknown>>, limits: Readonly<Record<string, Limit>> | undefined, caseDue: Due, clock: ClockState = {}): DueMoment | null {
  if ('hours' in within) return momentAfter(calendar, from, { n: within.hours, unit: 'hour' })
  if ('before' in within) return momentBefore(calendar, within, values)
  if ('workingDays' in within) return momentAfter(calendar, from, { n: within.workingDays, unit: 'workday' })
  // Days of a definition are plain days; those of a matter's limit end as legal periods do.
  if ('days' in within) return { at: endOfDay(addDays(localDate(from), within.days)), provisional: false }
  if (within.limit === 'legal' || within.limit === 'promised') {
    const day = caseDue[within.limit]
    return day === null ? null : { at: clock.ends?.[within.limit] ?? endOfDay(day), provisional: clock.provisional ?? false }
  }
  const limit = limits?.[within.limit]
  return limit === undefined ? null : momentAfter(calendar, from, periodOf(limit))
}

function momentAfter(calendar: Calendar, from: Instant, period: Period): DueMoment {
  return settled(dueDate(calendar, period.unit === 'hour' ? from : localDate(from), period))
}

function momentBefore(calendar: Calendar, within: { readonly before: string; readonly workingDays?: number; readonly days?: number }, values: Readonly<Record<string, unknown>>): DueMoment | null {
  const end = values[within.before]
  if (typeof end !== 'string') return null
  if (within.workingDays === undefined && within.days === undefined && isInstant(end)) return { at: new Date(end).toISOString(), provisional: false }
  const period: Period = within.workingDays === undefined ? { n: within.days ?? 0, unit: 'day' } : { n: within.workingDays, unit: 'workday' }
  return settled(dueBefore(calendar, dayOf(end), period))
}

function settled(result: DueResult): DueMoment {
  if (!result.ok) throw new Problem('effect-invalid', { detail: `a limit of the case: ${result.code}` })
  return { at: isInstant(result.due) ? result.due : endOfDay(result.due), provisional: result.provisional }
}

/** A moment some time before another; by working days it keeps the time of day and leaves that many of them. */
export function momentAhead(calendar: Calendar, due: DueMoment, ahead: { readonly workingDays?: number; readonly hours?: number }): DueMoment {
  if (ahead.hours !== undefined) return { ...due, at: new Date(Date.parse(due.at) - ahead.hours * HOUR_MS).toISOString() }
  const day = localDate(new Date(Date.parse(due.at) - 1).toISOString())
  const earlier = addWorkdays(calendar, day, -(ahead.workingDays ?? 0))
  return { ...due, at: new Date(Date.parse(due.at) - (Date.parse(day) - Date.parse(earlier))).toISOString() }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function endOfDay(day: LocalDate): Instant {
  return new Date(Date.parse(`${day}T00:00:00+08:00`) + DAY_MS).toISOString()
}

export function addDays(day: LocalDate, n: number): LocalDate {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * DAY_MS).toISOString().slice(0, 10)
}

/** The day of an instant in Asia/Shanghai, which has kept UTC+8 since 1991. */
export function localDate(instant: Instant): LocalDate {
  return new Date(Date.parse(instant) + 8 * HOUR_MS).toISOString().slice(0, 10)
}

function momentOf(clock: ClockState, now: Instant): LocalDate | Instant {
  return clock.start !== undefined && isInstant(clock.start) ? now : localDate(now)
}

function isInstant(moment: LocalDate | Instant): boolean {
  return moment.length > 10
}

function dayOf(moment: LocalDate | Instant): LocalDate {
  return isInstant(moment) ? localDate(moment) : moment
}
