/** How long the cases of an event log took, and how many ended late. Columns compared are named on each figure. */
import type { LogCase } from './eventlog.ts'

export interface DurationFigures {
  readonly cases: number
  /** Days from the first to the last `time:timestamp` of a case, over all cases, those with one event (0 days) too. */
  readonly eventSpan: { readonly median: number; readonly p90: number }
  /** Cases with a `case:enddate`. */
  readonly closed: number
  /** Days from `case:startdate` to `case:enddate`, over the closed. */
  readonly startToEnd: { readonly median: number }
  /** Closed cases whose `case:enddate` is a later instant than `case:deadline` (not `case:enddate_planned`, not by day). */
  readonly endedAfterDeadline: number
  /** Cases with an empty `case:enddate`. */
  readonly withoutEnd: number
}

export function durationFigures(cases: readonly LogCase[]): DurationFigures {
  const closed = cases.filter(one => one.endedAt !== null)
  const spans = cases.map(({ events }) => days(events[0]!.at, events.at(-1)!.at))
  return {
    cases: cases.length,
    eventSpan: { median: quantile(spans, 0.5), p90: quantile(spans, 0.9) },
    closed: closed.length,
    startToEnd: { median: quantile(closed.map(one => days(one.startedAt, one.endedAt!)), 0.5) },
    endedAfterDeadline: closed.filter(one => one.deadline !== null && one.endedAt! > one.deadline).length,
    withoutEnd: cases.length - closed.length,
  }
}

function days(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000
}

/** Linear between the two nearest values (Hyndman and Fan's type 7); NaN of nothing. */
export function quantile(values: readonly number[], p: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * p
  const low = Math.floor(place)
  const [below, above] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!]
  return below + (above - below) * (place - low)
}
