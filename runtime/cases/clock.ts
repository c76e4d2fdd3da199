/**
 * The clock of a case: when legal time began, its limits, pauses and extensions; due dates are read off it by the
 * legal-clock engine. Also the due instants of to-dos and timers.
 */
import { addWorkdays, isWorkday, readClock, type Calendar, type Period } from '../../engines/legal-clock/index.ts'
import type { State, Within } from '../../kernel/case.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Instant, LocalDate } from '../../kernel/field.ts'
import type { Limit } from '../../kernel/matter.ts'

export interface ClockState {
  /** Absent until legal time begins. */
  readonly start?: LocalDate
  readonly legal?: Limit
  readonly promised?: Limit
  readonly pauses?: readonly { readonly from: LocalDate; readonly to?: LocalDate; readonly kind: string; readonly noticeDays?: number }[]
  readonly extensions?: readonly { readonly n: number; readonly on: LocalDate; readonly by: string; readonly reason: string }[]
  /** Some due date rests on a calendar not yet published. */
  readonly provisional?: boolean
  /** When each track reached its present step. */
  readonly steps?: Readonly<Record<string, Instant>>
}

export interface Due {
  readonly legal: LocalDate | null
  readonly promised: LocalDate | null
}

/** The last working day of a published calendar is known; days beyond it are provisional. */
export function startClock(clock: ClockState, start: LocalDate, limits: { readonly legal: Limit; readonly promised: Limit } | undefined): ClockState {
  if (limits === undefined) return { ...clock, start }
  return { ...clock, start, legal: limits.legal, promised: limits.promised }
}

/** @throws Problem `pause-after-deadline` */
export function pauseClock(clock: ClockState, today: LocalDate, kind: string, due: Due, noticeDays?: number): ClockState {
  if (due.legal !== null && today > due.legal) throw new Problem('pause-after-deadline', { detail: { zh: `法定期限已于 ${due.legal} 届满`, en: `the legal limit ended on ${due.legal}` } })
  return { ...clock, pauses: [...clock.pauses ?? [], { from: today, kind, ...(noticeDays === undefined ? {} : { noticeDays }) }] }
}

export function resumeClock(clock: ClockState, today: LocalDate): ClockState {
  return { ...clock, pauses: (clock.pauses ?? []).map(pause => pause.to === undefined ? { ...pause, to: today } : pause) }
}

export function extendClock(clock: ClockState, by: Limit, today: LocalDate, approvedBy: string, reason: string): ClockState {
  return { ...clock, extensions: [...clock.extensions ?? [], { n: by.n, on: today, by: approvedBy, reason }] }
}

export interface ReadDue extends Due {
  readonly provisional: boolean
}

/** Due dates now; an open pause leaves the projected ones. */
export function dueOf(calendar: Calendar, clock: ClockState, now: Instant): ReadDue {
  if (clock.start === undefined || clock.legal === undefined) return { legal: null, promised: null, provisional: false }
  const reading = readClock(calendar, {
    start: { kind: 'acceptance', at: clock.start },
    legal: periodOf(clock.legal),
    ...(clock.promised ? { promised: periodOf(clock.promised) } : {}),
    pauses: (clock.pauses ?? []).map(pause => ({ ...pause })),
    extensions: (clock.extensions ?? []).map(extension => ({ n: extension.n, on: extension.on, approvedBy: extension.by, reason: extension.reason })),
    rules: { pauses: { noticeRequired: false, beyondNotice: 'excluded', source: 'unverified', verified: false } },
    now,
  })
  if (!reading.ok) throw new Problem('effect-invalid', { detail: `clock of the case: ${reading.code}` })
  return { legal: dayOf(reading.due.legal ?? reading.projected.legal), promised: dayOf(reading.due.promised ?? reading.projected.promised), provisional: reading.provisional }
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

/** When something declared by `within` is due; `null` when what it hangs on is not known. */
export function dueMoment(calendar: Calendar, within: Within<any>, from: Instant, values: Readonly<Record<string, unknown>>, limits: Readonly<Record<string, Limit>> | undefined, caseDue: Due): DueMoment | null {
  if ('hours' in within) return { at: new Date(Date.parse(from) + within.hours * 3_600_000).toISOString(), provisional: false }
  if ('before' in within) return dueBefore(calendar, within, values)
  if ('limit' in within) {
    if (within.limit === 'legal' || within.limit === 'promised') {
      const day = caseDue[within.limit]
      return day === null ? null : endOfDay(calendar, day)
    }
    const limit = limits?.[within.limit]
    if (limit === undefined) return null
    if (limit.unit === 'hour') return dueMoment(calendar, { hours: limit.n }, from, values, limits, caseDue)
    return dueMoment(calendar, limit.unit === 'workingDay' ? { workingDays: limit.n } : { days: limit.n }, from, values, limits, caseDue)
  }
  const day = localDate(from)
  return endOfDay(calendar, 'workingDays' in within ? addWorkdays(calendar, day, within.workingDays) : addDays(day, within.days))
}

function dueBefore(calendar: Calendar, within: { readonly before: string; readonly workingDays?: number; readonly days?: number }, values: Readonly<Record<string, unknown>>): DueMoment | null {
  const end = values[within.before]
  if (typeof end !== 'string') return null
  if (within.workingDays === undefined && within.days === undefined && end.length > 10) return { at: new Date(end).toISOString(), provisional: false }
  const day = end.length > 10 ? localDate(end) : end
  if (within.workingDays !== undefined) return endOfDay(calendar, addWorkdays(calendar, day, -within.workingDays))
  return endOfDay(calendar, addDays(day, -(within.days ?? 0)))
}

function endOfDay(calendar: Calendar, day: LocalDate): DueMoment {
  return { at: new Date(Date.parse(`${day}T00:00:00+08:00`) + 86_400_000).toISOString(), provisional: isWorkday(calendar, day).provisional }
}

export function addDays(day: LocalDate, n: number): LocalDate {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10)
}

/** The day of an instant in Asia/Shanghai, which has kept UTC+8 since 1991. */
export function localDate(instant: Instant): LocalDate {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10)
}

function dayOf(moment: string): LocalDate {
  return moment.length > 10 ? localDate(moment) : moment
}
