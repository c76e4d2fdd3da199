/** Opening and moving a case in a unit of work: guards, decision, clock, effects, event. Nothing is written here. */
import { advance, guard, obstacle, ONLY, opened } from '../../engines/case-flow/index.ts'
import type { PlainCaseType, PlainMove, Sight } from '../../kernel/case.ts'
import type { PartyHeader } from '../../kernel/context.ts'
import type { Effect } from '../../kernel/effect.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Matter } from '../../kernel/matter.ts'
import type { CaseEntry } from '../city.ts'
import { sealValues } from '../secrets/sealed-values.ts'
import { clockOf, dueOf, extendClock, pauseClock, resumeClock, startClock, type ClockState } from './clock.ts'
import type { CaseRecord } from './record.ts'
import { checkValues } from '../../kernel/values.ts'
import { acceptGiven, childrenOf, contextOf, headerOf, type Work, type WorkingCase } from './work.ts'

export interface OpeningInput {
  readonly entry: CaseEntry
  readonly matter: Matter | null
  readonly given: Readonly<Record<string, unknown>>
  readonly parties: Readonly<Record<string, PartyHeader>>
  readonly region: string
  readonly acceptingRegion: string
  readonly organ: string
  readonly role: string
  readonly number?: string
  readonly parent?: { readonly number: string; readonly child: string }
  readonly carryOut: (working: WorkingCase, effects: readonly Effect[]) => Promise<void>
}

export async function openInWork(work: Work, input: OpeningInput): Promise<WorkingCase> {
  const { entry } = input
  const { type } = entry
  checkParties(type, input.parties)
  const draft: CaseRecord = {
    entry, number: input.number ?? await work.around.numbers.next(entry.prefix, work.today),
    matter: input.matter?.code ?? null, matterEdition: input.matter?.edition ?? null, form: input.matter?.form,
    state: '', tracks: {}, version: 0, outcome: null,
    region: input.region, acceptingRegion: input.acceptingRegion, organ: input.organ, parties: input.parties,
    openedAt: work.now, enteredAt: work.now, closedAt: null, due: { legal: null, promised: null }, clock: {},
    parent: input.parent?.number ?? null, child: input.parent?.child ?? null, values: {},
  }
  const working: WorkingCase = { record: draft, before: null, matter: input.matter, doers: [], children: [] }
  const given = acceptGiven(working, openingAsks(type), input.given, null)
  working.record = { ...draft, values: merged(type, {}, given) }
  work.cases.set(draft.number, working)
  await settle(work, working, { name: 'open', move: type.opening, given, note: null, role: input.role, from: null, carryOut: input.carryOut })
  for (const [party, { subject }] of Object.entries(input.parties)) {
    work.writes.parties.push({ subject, number: draft.number, system: entry.system, party, opened_at: work.now })
  }
  return working
}

/** An opening that does not say what it asks for asks for what is required and takes the rest. */
export function openingAsks(type: PlainCaseType): Pick<PlainMove, 'asks' | 'takes'> {
  const { opening: { asks, takes }, fields } = type
  if (asks !== undefined || takes !== undefined) return { ...(asks ? { asks } : {}), ...(takes ? { takes } : {}) }
  const names = Object.keys(fields)
  return { asks: names.filter(name => fields[name]!.required), takes: names }
}

function checkParties(type: PlainCaseType, parties: Readonly<Record<string, PartyHeader>>): void {
  for (const [name, party] of Object.entries(type.parties)) {
    const found = parties[name]
    if (found === undefined) {
      if (party.required) throw new Problem('party-required', { detail: { zh: party.title.zh, en: party.title.en } })
      continue
    }
    if (!party.classes.includes(found.class)) throw new Problem('party-class', { detail: { zh: party.title.zh, en: `${party.title.en}: ${found.class}` } })
  }
  for (const name of Object.keys(parties)) if (!Object.hasOwn(type.parties, name)) throw new Problem('invalid-request', { detail: `no party '${name}'` })
}

export interface MoveInput {
  readonly name: string
  readonly given: Readonly<Record<string, unknown>>
  readonly note: string | null
  readonly role: string
  readonly carryOut: (working: WorkingCase, effects: readonly Effect[]) => Promise<void>
}

export async function moveInWork(work: Work, working: WorkingCase, input: MoveInput): Promise<void> {
  const { record } = working
  const { type } = record.entry
  const blocked = obstacle(type, record, input.name)
  if (blocked) throw new Problem(blocked.code, { detail: blocked.detail, more: { state: record.state, version: record.version } })
  const move = type.moves[input.name]!
  const given = acceptGiven(working, move, input.given, input.note)
  const values = merged(type, record.values, given)
  const refusal = guard(move, values, await sightOf(work, working))
  if (refusal) throw new Problem('move-not-possible', { detail: refusal, more: { state: record.state, version: record.version } })
  if (input.role !== 'system') await checkApart(work, working, move)
  working.record = { ...record, values }
  await settle(work, working, { name: input.name, move, given, note: input.note, role: input.role, from: record.state, carryOut: input.carryOut })
}

export async function sightOf(work: Work, working: WorkingCase): Promise<Sight> {
  return { case: headerOf(working.record), children: await childrenOf(work, working), today: work.today, limits: working.matter?.limits ?? {} }
}

/** @throws Problem `duties-separated` */
async function checkApart(work: Work, working: WorkingCase, move: PlainMove): Promise<void> {
  if (move.apartFrom === undefined || work.actor.subject === null) return
  if (working.doers === null) {
    const { entry, number } = working.record
    const { rows } = await work.around.db.query<{ move: string; actor: string | null }>('case-doers', `select move, actor from onevisit.events where system = $1 and number = $2 and actor_role <> 'system'`, [entry.system, number])
    working.doers = rows
  }
  const clash = working.doers.find(doer => move.apartFrom!.includes(doer.move) && doer.actor === work.actor.subject)
  if (clash) throw new Problem('duties-separated', { detail: { zh: `您已办理过“${titleOf(working, clash.move).zh}”`, en: `you made the move '${titleOf(working, clash.move).en}' of this case` } })
}

function titleOf(working: WorkingCase, move: string) {
  return working.record.entry.type.moves[move]?.title ?? { zh: move, en: move }
}

interface Step {
  readonly name: string
  readonly move: Omit<PlainMove, 'from'>
  readonly given: Readonly<Record<string, unknown>>
  readonly note: string | null
  readonly role: string
  readonly from: string | null
  readonly carryOut: (working: WorkingCase, effects: readonly Effect[]) => Promise<void>
}

/** The common end of openings and moves: decide, derive, clock, new position, effects, event. */
async function settle(work: Work, working: WorkingCase, step: Step): Promise<void> {
  const { move, name } = step
  const { type } = working.record.entry
  const children = await childrenOf(work, working)
  const ctx = () => contextOf(work, working, children, step.given)
  const outcome = typeof move.to === 'string' ? ONLY : await decided(type, name, move, working, ctx())
  if (move.derive) working.record = { ...working.record, values: derived(working, name, await move.derive(working.record.values, ctx(), outcome)) }
  const effects = move.effects ? await move.effects(working.record.values, ctx(), outcome) : []
  arrive(work, working, step, outcome)
  if (step.role !== 'system') working.doers?.push({ move: name, actor: work.actor.subject })
  pushEvent(work, working, step, outcome, effects)
  await step.carryOut(working, effects)
}

/** What a definition derives is checked like what a person gives. */
function derived({ record }: WorkingCase, move: string, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { type } = record.entry
  // Structured values are kept as JSON, where a member that is undefined is none.
  const plain = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, type.fields[field]?.kind === 'json' && value !== undefined ? JSON.parse(JSON.stringify(value)) as unknown : value]))
  const checked = checkValues(type.fields, plain, { required: [], ...(record.form ? { form: record.form } : {}) })
  if (checked.faults.length > 0) throw new Problem('effect-invalid', { detail: `move '${move}' of '${record.entry.ref}' derives what does not fit: ${checked.faults.map(({ path, code }) => `${path} ${code}`).join(', ')}`, faults: checked.faults })
  return merged(type, record.values, checked.values)
}

async function decided(type: PlainCaseType, name: string, move: Omit<PlainMove, 'from'>, working: WorkingCase, ctx: ReturnType<typeof contextOf>): Promise<string> {
  const outcome = await move.decide!(working.record.values, ctx)
  const outcomes = Object.keys(move.to)
  if (!outcomes.includes(outcome)) throw new Problem('effect-invalid', { detail: `move '${name}' of '${type.title.en}' decided '${outcome}'; outcomes are ${outcomes.join(', ')}` })
  return outcome
}

function arrive(work: Work, working: WorkingCase, step: Step, outcome: string): void {
  const { record } = working
  const { type } = record.entry
  const position = step.from === null ? opened(type, outcome) : advance(type, record, step.name, outcome)
  const entered = position.state !== record.state
  const clock = stepped(turnClock(work, working, step, position.state), record.tracks, position.tracks, work.now)
  const state = type.states[position.state]!
  const { provisional, ends, ...due } = dueOf(work.around.city.calendar, clock, work.now)
  working.record = {
    ...record,
    state: position.state, tracks: position.tracks, version: record.version + 1,
    outcome: state.outcome ?? null, closedAt: state.outcome === undefined ? null : entered ? work.now : record.closedAt,
    enteredAt: entered ? work.now : record.enteredAt,
    clock: { ...clock, ...(ends ? { ends } : {}), ...(provisional === (clock.provisional ?? false) ? {} : { provisional }) }, due,
  }
}

function stepped(clock: ClockState, was: Readonly<Record<string, string>>, is: Readonly<Record<string, string>>, now: string): ClockState {
  const changed = Object.keys(is).filter(track => was[track] !== is[track])
  return changed.length === 0 ? clock : { ...clock, steps: { ...clock.steps, ...Object.fromEntries(changed.map(track => [track, now])) } }
}

/** Starts, pauses, resumes or lengthens legal time as the states say. */
function turnClock(work: Work, working: WorkingCase, step: Step, next: string): ClockState {
  const { record, matter } = working
  const { calendar } = work.around.city
  const { states } = record.entry.type
  let { clock } = record
  const was = step.from === null ? 'stopped' : clockOf(states[step.from]!)
  const becomes = clockOf(states[next]!)
  if (becomes === 'running' && clock.start === undefined) {
    const events = { opened: record.openedAt, entered: record.enteredAt, now: work.now }
    clock = startClock(clock, events[step.move.clock?.from ?? 'now'], matter?.limits)
  }
  if (was === 'paused' && becomes !== 'paused') clock = resumeClock(clock, work.now)
  if (was !== 'paused' && becomes === 'paused' && clock.start !== undefined) {
    const days = step.move.clock?.noticeDays === undefined ? undefined : record.values[step.move.clock.noticeDays]
    clock = pauseClock(calendar, clock, work.now, next, typeof days === 'number' ? days : undefined)
  }
  if (step.move.clock?.extend !== undefined) {
    const extension = matter?.limits[step.move.clock.extend]
    if (extension === undefined) throw new Problem('move-not-possible', { detail: { zh: '此事项没有可延长的期限', en: 'this matter has no limit to lengthen by' } })
    clock = extendClock(calendar, clock, extension, work.now, work.actor.subject ?? 'system', step.note ?? step.name)
  }
  return clock
}

function pushEvent(work: Work, working: WorkingCase, step: Step, outcome: string, effects: readonly Effect[]): void {
  const { record } = working
  const { fields } = record.entry.type
  work.writes.events.push({
    system: record.entry.system, number: record.number, version: record.version, type: record.entry.name,
    move: step.name, from_state: step.from, to_state: record.state, tracks: record.tracks, outcome,
    actor: work.actor.subject, actor_kind: work.actor.kind, actor_role: step.role, at: work.now, trace: work.trace, note: step.note,
    given: sealValues(fields, step.given, work.around.vault, record.form),
    effects: effects.map(effect => ({ do: effect.do, ...('ref' in effect ? { ref: effect.ref } : {}) })),
    due_legal: record.due.legal, due_promised: record.due.promised,
  })
}

/** Given values over former ones; every field of the type is present, unknown is `null`. */
function merged(type: PlainCaseType, before: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(type.fields)) out[name] = given[name] !== undefined ? given[name] : before[name] ?? null
  return out
}

