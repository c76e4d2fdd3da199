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
  const year = Number(match[1])
  const month = Number(match[2])
  const date = Number(match[3])
  if (month < 1 || month > 12 || date < 1 || date > lengthOfMonth(year, month)) return null
  return firstOfMonth(year, month) + date - 1
}

/** Day number of a date. @throws RangeError when the text is no date */
export function dayNumberOf(day: Day): number {
  const number = dayNumber(day)
  if (number === null) throw new RangeError(`date-invalid: '${day}' is not a date YYYY-MM-DD`)
  return number
}

export function dayText(number: number): Day {
  const { year, month, date } = civilOf(number)
  return `${String(year).padStart(4, '0')}-${month < 10 ? '0' : ''}${month}-${date < 10 ? '0' : ''}${date}`
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
  const { year, month, date } = civilOf(number)
  const count = year * 12 + month - 1 + months
  const newYear = Math.floor(count / 12)
  const newMonth = mod(count, 12) + 1
  return firstOfMonth(newYear, newMonth) + Math.min(date, lengthOfMonth(newYear, newMonth)) - 1
}

// The Gregorian calendar repeats every 400 years of 146,097 days. Years are taken to begin in March, so that the leap
// day comes last and the months before it have lengths that follow (153 m + 2) / 5.

function firstOfMonth(year: number, month: number): number {
  const marchYear = month > 2 ? year : year - 1
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - era * 400
  const dayOfYear = Math.floor((153 * mod(month - 3, 12) + 2) / 5)
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

function civilOf(number: number): { year: number; month: number; date: number } {
  const shifted = number + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date }
}

function lengthOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function mod(a: number, b: number): number {
  return ((a % b) + b) % b
}
