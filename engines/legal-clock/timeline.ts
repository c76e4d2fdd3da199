/**
 * A time line counts one unit along whole numbers: day numbers for working days and days, milliseconds for hours. All
 * stretches on it are half open, so stretches that meet neither overlap nor leave a gap.
 */
import type { Calendar } from './calendar.ts'
import { addWorkdayNumbers, countWorkdays } from './calendar.ts'
import type { Day, Instant } from './days.ts'
import { DAY_MS, HOUR_MS, dayOf, msOf } from './days.ts'

/** From `lo` up to but not including `hi`; `hi` may be infinite. */
export interface Stretch {
  readonly lo: number
  readonly hi: number
}

export interface TimeLine {
  /** Position of a moment; null when the text is neither a date nor an instant. */
  at(when: Day | Instant): number | null
  /** Units in a stretch. */
  count(lo: number, hi: number): number
  /** The end of the shortest stretch from `lo` that holds n units. */
  advance(lo: number, n: number): number
  /** Units that make one day of a pause's notice or cap. */
  readonly unitsPerDay: number
}

export function timeLine(calendar: Calendar, unit: 'workday' | 'day' | 'hour'): TimeLine {
  switch (unit) {
    case 'workday':
      return {
        at: dayOf,
        count: (lo, hi) => countWorkdays(calendar, lo - 1, hi - 1),
        advance: (lo, n) => addWorkdayNumbers(calendar, lo - 1, n) + 1,
        unitsPerDay: 1,
      }
    case 'day':
      return { at: dayOf, count: (lo, hi) => hi - lo, advance: (lo, n) => lo + n, unitsPerDay: 1 }
    case 'hour':
      return {
        at: msOf,
        count: (lo, hi) => (hi - lo) / HOUR_MS,
        advance: (lo, n) => lo + n * HOUR_MS,
        unitsPerDay: DAY_MS / HOUR_MS,
      }
  }
}

/** The same points as disjoint stretches in order; stretches that meet become one. */
export function unite(stretches: readonly Stretch[]): Stretch[] {
  const united: Stretch[] = []
  for (const next of stretches.filter(({ lo, hi }) => lo < hi).sort((a, b) => a.lo - b.lo)) {
    const last = united.at(-1)
    if (last && next.lo <= last.hi) united[united.length - 1] = { lo: last.lo, hi: Math.max(last.hi, next.hi) }
    else united.push(next)
  }
  return united
}

/** `from` without the points of `taken`; both disjoint and in order. */
export function subtract(from: readonly Stretch[], taken: readonly Stretch[]): Stretch[] {
  const rest: Stretch[] = []
  let i = 0
  for (const { lo, hi } of from) {
    let at = lo
    while (i < taken.length && taken[i]!.hi <= at) i++
    for (let j = i; j < taken.length && taken[j]!.lo < hi; j++) {
      if (taken[j]!.lo > at) rest.push({ lo: at, hi: taken[j]!.lo })
      at = Math.max(at, taken[j]!.hi)
    }
    if (at < hi) rest.push({ lo: at, hi })
  }
  return rest
}

/** Units of disjoint stretches together. */
export function countAll(line: TimeLine, stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { lo, hi }) => sum + line.count(lo, hi), 0)
}

/**
 * The end of the shortest stretch from `lo` that holds n units outside the pauses (disjoint, in order); infinite when an
 * open pause comes first.
 */
export function runOut(line: TimeLine, lo: number, n: number, pauses: readonly Stretch[]): number {
  let at = lo
  let left = n
  for (const pause of pauses) {
    if (pause.hi <= at) continue
    if (pause.lo > at) {
      const room = line.count(at, pause.lo)
      if (room >= left) return line.advance(at, left)
      left -= room
    }
    at = pause.hi
    if (at === Infinity) return Infinity
  }
  return line.advance(at, left)
}
