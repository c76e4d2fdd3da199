/**
 * The legal clock of a case: legal, promised and actual time side by side. A reading is a pure function of the recorded
 * facts and `now`; nothing is stored, so a corrected fact or a newer calendar simply gives another reading.
 * Source: sheet 0.2 [C:8] (event day excluded, special procedures not counted, extension approved with a reason).
 */
import type { Calendar } from './calendar.ts'
import { countWorkdays, isProvisional, nextWorkdayNumber } from './calendar.ts'
import type { Day, Instant } from './days.ts'
import { HOUR_MS, addMonths, dayOf, dayText, instantMs, instantText, startOfDayMs } from './days.ts'
import type { Pause, PauseErrorCode, PauseRules, PauseWarning, PlacedPause } from './pauses.ts'
import { defaultPauseRules, pausedStretches, placePause, projectedStretches, warningsOf } from './pauses.ts'
import type { Period, PeriodErrorCode, PeriodRules } from './period.ts'
import { defaultPeriodRules, periodFault } from './period.ts'
import type { Stretch, TimeLine } from './timeline.ts'
import { countAll, runOut, subtract, timeLine } from './timeline.ts'

/** More time, in the unit of the legal limit. */
export interface Extension {
  readonly n: number
  readonly on: Day | Instant
  readonly approvedBy: string
  /** Told to the applicant. */
  readonly reason: string
}

export interface ExtensionRules {
  /** Units all extensions may add together. */
  readonly max?: number
  readonly times?: number
  readonly extends: 'legal' | 'both'
  readonly source: string
  readonly verified: boolean
}

export const defaultExtensionRules: ExtensionRules = { extends: 'legal', source: 'unverified', verified: false }

export interface ClockRules {
  readonly period?: PeriodRules
  readonly pauses?: PauseRules
  readonly extensions?: ExtensionRules
}

export interface ClockInput {
  /** The event that starts time, as a rule the acceptance; its day does not count. */
  readonly start: { readonly kind: string; readonly at: Day | Instant }
  readonly legal: Period
  /** At most as long as the legal limit. */
  readonly promised?: Period
  readonly pauses?: readonly Pause[]
  readonly extensions?: readonly Extension[]
  readonly now: Day | Instant
  readonly finished?: Day | Instant
  readonly rules?: ClockRules
}

export type Light = 'green' | 'yellow' | 'red'

/** One limit's side of the clock. Counts are in the limit's unit; months and years are counted in days. */
export interface Face {
  /** Last day (or instant, for hours); null while an open pause leaves it undetermined. */
  readonly due: Day | Instant | null
  /** `due`, or what it becomes when the open pause ends with its notice. */
  readonly projected: Day | Instant
  readonly provisional: boolean
  readonly used: number
  /** 0 on the last day, negative after it: working days late are counted as working days. */
  readonly left: number
  readonly light: Light
}

export interface ClockReading {
  readonly ok: true
  readonly state: 'running' | 'paused' | 'finished'
  readonly due: { readonly legal: Day | Instant | null; readonly promised: Day | Instant | null }
  readonly projected: { readonly legal: Day | Instant; readonly promised: Day | Instant }
  readonly provisional: boolean
  /** Of the promised limit where there is one, else of the legal one. */
  readonly used: number
  readonly left: number
  readonly light: Light
  /** 提速率: 1 - promised / legal; null when their units cannot be compared. */
  readonly speedUp: number | null
  readonly legal: Face
  readonly promised: Face
  /** Wall time from the start to the end, or to now: pauses included. */
  readonly actual: { readonly workdays: number; readonly days: number; readonly hours: number | null }
  readonly warnings: readonly PauseWarning[]
}

export type ClockErrorCode =
  | PeriodErrorCode
  | PauseErrorCode
  | 'pause-after-deadline'
  | 'extension-invalid'
  | 'extension-without-approval'
  | 'extension-after-deadline'
  | 'extension-over-limit'
  | 'promise-exceeds-legal'
  | 'now-before-start'

export interface ClockError {
  readonly ok: false
  readonly code: ClockErrorCode
  /** Index of the pause or the extension at fault. */
  readonly pause?: number
  readonly extension?: number
}

/** Reads the clock. To learn whether a pause or an extension may be added, read it with that one appended. */
export function readClock(calendar: Calendar, input: ClockInput): ClockReading | ClockError {
  const { start, legal, now } = input
  const promised = input.promised ?? legal
  const at = input.finished ?? now
  const fault = periodFault(start.at, legal) ?? periodFault(start.at, promised) ?? momentFault(at, legal, promised)
  if (fault) return { ok: false, code: fault }

  const law = limitOf(calendar, start.at, legal, input.rules)
  const promise = limitOf(calendar, start.at, promised, input.rules)
  if (law.line.at(at)! < law.startAt) return { ok: false, code: 'now-before-start' }
  if (exceeds(promised, promise, legal, law)) return { ok: false, code: 'promise-exceeds-legal' }

  const events = replay(law, input)
  if (!events.ok) return events
  const legalFace = faceOf(law, law.n(events.added), input, events.pauses)
  const promisedPauses = placePauses(promise, input)
  if (!Array.isArray(promisedPauses)) return promisedPauses
  const extendsPromise = (input.rules?.extensions ?? defaultExtensionRules).extends === 'both'
  const added = extendsPromise && promised.unit === legal.unit ? events.added : 0
  const promisedFace = faceOf(promise, promise.n(added), input, promisedPauses)

  const atLaw = law.line.at(at)!
  const isPaused = pausedStretches(law.line, events.pauses, atLaw, law.pauseRules).some(({ lo, hi }) => lo <= atLaw && atLaw < hi)
  return {
    ok: true,
    state: input.finished !== undefined ? 'finished' : isPaused ? 'paused' : 'running',
    due: { legal: legalFace.due, promised: promisedFace.due },
    projected: { legal: legalFace.projected, promised: promisedFace.projected },
    provisional: legalFace.provisional || promisedFace.provisional,
    used: promisedFace.used,
    left: promisedFace.left,
    light: promisedFace.light,
    speedUp: speedUp(legal, promised),
    legal: legalFace,
    promised: promisedFace,
    actual: wallTime(calendar, start.at, at),
    warnings: warningsOf(events.pauses, atLaw),
  }
}

/** A limit placed on the time line of its unit. */
interface PlacedLimit {
  readonly calendar: Calendar
  readonly unit: 'workday' | 'day' | 'hour'
  readonly line: TimeLine
  readonly startAt: number
  /** First position that counts. */
  readonly first: number
  /** Units to run out after so much was added. */
  readonly n: (added: number) => number
  readonly rolls: boolean
  readonly pauseRules: PauseRules
}

function limitOf(calendar: Calendar, start: Day | Instant, period: Period, rules: ClockRules = {}): PlacedLimit {
  const unit = period.unit === 'workday' || period.unit === 'hour' ? period.unit : 'day'
  const line = timeLine(calendar, unit)
  const startAt = line.at(start)!
  const months = period.unit === 'month' ? 1 : period.unit === 'year' ? 12 : 0
  return {
    calendar,
    unit,
    line,
    startAt,
    first: unit === 'hour' ? startAt : startAt + 1,
    n: (added) => {
      const n = period.n + added
      return months ? addMonths(startAt, n * months) - startAt : n
    },
    rolls: unit === 'workday' || (unit === 'day' && (rules.period ?? defaultPeriodRules).rollForward),
    pauseRules: rules.pauses ?? defaultPauseRules,
  }
}

/** Last position of a limit: a day number, or milliseconds for hours; infinite while an open pause holds it. */
function lastOf(limit: PlacedLimit, n: number, pauses: readonly Stretch[]): number {
  if (limit.unit === 'hour') return runOut(limit.line, limit.first, n, pauses)
  const last = n === 0 ? limit.startAt : runOut(limit.line, limit.first, n, pauses) - 1
  return limit.rolls || n === 0 ? roll(limit.calendar, last, pauses, limit.rolls) : last
}

/** The first day from `day` on that is not paused, and a working day if it must be. */
function roll(calendar: Calendar, day: number, pauses: readonly Stretch[], toWorkday: boolean): number {
  let at = day
  for (const { lo, hi } of [...pauses, { lo: Infinity, hi: Infinity }]) {
    if (at === Infinity) break
    if (toWorkday) at = nextWorkdayNumber(calendar, at)
    if (lo <= at && at < hi) at = hi
  }
  return at
}

interface Replayed {
  readonly ok: true
  readonly pauses: PlacedPause[]
  readonly added: number
}

/** Takes pauses and extensions in the order they were made: each must come before the deadline that then stood. */
function replay(limit: PlacedLimit, input: ClockInput): Replayed | ClockError {
  const placed = placePauses(limit, input)
  if (!Array.isArray(placed)) return placed
  const extensions = placeExtensions(limit, input)
  if (!Array.isArray(extensions)) return extensions

  const pauses: PlacedPause[] = []
  let added = 0
  const deadlineAt = (at: number) => lastOf(limit, limit.n(added), pausedStretches(limit.line, pauses, at, limit.pauseRules))
  const steps = [
    ...placed.map((pause) => ({ at: pause.openedAt, pause, extension: undefined })),
    ...extensions.map((extension) => ({ at: extension.at, pause: undefined, extension })),
  ].sort((a, b) => a.at - b.at)
  for (const { at, pause, extension } of steps) {
    const isLate = at > deadlineAt(at)
    if (pause) {
      if (isLate) return { ok: false, code: 'pause-after-deadline', pause: pause.index }
      pauses.push(pause)
    } else {
      if (isLate) return { ok: false, code: 'extension-after-deadline', extension: extension.index }
      added += extension.n
    }
  }
  return { ok: true, pauses: pauses.sort((a, b) => a.index - b.index), added }
}

function placePauses(limit: PlacedLimit, input: ClockInput): PlacedPause[] | ClockError {
  const placed: PlacedPause[] = []
  for (const [index, pause] of (input.pauses ?? []).entries()) {
    const result = placePause(limit.line, input.start.at, pause, index, limit.pauseRules)
    if (!result.ok) return result
    placed.push(result.pause)
  }
  return placed
}

function placeExtensions(limit: PlacedLimit, input: ClockInput): { index: number; at: number; n: number }[] | ClockError {
  const rules = input.rules?.extensions ?? defaultExtensionRules
  const extensions = input.extensions ?? []
  let total = 0
  const placed: { index: number; at: number; n: number }[] = []
  for (const [index, { n, on, approvedBy, reason }] of extensions.entries()) {
    const at = limit.line.at(on)
    if (at === null) return { ok: false, code: 'date-invalid', extension: index }
    if (!Number.isInteger(n) || n <= 0 || at < limit.startAt) return { ok: false, code: 'extension-invalid', extension: index }
    if (!approvedBy.trim() || !reason.trim()) return { ok: false, code: 'extension-without-approval', extension: index }
    total += n
    const isTooMuch = total > (rules.max ?? Infinity) || index + 1 > (rules.times ?? Infinity)
    if (isTooMuch) return { ok: false, code: 'extension-over-limit', extension: index }
    placed.push({ index, at, n })
  }
  return placed
}

function faceOf(limit: PlacedLimit, n: number, input: ClockInput, pauses: readonly PlacedPause[]): Face {
  const { line, unit, first, pauseRules } = limit
  const at = line.at(input.finished ?? input.now)!
  const known = pausedStretches(line, pauses, at, pauseRules)
  const expected = projectedStretches(line, pauses, at, pauseRules)
  const last = lastOf(limit, n, known)
  const projectedLast = last === Infinity ? lastOf(limit, n, expected) : last
  const passed = unit === 'hour' ? at : at + 1
  const end = unit === 'hour' ? projectedLast : projectedLast + 1
  const isOverdue = at > last
  const left = isOverdue ? 0 - line.count(end, passed) : countAll(line, subtract(stretch(Math.max(passed, first), end), expected))
  return {
    due: last === Infinity ? null : positionText(limit, last),
    projected: positionText(limit, projectedLast),
    provisional: limit.rolls && (isProvisional(limit.calendar, first) || isProvisional(limit.calendar, projectedLast)),
    used: countAll(line, subtract(stretch(first, passed), known)),
    left,
    light: lightOf(left, n, isOverdue, input.finished !== undefined),
  }
}

/** Yellow from the last unit or the last fifth on, whichever is more. */
function lightOf(left: number, n: number, isOverdue: boolean, isFinished: boolean): Light {
  if (isOverdue) return 'red'
  if (isFinished) return 'green'
  return left <= Math.max(1, n / 5) ? 'yellow' : 'green'
}

function stretch(lo: number, hi: number): Stretch[] {
  return lo < hi ? [{ lo, hi }] : []
}

function positionText(limit: PlacedLimit, position: number): Day | Instant {
  return limit.unit === 'hour' ? instantText(position) : dayText(position)
}

function momentFault(at: Day | Instant, legal: Period, promised: Period): ClockErrorCode | null {
  if (dayOf(at) === null) return 'date-invalid'
  const needsInstant = legal.unit === 'hour' || promised.unit === 'hour'
  return needsInstant && instantMs(at) === null ? 'instant-required' : null
}

function exceeds(promised: Period, promise: PlacedLimit, legal: Period, law: PlacedLimit): boolean {
  if (promised.unit === legal.unit) return promised.n > legal.n
  return endMs(promise) > endMs(law)
}

/** When the bare limit runs out, in milliseconds, so that limits in different units compare. */
function endMs(limit: PlacedLimit): number {
  const last = lastOf(limit, limit.n(0), [])
  return limit.unit === 'hour' ? last : startOfDayMs(last + 1)
}

function speedUp(legal: Period, promised: Period): number | null {
  const [unitOfLegal, legalN] = comparable(legal)
  const [unitOfPromised, promisedN] = comparable(promised)
  return unitOfLegal !== unitOfPromised || legalN === 0 ? null : 1 - promisedN / legalN
}

function comparable({ n, unit }: Period): [string, number] {
  if (unit === 'year') return ['month', n * 12]
  if (unit === 'day') return ['hour', n * 24]
  return [unit, n]
}

function wallTime(calendar: Calendar, start: Day | Instant, end: Day | Instant): ClockReading['actual'] {
  const from = dayOf(start)!
  const to = dayOf(end)!
  const fromMs = instantMs(start)
  const toMs = instantMs(end)
  const hours = fromMs === null || toMs === null ? null : (toMs - fromMs) / HOUR_MS
  return { workdays: countWorkdays(calendar, from, to), days: to - from, hours }
}
