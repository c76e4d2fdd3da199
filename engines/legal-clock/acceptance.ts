/**
 * From receipt to acceptance (行政许可法 第32条, sheet 0.2 [C:8]): within the limit the organ accepts, does not accept,
 * says it is not the organ, or asks once for everything to be corrected. Silence accepts the application from the day it
 * was received. Asking again for what could have been asked at first has no effect: it is recorded as a violation.
 */
import type { Calendar } from './calendar.ts'
import type { Day, Instant } from './days.ts'
import { dayOf, dayText } from './days.ts'
import type { Period, PeriodErrorCode, PeriodRules } from './period.ts'
import { defaultPeriodRules, dueDate } from './period.ts'

export interface CorrectionItem {
  readonly id: string
  /** The item only came up with what the applicant supplied since; otherwise it could have been asked at first. */
  readonly arisesFromCorrection?: boolean
}

export type AcceptanceEvent =
  | { readonly kind: 'accept' | 'refuse' | 'not-this-organ'; readonly on: Day | Instant }
  | { readonly kind: 'ask-correction'; readonly on: Day | Instant; readonly items: readonly CorrectionItem[] }
  /** The applicant has supplied what was asked for. */
  | { readonly kind: 'corrected'; readonly on: Day | Instant }

export interface AcceptanceInput {
  readonly received: Day | Instant
  /** Time to answer, after receipt and again after a correction. In days of any kind, not hours. */
  readonly limit: Period
  /** In the order they happened. */
  readonly events: readonly AcceptanceEvent[]
  readonly now: Day | Instant
  readonly rules?: PeriodRules
}

export type AcceptanceState = 'received' | 'awaiting-correction' | 'accepted' | 'refused' | 'not-this-organ'

export interface Violation {
  readonly code: 'notice-late' | 'correction-asked-before'
  readonly on: Day
  /** Correction items that could have been asked at first. */
  readonly items?: readonly string[]
}

export interface Acceptance {
  readonly ok: true
  readonly state: AcceptanceState
  /** Day the limits of the decision run from. */
  readonly acceptedOn: Day | null
  /** Accepted by silence. */
  readonly deemed: boolean
  /** Last day to answer; null once answered or while the applicant corrects. */
  readonly answerDue: Day | null
  readonly provisional: boolean
  /** Items the applicant still owes. */
  readonly items: readonly string[]
  readonly violations: readonly Violation[]
}

export type AcceptanceErrorCode =
  | PeriodErrorCode
  | 'event-out-of-order'
  | 'already-answered'
  | 'correction-without-items'
  | 'nothing-to-correct'

export interface AcceptanceError {
  readonly ok: false
  readonly code: AcceptanceErrorCode
  /** Index of the event at fault. */
  readonly event?: number
}

interface Progress {
  state: AcceptanceState
  acceptedOn: Day | null
  deemed: boolean
  /** Receipt, or receipt of the correction: where the answer's limit and a deemed acceptance start. */
  since: Day
  due: Day
  provisional: boolean
  /** Items of every correction notice that had effect. */
  asked: readonly string[] | null
  owed: readonly string[]
  violations: Violation[]
}

export function readAcceptance(calendar: Calendar, input: AcceptanceInput): Acceptance | AcceptanceError {
  const today = dayOf(input.now)
  const received = dayOf(input.received)
  if (today === null || received === null) return { ok: false, code: 'date-invalid' }
  if (input.limit.unit === 'hour') return { ok: false, code: 'period-invalid' }
  const first = answerDue(calendar, input, dayText(received))
  if (!first.ok) return first

  const progress: Progress = {
    state: 'received', acceptedOn: null, deemed: false, asked: null, owed: [], violations: [],
    since: dayText(received), due: first.due, provisional: first.provisional,
  }
  let last = received
  for (const [index, event] of input.events.entries()) {
    const on = dayOf(event.on)
    if (on === null) return { ok: false, code: 'date-invalid', event: index }
    if (on < last || on > today) return { ok: false, code: 'event-out-of-order', event: index }
    last = on
    const code = take(calendar, input, progress, event, dayText(on))
    if (code) return { ok: false, code, event: index }
  }
  deemAccepted(progress, dayText(today))
  return {
    ok: true,
    state: progress.state,
    acceptedOn: progress.acceptedOn,
    deemed: progress.deemed,
    answerDue: progress.state === 'received' ? progress.due : null,
    provisional: progress.provisional,
    items: progress.owed,
    violations: progress.violations,
  }
}

function take(calendar: Calendar, input: AcceptanceInput, now: Progress, event: AcceptanceEvent, on: Day): AcceptanceErrorCode | null {
  deemAccepted(now, on)
  if (event.kind === 'ask-correction' && event.items.length === 0) return 'correction-without-items'
  if (now.deemed) {
    if (event.kind !== 'corrected') now.violations.push({ code: 'notice-late', on })
    return null
  }
  if (now.acceptedOn !== null || now.state === 'refused' || now.state === 'not-this-organ') return 'already-answered'
  switch (event.kind) {
    case 'corrected':
      return takeCorrected(calendar, input, now, on)
    case 'ask-correction':
      return takeRequest(now, event.items, on)
    case 'accept':
      // Whoever accepts without waiting for the correction accepts what was first received.
      now.acceptedOn = on
      now.state = 'accepted'
      now.owed = []
      return null
    default:
      now.state = event.kind === 'refuse' ? 'refused' : 'not-this-organ'
      now.owed = []
      return null
  }
}

function takeCorrected(calendar: Calendar, input: AcceptanceInput, now: Progress, on: Day): AcceptanceErrorCode | null {
  if (now.state !== 'awaiting-correction') return 'nothing-to-correct'
  const next = answerDue(calendar, input, on)
  if (!next.ok) return next.code
  Object.assign(now, { state: 'received', since: on, due: next.due, provisional: next.provisional, owed: [] })
  return null
}

function takeRequest(now: Progress, items: readonly CorrectionItem[], on: Day): AcceptanceErrorCode | null {
  const asked = now.asked
  const isAllowed = ({ id, arisesFromCorrection }: CorrectionItem) =>
    asked === null || asked.includes(id) || (arisesFromCorrection === true && now.state === 'received')
  const knowable = items.filter((item) => !isAllowed(item)).map(({ id }) => id)
  if (knowable.length > 0) now.violations.push({ code: 'correction-asked-before', on, items: knowable })
  const effective = items.filter(isAllowed).map(({ id }) => id)
  if (effective.length === 0) return null
  now.state = 'awaiting-correction'
  now.asked = [...new Set([...(asked ?? []), ...effective])]
  now.owed = [...new Set([...now.owed, ...effective])]
  return null
}

/** Silence up to and over the last day accepts the application from its receipt. */
function deemAccepted(now: Progress, on: Day): void {
  if (now.state !== 'received' || on <= now.due) return
  now.state = 'accepted'
  now.acceptedOn = now.since
  now.deemed = true
}

function answerDue(calendar: Calendar, input: AcceptanceInput, from: Day) {
  return dueDate(calendar, from, input.limit, input.rules ?? defaultPeriodRules)
}
