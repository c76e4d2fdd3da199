/**
 * What a newer calendar changes. Provisional answers are settled by the next year's paper; a paper that amends a
 * published year (Spring Festival 2020, Labour Day 2019) moves answers that were not provisional at all.
 */
import type { Calendar } from './calendar.ts'
import type { ClockErrorCode, ClockInput } from './clock.ts'
import { readClock } from './clock.ts'
import type { Day, Instant } from './days.ts'

/** A clock with the answer that was given under the calendar of the time. */
export interface GivenAnswer {
  readonly id: string
  readonly input: ClockInput
  readonly due: { readonly legal: Day | Instant | null; readonly promised: Day | Instant | null }
  readonly provisional: boolean
}

export interface Change {
  readonly id: string
  readonly clock: 'legal' | 'promised'
  readonly before: Day | Instant | null
  readonly after: Day | Instant | null
  readonly wasProvisional: boolean
  readonly provisional: boolean
}

export interface Recomputed {
  readonly changed: readonly Change[]
  /** Provisional before, final now, with the same dates. */
  readonly confirmed: readonly string[]
  /** Facts the newer calendar no longer admits: a pause opened on a day that is now past the deadline. */
  readonly failed: readonly { readonly id: string; readonly code: ClockErrorCode }[]
}

/** Reads every answer again under `newer`; answers that stay as they were are in none of the lists. */
export function recompute(newer: Calendar, answers: readonly GivenAnswer[]): Recomputed {
  const changed: Change[] = []
  const confirmed: string[] = []
  const failed: { id: string; code: ClockErrorCode }[] = []
  for (const { id, input, due, provisional } of answers) {
    const reading = readClock(newer, input)
    if (!reading.ok) {
      failed.push({ id, code: reading.code })
      continue
    }
    const moved = (['legal', 'promised'] as const).filter((clock) => reading.due[clock] !== due[clock])
    for (const clock of moved) {
      const face = reading[clock]
      changed.push({ id, clock, before: due[clock], after: face.due, wasProvisional: provisional, provisional: face.provisional })
    }
    if (moved.length === 0 && provisional && !reading.provisional) confirmed.push(id)
  }
  return { changed, confirmed, failed }
}
