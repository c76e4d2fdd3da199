/**
 * Statutory pauses (特别程序不计时: hearing, tender, auction, inspection, test, quarantine, appraisal, expert review).
 * The day a pause begins does not count, the day it ends counts again. Overlapping pauses are united, never added.
 * Source: 行政许可法 第45条 (sheet 0.2 [C:8]); the caps and the treatment of overlong pauses are configuration.
 */
import type { Day, Instant } from './days.ts'
import type { Stretch, TimeLine } from './timeline.ts'
import { unite } from './timeline.ts'

export interface Pause {
  /** First day that does not count; for limits in hours an instant is exact, a day its beginning. */
  readonly from: Day | Instant
  /** Day, or instant, from which time counts again; absent while the pause is open. */
  readonly to?: Day | Instant
  readonly kind: string
  /** Length told in the written notice: working days for limits in working days, else calendar days. */
  readonly noticeDays?: number
  /** Date of the notice, when it is not `from`. */
  readonly noticeOn?: Day | Instant
}

export interface PauseRules {
  /** Kinds the matter allows; absent = any. */
  readonly kinds?: readonly string[]
  readonly noticeRequired: boolean
  /** Longest pause that is not counted, in days of the notice's unit: each, and all together. */
  readonly cap?: { readonly each?: number; readonly total?: number }
  /** Whether days beyond the notified length count again. */
  readonly beyondNotice: 'excluded' | 'counted'
  readonly source: string
  readonly verified: boolean
}

export const defaultPauseRules: PauseRules = {
  noticeRequired: true,
  beyondNotice: 'excluded',
  source: 'unverified',
  verified: false,
}

export type PauseErrorCode =
  | 'date-invalid'
  | 'pause-kind-not-allowed'
  | 'pause-without-notice'
  | 'pause-ends-before-it-begins'
  | 'pause-before-start'
  | 'pause-over-cap'

export interface PauseWarning {
  readonly code: 'pause-longer-than-notice' | 'pause-capped'
  /** Index in the pauses given. */
  readonly pause: number
}

/** A pause on the time line. */
export interface PlacedPause {
  readonly index: number
  readonly lo: number
  /** Where it ends if it is closed, capped or bounded by its notice; infinite otherwise. */
  readonly hi: number
  readonly open: boolean
  readonly noticeEnd: number
  /** The later of the beginning and the notice: the moment it must have been opened by. */
  readonly openedAt: number
  readonly warnings: readonly PauseWarning[]
}

export type PlaceResult =
  | { readonly ok: true; readonly pause: PlacedPause }
  | { readonly ok: false; readonly code: PauseErrorCode; readonly pause: number }

/** `start`: position of the event that starts the clock. */
export function placePause(line: TimeLine, start: number, pause: Pause, index: number, rules: PauseRules): PlaceResult {
  const refuse = (code: PauseErrorCode): PlaceResult => ({ ok: false, code, pause: index })
  const lo = line.at(pause.from)
  const end = pause.to === undefined ? Infinity : line.at(pause.to)
  const told = pause.noticeOn === undefined ? lo : line.at(pause.noticeOn)
  if (lo === null || end === null || told === null) return refuse('date-invalid')
  if (rules.kinds && !rules.kinds.includes(pause.kind)) return refuse('pause-kind-not-allowed')
  if (end < lo) return refuse('pause-ends-before-it-begins')
  if (lo < start) return refuse('pause-before-start')

  const notice = pause.noticeDays
  const isNotified = notice !== undefined && Number.isInteger(notice) && notice > 0
  if (!isNotified && (rules.noticeRequired || notice !== undefined)) return refuse('pause-without-notice')
  const cap = Math.min(rules.cap?.each ?? Infinity, rules.cap?.total ?? Infinity)
  if (isNotified && notice > cap) return refuse('pause-over-cap')

  const noticeEnd = isNotified ? line.advance(lo, notice * line.unitsPerDay) : Infinity
  const capEnd = rules.cap?.each === undefined ? Infinity : line.advance(lo, rules.cap.each * line.unitsPerDay)
  const hi = Math.min(end, capEnd, rules.beyondNotice === 'counted' ? noticeEnd : Infinity)
  const warnings: PauseWarning[] = []
  if (end !== Infinity && line.count(lo, end) > (notice ?? Infinity) * line.unitsPerDay) {
    warnings.push({ code: 'pause-longer-than-notice', pause: index })
  }
  if (capEnd < end && end !== Infinity) warnings.push({ code: 'pause-capped', pause: index })
  return { ok: true, pause: { index, lo, hi, open: end === Infinity, noticeEnd, openedAt: Math.max(lo, told), warnings } }
}

/** What does not count, as known at `at`: an open pause that still runs has no end yet. */
export function pausedStretches(line: TimeLine, pauses: readonly PlacedPause[], at: number, rules: PauseRules): Stretch[] {
  const known = pauses.map(({ lo, hi, open }) => ({ lo, hi: open && at < hi ? Infinity : hi }))
  return limitTotal(line, unite(known), at, rules)
}

/** The same with every running pause ending when its notice runs out, or at `at` when that is past. */
export function projectedStretches(line: TimeLine, pauses: readonly PlacedPause[], at: number, rules: PauseRules): Stretch[] {
  const expected = pauses.map(({ lo, hi, open, noticeEnd }) => {
    if (!open || at >= hi) return { lo, hi }
    const end = noticeEnd === Infinity ? Math.max(lo, at) : Math.max(noticeEnd, at)
    return { lo, hi: Math.min(hi, end) }
  })
  return limitTotal(line, unite(expected), at, rules)
}

/** Keeps the first `cap.total` days of disjoint stretches. An open one that has not used them up stays open. */
function limitTotal(line: TimeLine, stretches: Stretch[], at: number, rules: PauseRules): Stretch[] {
  const total = rules.cap?.total
  if (total === undefined) return stretches
  let left = total * line.unitsPerDay
  const kept: Stretch[] = []
  for (const { lo, hi } of stretches) {
    if (left <= 0) break
    const end = line.advance(lo, left)
    if (hi === Infinity && at < end) {
      kept.push({ lo, hi })
      break
    }
    kept.push({ lo, hi: Math.min(hi, end) })
    left -= line.count(lo, Math.min(hi, end))
  }
  return kept
}
