/**
 * Statutory pauses (特别程序不计时: hearing, tender, auction, inspection, test, quarantine, appraisal, expert review).
 * The day a pause begins does not count, the day it ends counts again. Overlapping pauses are united, never added.
 * Source: 行政许可法 第45条 (sheet 0.2 [C:8]); the caps and the treatment of overlong pauses are configuration.
 */
import type { Day, Instant } from './days.ts'
import { dayOf } from './days.ts'
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
  /** Where it was ended; infinite while it is open. */
  readonly end: number
  /** Where its notice, and its own cap, run out; infinite without. */
  readonly noticeEnd: number
  readonly capEnd: number
  /** Up to where it may keep time from counting. */
  readonly bound: number
  /** The later of the beginning and the notice: the moment it must have been opened by. */
  readonly openedAt: number
}

export type PlaceResult =
  | { readonly ok: true; readonly pause: PlacedPause }
  | { readonly ok: false; readonly code: PauseErrorCode; readonly pause: number }

/** `start`: the event that starts the clock. A pause on its day begins with it at the earliest. */
export function placePause(line: TimeLine, start: Day | Instant, pause: Pause, index: number, rules: PauseRules): PlaceResult {
  const refuse = (code: PauseErrorCode): PlaceResult => ({ ok: false, code, pause: index })
  const from = line.at(pause.from)
  const to = pause.to === undefined ? Infinity : line.at(pause.to)
  const told = pause.noticeOn === undefined ? from : line.at(pause.noticeOn)
  if (from === null || to === null || told === null) return refuse('date-invalid')
  if (rules.kinds && !rules.kinds.includes(pause.kind)) return refuse('pause-kind-not-allowed')
  if (to < from) return refuse('pause-ends-before-it-begins')
  if (dayOf(pause.from)! < dayOf(start)!) return refuse('pause-before-start')
  const lo = Math.max(from, line.at(start)!)
  const end = Math.max(to, lo)

  const notice = pause.noticeDays
  const isNotified = notice !== undefined && Number.isInteger(notice) && notice > 0
  if (!isNotified && (rules.noticeRequired || notice !== undefined)) return refuse('pause-without-notice')
  const cap = Math.min(rules.cap?.each ?? Infinity, rules.cap?.total ?? Infinity)
  if (isNotified && notice > cap) return refuse('pause-over-cap')

  const noticeEnd = isNotified ? line.advance(lo, notice * line.unitsPerDay) : Infinity
  const capEnd = rules.cap?.each === undefined ? Infinity : line.advance(lo, rules.cap.each * line.unitsPerDay)
  const bound = Math.min(end, capEnd, rules.beyondNotice === 'counted' ? noticeEnd : Infinity)
  return { ok: true, pause: { index, lo, end, noticeEnd, capEnd, bound, openedAt: Math.max(lo, told) } }
}

/** Pauses that, as known at `at`, have lasted longer than their notice or their own cap. */
export function warningsOf(pauses: readonly PlacedPause[], at: number): PauseWarning[] {
  return pauses.flatMap(({ index, end, noticeEnd, capEnd }) => {
    const lasted = Math.min(end, at)
    const warnings: PauseWarning[] = []
    if (lasted > noticeEnd) warnings.push({ code: 'pause-longer-than-notice', pause: index })
    if (lasted > capEnd) warnings.push({ code: 'pause-capped', pause: index })
    return warnings
  })
}

/** What does not count, as known at `at`: an open pause that still runs has no end yet. */
export function pausedStretches(line: TimeLine, pauses: readonly PlacedPause[], at: number, rules: PauseRules): Stretch[] {
  const known = pauses.map((pause) => ({ lo: pause.lo, hi: isRunning(pause, at) ? Infinity : pause.bound }))
  return limitTotal(line, unite(known), at, rules)
}

/** The same with every running pause ending when its notice runs out, or at `at` when that is past. */
export function projectedStretches(line: TimeLine, pauses: readonly PlacedPause[], at: number, rules: PauseRules): Stretch[] {
  const expected = pauses.map((pause) => {
    if (!isRunning(pause, at)) return { lo: pause.lo, hi: pause.bound }
    const end = Math.max(pause.noticeEnd === Infinity ? pause.lo : pause.noticeEnd, at)
    return { lo: pause.lo, hi: Math.min(pause.bound, end) }
  })
  return limitTotal(line, unite(expected), at, rules)
}

function isRunning(pause: PlacedPause, at: number): boolean {
  return pause.end === Infinity && at < pause.bound
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
