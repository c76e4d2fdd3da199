/** What the log's activities and columns are in the case type `permit`: which moves a task may be, what opens a case. */
import type { LogCase } from './eventlog.ts'

/** The activity that opens a case; it is no move. */
export const OPENING_ACTIVITY = 'Confirmation of receipt'

/** By the number that begins an activity's name; the rest of the name is spelt in several ways. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  T02: ['checkConfirmation'], T03: ['adjustConfirmation'], T04: ['determineConfirmation'], T05: ['sendConfirmation'],
  T06: ['judgeAdvice'],
  'T07-1': ['adviseAspect1'], 'T07-2': ['adviseAspect2'], 'T07-3': ['adviseAspect3'], 'T07-4': ['adviseAspect4'], 'T07-5': ['adviseAspect5'],
  T08: ['requestAdvice'],
  'T09-1': ['externalAdvice1'], 'T09-2': ['externalAdvice2'], 'T09-3': ['externalAdvice3'], 'T09-4': ['externalAdvice4'],
  T10: ['concludeAdvice'],
  T11: ['draftExemption'], T12: ['checkExemption'], T13: ['adjustExemption'], T14: ['determineExemption'], T15: ['printExemption'],
  T16: ['reportHold'], T17: ['checkHold'], T18: ['adjustHold'], T19: ['determineHold'], T20: ['printHold'],
}

/** The moves that an activity may be; none for the opening and for an activity that the case type does not know. */
export function moveCandidates(activity: string): string[] {
  const number = /^T\d\d(?:-\d)?(?= |$)/.exec(activity)?.[0]
  return number !== undefined && Object.hasOwn(MOVES, number) ? [...MOVES[number]!] : []
}

const CHANNELS: Readonly<Record<string, string>> = { Internet: 'internet', Desk: 'desk', Post: 'post', 'e-mail': 'email' }
const DEPARTMENTS: Readonly<Record<string, string>> = { General: 'general', Experts: 'experts', 'Customer contact': 'customerContact' }

/** The fields given when the case opens. What the fields do not know is passed on, so that its check names it. */
export function openingValues(of: LogCase): Record<string, unknown> {
  return {
    runningNumber: of.running,
    channel: CHANNELS[of.channel] ?? of.channel,
    department: DEPARTMENTS[of.department] ?? of.department,
    caseGroup: of.group,
    responsible: of.responsible,
    receivedAt: of.startedAt,
    plannedEnd: of.plannedEnd,
    deadline: of.deadline,
  }
}

/** One thing that happens to a case in the replay, at its own time. */
export type ReplayStep =
  | { readonly kind: 'open' | 'move'; readonly at: string; readonly activity: string; readonly candidates: readonly string[]; readonly values: Record<string, unknown> }
  | { readonly kind: 'close'; readonly at: string; readonly move: 'close'; readonly values: { readonly endedAt: string } }

/**
 * The events of a case, then its closing. The register's end is a column, not an event, and in one case of ten lies
 * before the last task was ticked off; the closing is then made right after that task, with the register's end as a value.
 */
export function replaySteps(of: LogCase): readonly ReplayStep[] {
  const steps: ReplayStep[] = of.events.map(({ activity, at }) => activity === OPENING_ACTIVITY
    ? { kind: 'open', at, activity, candidates: [], values: openingValues(of) }
    : { kind: 'move', at, activity, candidates: moveCandidates(activity), values: {} })
  if (of.endedAt === null) return steps
  const last = of.events.at(-1)!.at
  return [...steps, { kind: 'close', at: of.endedAt > last ? of.endedAt : last, move: 'close', values: { endedAt: of.endedAt } }]
}
