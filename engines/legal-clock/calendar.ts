/**
 * Working days by a published calendar. Monday to Friday are working days except the published days off; Saturday and
 * Sunday are not, except the published make-up working days (调休). Outside the published years only the weekday rule
 * is left, and every answer that rests on it is provisional.
 *
 * A calendar's exceptions are indexed once: counting costs one binary search, however long the stretch.
 */
import type { Day } from './days.ts'
import { dayNumberOf, dayText, weekdayOf } from './days.ts'

/** Plain data, so that a table in JSON is a calendar. */
export interface Calendar {
  /** First and last year covered by a published paper. */
  readonly publishedFrom: number
  readonly publishedThrough: number
  readonly offDays: readonly Day[]
  readonly workDays: readonly Day[]
}

export interface WorkdayAnswer {
  readonly workday: boolean
  /** The day lies outside the published years. */
  readonly provisional: boolean
}

/** @throws RangeError when `day` is no date */
export function isWorkday(calendar: Calendar, day: Day): WorkdayAnswer {
  const number = dayNumberOf(day)
  return { workday: isWorkdayNumber(calendar, number), provisional: isProvisional(calendar, number) }
}

/**
 * The n-th working day after `day`, which itself never counts; before it when `n` is negative; `day` when `n` is 0.
 * @throws RangeError when `day` is no date or `n` no whole number
 */
export function addWorkdays(calendar: Calendar, day: Day, n: number): Day {
  return dayText(addWorkdayNumbers(calendar, dayNumberOf(day), n))
}

/** `day` itself when it is a working day, else the first one after it. @throws RangeError when `day` is no date */
export function nextWorkday(calendar: Calendar, day: Day): Day {
  return dayText(nextWorkdayNumber(calendar, dayNumberOf(day)))
}

/**
 * Working days after `from` up to and including `to`; negative when `to` is earlier.
 * @throws RangeError when one is no date
 */
export function workdaysBetween(calendar: Calendar, from: Day, to: Day): number {
  return countWorkdays(calendar, dayNumberOf(from), dayNumberOf(to))
}

// The same on day numbers, for engines that count a lot.

export function isProvisional(calendar: Calendar, number: number): boolean {
  const { firstPublished, lastPublished } = indexOf(calendar)
  return number < firstPublished || number > lastPublished
}

export function isWorkdayNumber(calendar: Calendar, number: number): boolean {
  return countWorkdays(calendar, number - 1, number) === 1
}

/** Working days in (from, to]. */
export function countWorkdays(calendar: Calendar, from: number, to: number): number {
  const index = indexOf(calendar)
  return rank(index, to) - rank(index, from)
}

export function addWorkdayNumbers(calendar: Calendar, number: number, n: number): number {
  if (!Number.isInteger(n)) throw new RangeError(`period-invalid: ${n} is not a whole number of working days`)
  if (n === 0) return number
  const index = indexOf(calendar)
  return n > 0 ? unrank(index, rank(index, number) + n) : unrank(index, rank(index, number - 1) + n + 1)
}

export function nextWorkdayNumber(calendar: Calendar, number: number): number {
  return addWorkdayNumbers(calendar, number - 1, 1)
}

interface CalendarIndex {
  readonly firstPublished: number
  readonly lastPublished: number
  /** Exceptions that differ from the weekday rule, ascending; `shift[i]` is their sum up to and including `days[i]`. */
  readonly days: readonly number[]
  readonly shift: readonly number[]
}

const indexes = new WeakMap<Calendar, CalendarIndex>()

function indexOf(calendar: Calendar): CalendarIndex {
  const known = indexes.get(calendar)
  if (known) return known
  const made = buildIndex(calendar)
  indexes.set(calendar, made)
  return made
}

function buildIndex(calendar: Calendar): CalendarIndex {
  const changes = new Map<number, number>()
  const add = (days: readonly Day[], isOff: boolean) => {
    for (const day of days) {
      const number = dayNumberOf(day)
      if (changes.has(number) && changes.get(number) !== changeAt(number, isOff)) {
        throw new RangeError(`calendar-contradiction: ${day} is both a day off and a working day`)
      }
      changes.set(number, changeAt(number, isOff))
    }
  }
  add(calendar.offDays, true)
  add(calendar.workDays, false)
  const ordered = [...changes].filter(([, change]) => change !== 0).sort((a, b) => a[0] - b[0])
  let sum = 0
  return {
    firstPublished: dayNumberOf(`${calendar.publishedFrom}-01-01`),
    lastPublished: dayNumberOf(`${calendar.publishedThrough}-12-31`),
    days: ordered.map(([number]) => number),
    shift: ordered.map(([, change]) => (sum += change)),
  }
}

/** What a published day changes of the weekday rule: -1, 0 or +1 working days. */
function changeAt(number: number, isOff: boolean): number {
  const weekday = weekdayOf(number) < 5
  if (isOff) return weekday ? -1 : 0
  return weekday ? 0 : 1
}

/** Monday to Friday days up to and including `number`, from an arbitrary origin. */
function weekdayRank(number: number): number {
  const sinceMonday = number + 3
  const weeks = Math.floor(sinceMonday / 7)
  return weeks * 5 + Math.min(sinceMonday - weeks * 7 + 1, 5)
}

/** The smallest day whose weekday rank is `value`. */
function weekdayUnrank(value: number): number {
  const weeks = Math.ceil(value / 5) - 1
  return weeks * 7 + (value - weeks * 5) - 1 - 3
}

/** Working days up to and including `number`, from the same origin. */
function rank(index: CalendarIndex, number: number): number {
  const at = lastAtMost(index.days.length, (i) => index.days[i]! <= number)
  return weekdayRank(number) + (at < 0 ? 0 : index.shift[at]!)
}

/** The smallest day whose rank is `value`. */
function unrank(index: CalendarIndex, value: number): number {
  const { days, shift } = index
  const before = lastAtMost(days.length, (i) => weekdayRank(days[i]!) + shift[i]! < value)
  const byWeekday = weekdayUnrank(value - (before < 0 ? 0 : shift[before]!))
  // A make-up working day on a weekend comes before the weekday the rule alone would give.
  const next = days[before + 1]
  return next === undefined ? byWeekday : Math.min(byWeekday, next)
}

/** The last i for which a condition that holds for a beginning of 0..length-1 still holds; -1 when for none. */
function lastAtMost(length: number, holds: (i: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) low = middle + 1
    else high = middle
  }
  return low - 1
}
