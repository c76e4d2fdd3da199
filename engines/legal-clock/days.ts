/**
 * Civil dates as whole numbers: a `Day` string is `YYYY-MM-DD` in Asia/Shanghai, a day number counts from 1970-01-01.
 * Law counts in days, so all arithmetic here is on integers; instants are ISO strings with a zone.
 */

/** `YYYY-MM-DD`, a civil date in Asia/Shanghai. */
export type Day = string
/** ISO 8601 instant with `Z` or an offset, e.g. `2020-01-31T01:30:00Z`. */
export type Instant = string

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
/** Asia/Shanghai has kept UTC+8 without summer time since 1991. */
const SHANGHAI_MS = 8 * HOUR_MS

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/
const instantPattern = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

/** Day number of a date, or null when the text is no date (2020-02-30 is none). */
export function dayNumber(day: Day): number | null {
  const match = dayPattern.exec(day)
  if (!match) return null
  const number = numberOf(Number(match[1]), Number(match[2]), Number(match[3]))
  return dayText(number) === day ? number : null
}

/** Day number of a date. @throws RangeError when the text is no date */
export function dayNumberOf(day: Day): number {
  const number = dayNumber(day)
  if (number === null) throw new RangeError(`date-invalid: '${day}' is not a date YYYY-MM-DD`)
  return number
}

export function dayText(number: number): Day {
  return new Date(number * DAY_MS).toISOString().slice(0, 10)
}

/** Milliseconds since the epoch, or null when the text is no instant with a zone. */
export function instantMs(instant: Instant): number | null {
  const match = instantPattern.exec(instant)
  if (!match || dayNumber(match[1] ?? '') === null) return null
  const ms = Date.parse(instant)
  return Number.isNaN(ms) ? null : ms
}

export function instantText(ms: number): Instant {
  return new Date(ms).toISOString()
}

/** The Shanghai day an instant falls on. */
export function dayOfMs(ms: number): number {
  return Math.floor((ms + SHANGHAI_MS) / DAY_MS)
}

/** The instant at which a Shanghai day begins. */
export function startOfDayMs(number: number): number {
  return number * DAY_MS - SHANGHAI_MS
}

/** Day number of a date or of the Shanghai day of an instant; null when the text is neither. */
export function dayOf(when: Day | Instant): number | null {
  const number = dayNumber(when)
  if (number !== null) return number
  const ms = instantMs(when)
  return ms === null ? null : dayOfMs(ms)
}

/** Milliseconds of an instant, or of the beginning of a Shanghai day; null when the text is neither. */
export function msOf(when: Day | Instant): number | null {
  const number = dayNumber(when)
  return number === null ? instantMs(when) : startOfDayMs(number)
}

/** 0 = Monday … 6 = Sunday. */
export function weekdayOf(number: number): number {
  return mod(number + 3, 7)
}

/** The same day of a later month, or that month's last day where it has no such day. */
export function addMonths(number: number, months: number): number {
  const date = new Date(number * DAY_MS)
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth() + months
  const first = Date.UTC(Math.floor(month / 12), mod(month, 12), 1) / DAY_MS
  const next = Date.UTC(Math.floor((month + 1) / 12), mod(month + 1, 12), 1) / DAY_MS
  return Math.min(first + date.getUTCDate() - 1, next - 1)
}

function numberOf(year: number, month: number, day: number): number {
  return Math.floor(Date.UTC(year, month - 1, day) / DAY_MS)
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b
}
