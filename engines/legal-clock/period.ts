/**
 * Periods: when a limit of n working days, days, months, years or hours runs out, without pauses (clock.ts has those).
 * The day of the event never counts; hours run from the instant.
 */
import type { Calendar } from './calendar.ts'
import { addWorkdayNumbers, isProvisional, nextWorkdayNumber } from './calendar.ts'
import type { Day, Instant } from './days.ts'
import { HOUR_MS, addMonths, dayOf, dayText, instantMs, instantText } from './days.ts'

export interface Period {
  /** Whole, except for hours; 0 means the same day. */
  readonly n: number
  readonly unit: 'workday' | 'day' | 'month' | 'year' | 'hour'
}

/** How a period in days, months or years ends. Configuration, because the source is not settled for every procedure. */
export interface PeriodRules {
  /** A last day that is no working day moves to the next working day. */
  readonly rollForward: boolean
  readonly source: string
  readonly verified: boolean
}

/**
 * A month ends on the day of the same number, or on the month's last day; a last day on a holiday moves on. The articles
 * were read in public reprints; that they govern administrative periods as well has not been confirmed.
 */
export const defaultPeriodRules: PeriodRules = {
  rollForward: true,
  source: '民法典 第201—203条 / Civil Code art. 201-203',
  verified: false,
}

export type PeriodErrorCode = 'date-invalid' | 'instant-required' | 'period-invalid'

export type DueResult =
  | { readonly ok: true; readonly due: Day | Instant; readonly provisional: boolean }
  | { readonly ok: false; readonly code: PeriodErrorCode }

/** Due day of a period that starts with the event of `start`; a due instant when the unit is hours. */
export function dueDate(calendar: Calendar, start: Day | Instant, period: Period, rules = defaultPeriodRules): DueResult {
  const fault = periodFault(start, period)
  if (fault) return { ok: false, code: fault }
  if (period.unit === 'hour') {
    return { ok: true, due: instantText(instantMs(start)! + period.n * HOUR_MS), provisional: false }
  }
  const startDay = dayOf(start)!
  const last = lastDayOf(calendar, startDay, period)
  const rolls = rules.rollForward || period.unit === 'workday'
  const due = rolls ? nextWorkdayNumber(calendar, last) : last
  return { ok: true, due: dayText(due), provisional: rolls && (isProvisional(calendar, startDay + 1) || isProvisional(calendar, due)) }
}

/**
 * The latest day, or instant for hours, that lies a whole period before `end`: a notice "7 days before arrival". A day
 * found on a holiday stays there, because whether it moves, and which way, differs by procedure.
 */
export function dueBefore(calendar: Calendar, end: Day | Instant, period: Period): DueResult {
  const fault = periodFault(end, period)
  if (fault) return { ok: false, code: fault }
  if (period.unit === 'hour') {
    return { ok: true, due: instantText(instantMs(end)! - period.n * HOUR_MS), provisional: false }
  }
  const endDay = dayOf(end)!
  const due = lastDayOf(calendar, endDay, { unit: period.unit, n: -period.n })
  const provisional = period.unit === 'workday' && (isProvisional(calendar, due) || isProvisional(calendar, endDay))
  return { ok: true, due: dayText(due), provisional }
}

/** What is wrong with a period from `start`, if anything. */
export function periodFault(start: Day | Instant, period: Period): PeriodErrorCode | null {
  if (!isPeriod(period)) return 'period-invalid'
  if (dayOf(start) === null) return 'date-invalid'
  if (period.unit === 'hour' && instantMs(start) === null) return 'instant-required'
  return null
}

function isPeriod(period: Period): boolean {
  if (!Number.isFinite(period.n) || period.n < 0) return false
  return period.unit === 'hour' || Number.isInteger(period.n)
}

function lastDayOf(calendar: Calendar, start: number, period: Period): number {
  switch (period.unit) {
    case 'workday':
      return addWorkdayNumbers(calendar, start, period.n)
    case 'month':
      return addMonths(start, period.n)
    case 'year':
      return addMonths(start, period.n * 12)
    default:
      return start + period.n
  }
}
