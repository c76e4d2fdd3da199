/**
 * Judges traces of an event log against a case type, in memory: each event is accepted where a move of its activity
 * is possible, else refused with the reason, and the case stays where it was. Pure; times come from the events.
 */
import { advance, firstSteps, guard, obstacle, ONLY, opened, type Position } from '../../engines/case-flow/index.ts'
import type { PlainCaseType, PlainMove } from '../../kernel/case.ts'
import type { CaseHeader, MoveCtx } from '../../kernel/context.ts'
import type { Instant, LocalDate } from '../../kernel/field.ts'
import type { Text } from '../../kernel/text.ts'
import { checkValues } from '../../kernel/values.ts'
import type { LogCase, LogEvent } from './eventlog.ts'

/** How the log speaks of the case type. */
export interface Vocabulary {
  readonly opens: (activity: string) => boolean
  readonly candidates: (activity: string) => readonly string[]
  readonly openingValues: (of: LogCase) => Readonly<Record<string, unknown>>
}

export type Judgement =
  | { readonly event: LogEvent; readonly verdict: 'accepted'; readonly move: string | null; readonly reason: null }
  | { readonly event: LogEvent; readonly verdict: 'refused'; readonly move: null; readonly reason: Text }

export async function judgeTrace(type: PlainCaseType, words: Vocabulary, trace: LogCase): Promise<readonly Judgement[]> {
  const judgements: Judgement[] = []
  let at: Standing | null = null
  for (const event of trace.events) {
    const step: Step = words.opens(event.activity) ? await open(type, words, trace, event, at) : await move(type, words, event, at)
    at = step.to ?? at
    judgements.push(step.to === null
      ? { event, verdict: 'refused', move: null, reason: step.reason }
      : { event, verdict: 'accepted', move: step.move, reason: null })
  }
  return judgements
}

/** An opened case between two events. */
interface Standing {
  readonly position: Position
  readonly values: Readonly<Record<string, unknown>>
  readonly header: CaseHeader
}

type Step = { readonly to: Standing; readonly move: string | null } | { readonly to: null; readonly reason: Text }

async function open(type: PlainCaseType, words: Vocabulary, trace: LogCase, event: LogEvent, at: Standing | null): Promise<Step> {
  if (at !== null) return refused(`案件已于 ${at.header.openedAt} 开始，不能再次“${type.opening.title.zh}”`, `the case was opened at ${at.header.openedAt} already; '${type.opening.title.en}' happens once`)
  const { asks = [], takes = [] } = type.opening
  const { values, faults } = checkValues(type.fields, words.openingValues(trace), { required: asks, accepted: [...asks, ...takes] })
  const [fault] = faults
  if (fault !== undefined) return refused(`${fault.path}：${fault.message.zh}`, `${fault.path}: ${fault.message.en}`)
  const header = headerOf(trace, event.at)
  const end = await endOf(type.opening, values, { ...header, tracks: firstSteps(type) }, event.at)
  const position = opened(type, end.outcome)
  return { to: { position, values: end.values, header: moved(header, position, event.at) }, move: null }
}

async function move(type: PlainCaseType, words: Vocabulary, event: LogEvent, at: Standing | null): Promise<Step> {
  const names = words.candidates(event.activity)
  if (names.length === 0) return refused(`办件类型没有与活动“${event.activity}”对应的动作`, `no move of the case type is the activity '${event.activity}'`)
  if (at === null) return refused(`案件尚未开始，须先“${type.opening.title.zh}”`, `the case is not open; '${type.opening.title.en}' comes first`)
  const reasons: Text[] = []
  for (const name of names) {
    const reason = hindrance(type, name, event, at)
    if (reason !== null) { reasons.push(reason); continue }
    const end = await endOf(type.moves[name]!, at.values, at.header, event.at)
    const position = advance(type, at.position, name, end.outcome)
    return { to: { position, values: end.values, header: moved(at.header, position, event.at) }, move: name }
  }
  return refused([...new Set(reasons.map(reason => reason.zh))].join('；'), [...new Set(reasons.map(reason => reason.en))].join('; '))
}

/** Why a move cannot be made of an event. An event of the log gives no values, so a move that asks for some never can. */
function hindrance(type: PlainCaseType, name: string, event: LogEvent, at: Standing): Text | null {
  const move = type.moves[name]
  const blocked = obstacle(type, at.position, name)
  if (blocked !== null || move === undefined) return blocked?.detail ?? null
  const [asked] = move.asks ?? []
  if (asked !== undefined) return { zh: `此动作须填写“${asked}”，日志中没有`, en: `this move asks for '${asked}', which the log does not have` }
  return guard(move, at.values, { case: at.header, children: [], today: localDate(event.at), limits: {} })
}

function refused(zh: string, en: string): Step {
  return { to: null, reason: { zh, en } }
}

interface End { readonly outcome: string; readonly values: Readonly<Record<string, unknown>> }

async function endOf(move: Pick<PlainMove, 'decide' | 'derive'>, values: Readonly<Record<string, unknown>>, header: CaseHeader, now: Instant): Promise<End> {
  const context = contextOf(header, now)
  const outcome = move.decide === undefined ? ONLY : await move.decide(values, context)
  return { outcome, values: { ...values, ...await move.derive?.(values, context, outcome) } }
}

/** A log holds no rules and no other systems, so a decision of a replayed type may look at its case alone. */
function contextOf(header: CaseHeader, now: Instant): MoveCtx {
  const absent = (what: string) => { throw new Error(`a replayed case type has no ${what} to ask`) }
  return {
    now, today: localDate(now), actor: { kind: 'system', subject: null, name: 'replay' }, case: header, children: [], given: {}, matter: null,
    rule: id => absent(`rule '${id}'`),
    ask: async resource => absent(`resource '${resource.ref}'`),
  }
}

function headerOf(trace: LogCase, at: Instant): CaseHeader {
  return {
    number: trace.id, type: 'replay', state: '', tracks: {}, version: 0, openedAt: at, enteredAt: at, region: '', organ: '', acceptingRegion: '',
    matter: null, edition: null, parties: {}, due: { legal: null, promised: null },
  }
}

function moved(header: CaseHeader, position: Position, at: Instant): CaseHeader {
  return { ...header, ...position, version: header.version + 1, enteredAt: position.state === header.state ? header.enteredAt : at }
}

/** The day of an instant in Asia/Shanghai, where the replay city lies. */
function localDate(instant: Instant): LocalDate {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10)
}

/** Whether two moves touch no track in common, so that the case type lets them happen in either order. */
export function parallel(type: PlainCaseType, one: string, other: string): boolean {
  const touched = (name: string) => Object.keys({ ...type.moves[name]?.needs, ...type.moves[name]?.sets })
  const tracks = new Set(touched(one))
  return touched(other).every(track => !tracks.has(track))
}

/** The trace with two events of unlike activity, drawn at random, in each other's place; `null` where it has none. The times stay. */
export function swapUnlike(trace: LogCase, random: () => number): { readonly trace: LogCase; readonly swapped: readonly [string, string] } | null {
  const { events } = trace
  const pairs = events.flatMap((one, i) => events.flatMap((other, j) => i < j && one.activity !== other.activity ? [[i, j] as const] : []))
  const pair = pairs[Math.floor(random() * pairs.length)]
  if (pair === undefined) return null
  const [i, j] = pair
  const placed = (event: LogEvent, at: Instant): LogEvent => ({ ...event, at })
  const after = events.map((event, n) => n === i ? placed(events[j]!, event.at) : n === j ? placed(events[i]!, event.at) : event)
  return { trace: { ...trace, events: after }, swapped: [events[i]!.activity, events[j]!.activity] }
}

/** mulberry32: a small generator with 32 bits of state, so that a seed gives the same draws everywhere. In [0, 1). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
