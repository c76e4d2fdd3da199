import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCase, plain, type PlainCaseType } from '../case.ts'
import { dateField, integerField, textField } from '../field.ts'
import { text as t } from '../text.ts'
import { cycleAmong, validateCase } from './case.ts'
import { line } from './faults.ts'

const T = t('题', 'Title')
const sound = plain(defineCase({
  title: T, about: T,
  fields: { name: textField(T, { required: true }), secret: textField(T, { identifies: true, level: 4 }), due: dateField(T), days: integerField(T) },
  parties: { firm: { title: T, classes: ['enterprise'], required: true }, agent: { title: T, classes: ['person'], actsFor: 'firm' } },
  posts: { clerk: { title: T, at: 'organ' }, chief: { title: T, at: 'region' } },
  states: { open: { title: T, responsible: 'post:clerk' }, waiting: { title: T, clock: 'paused', responsible: 'system' }, done: { title: T, outcome: 'done' }, partly: { title: T, outcome: 'partly' } },
  tracks: { fire: { title: T, steps: ['asked', 'passed'] } },
  children: { first: { title: T, opens: 'a.b' }, second: { title: T, opens: 'a.b', after: ['first'], onRefused: 'stopDependants' } },
  sees: { firm: ['name'], 'post:clerk': 'all' },
  indexed: ['name'],
  opening: { title: T, by: ['firm', 'agent'], asks: ['name'], takes: ['due', 'secret'], to: 'open' },
  moves: {
    pass: { title: T, from: 'open', to: 'open', by: 'post:clerk', sees: ['due'], sets: { fire: 'passed' }, needs: { fire: 'asked' }, within: { workingDays: 2 }, remind: { workingDays: 1 }, escalate: ['post:chief'] },
    wait: { title: T, from: 'open', to: 'waiting', by: 'post:clerk', takes: ['days'], clock: { noticeDays: 'days' }, within: { before: 'due', days: 1 }, apartFrom: ['pass'] },
    settle: { title: T, from: ['open', 'waiting'], to: { all: 'done', some: 'partly' }, by: 'system', on: 'childClosed', decide: () => 'all' },
    lapse: { title: T, from: 'waiting', to: 'partly', by: 'system', on: 'timer', within: { limit: 'legal' } },
  },
}))

const faults = (type: unknown): readonly string[] => validateCase(type as PlainCaseType, 'x').map(line)
const move = (name: string, change: Record<string, unknown>) => ({ ...sound, moves: { ...sound.moves, [name]: { ...sound.moves[name], ...change } } })
const state = (name: string, change: Record<string, unknown>) => ({ ...sound, states: { ...sound.states, [name]: { ...sound.states[name], ...change } } })

test('a sound case type has no faults', () => expect(faults(sound)).toEqual([]))

const planted: Record<string, readonly [type: unknown, line: string]> = {
  'no title': [{ ...sound, title: { zh: '', en: 'x' } }, `x.title: no text in 'zh'`],
  'move without a title': [move('pass', { title: undefined }), `x.moves.pass.title: no text in 'zh'`],
  'opening without a title': [{ ...sound, opening: { ...sound.opening, title: { zh: '题', en: ' ' } } }, `x.opening.title: no text in 'en'`],
  'state without a title': [state('open', { title: { zh: '题' } }), `x.states.open.title: no text in 'en'`],
  'party named as the system is': [{ ...sound, parties: { ...sound.parties, system: { title: T, classes: ['organ'] } } }, `x.parties.system: 'system' is not a name here: a small letter, then letters and digits, at most 40, and not 'system'`],
  'state name that is no name': [{ ...sound, states: { ...sound.states, 'a-b': sound.states['done'] }, moves: { ...sound.moves, go: { title: T, from: 'open', to: 'a-b', by: 'firm' } } }, `x.states.a-b: 'a-b' is not a name here: a small letter, then letters and digits, at most 40, and not 'system'`],
  'field of no kind': [{ ...sound, fields: { ...sound.fields, days: { kind: 'day', title: T } } }, `x.fields.days.kind: no kind 'day'; kinds are text, integer, decimal, fen, yesNo, consent, date, instant, choice, choices, code, region, organ, subject, place, file, record, list, form, json`],
  'somebody responsible who is not there': [state('open', { responsible: 'clerk' }), `x.states.open.responsible: no party or post 'clerk'; they are firm, agent, post:clerk, post:chief`],
  'renamed state that is not there': [{ ...sound, renamedStates: { opened: 'begun' } }, `x.renamedStates.opened: no state 'opened'; states are open, waiting, done, partly`],
  'renamed state whose old name lives on': [{ ...sound, renamedStates: { open: 'done' } }, `x.renamedStates.open: 'done' is still a state; a renamed state's old name must be gone`],
  'opening by nobody known': [{ ...sound, opening: { ...sound.opening, by: 'driver' } }, `x.opening.by: no party 'driver'; parties are firm, agent`],
  'opening to nowhere': [{ ...sound, opening: { ...sound.opening, to: { a: 'open', b: 'opne' }, decide: () => 'a' } }, `x.opening.to: no state 'opne'; states are open, waiting, done, partly`],
  'opening that asks for no field': [{ ...sound, opening: { ...sound.opening, asks: ['name', 'nmae'] } }, `x.opening.asks: no field 'nmae'; fields are name, secret, due, days`],
  'opening that takes no field': [{ ...sound, opening: { ...sound.opening, takes: ['nmae'] } }, `x.opening.takes: no field 'nmae'; fields are name, secret, due, days`],
  'opening that leaves out what is required': [{ ...sound, opening: { ...sound.opening, asks: [] } }, `x.opening.asks: field 'name' is required, so the opening must ask for it`],
  'move from nowhere': [move('pass', { from: ['open', 'opne'] }), `x.moves.pass.from: no state 'opne'; states are open, waiting, done, partly`],
  'move to nowhere': [move('pass', { to: 'opne' }), `x.moves.pass.to: no state 'opne'; states are open, waiting, done, partly`],
  'move by nobody known': [move('pass', { by: ['post:clerk', 'driver'] }), `x.moves.pass.by: no party 'driver'; parties are firm, agent`],
  'move by no post': [move('pass', { by: 'post:clark' }), `x.moves.pass.by: no post 'clark'; posts are clerk, chief`],
  'move that asks for no field': [move('pass', { asks: ['nmae'] }), `x.moves.pass.asks: no field 'nmae'; fields are name, secret, due, days`],
  'move that takes no field': [move('pass', { takes: ['nmae'] }), `x.moves.pass.takes: no field 'nmae'; fields are name, secret, due, days`],
  'move that shows no field': [move('pass', { sees: ['nmae'] }), `x.moves.pass.sees: no field 'nmae'; fields are name, secret, due, days`],
  'notice in no field': [move('wait', { clock: { noticeDays: 'day' } }), `x.moves.wait.clock.noticeDays: no field 'day'; fields are name, secret, due, days`],
  'outcomes without a decision': [move('settle', { decide: undefined }), `x.moves.settle.decide: 'to' has outcomes all, some, so 'decide' must pick one`],
  'a decision without outcomes': [move('pass', { decide: () => 'open' }), `x.moves.pass.decide: 'to' names one state, so there is nothing to decide`],
  'no track': [move('pass', { needs: { fier: 'asked' } }), `x.moves.pass.needs: no track 'fier'; tracks are fire`],
  'no step needed': [move('pass', { needs: { fire: ['asked', 'done'] } }), `x.moves.pass.needs.fire: no step 'done'; steps are asked, passed`],
  'no step set': [move('pass', { sets: { fire: 'done' } }), `x.moves.pass.sets.fire: no step 'done'; steps are asked, passed`],
  'clock to no field': [move('wait', { within: { before: 'duty' } }), `x.moves.wait.within.before: no field 'duty'; fields are name, secret, due, days`],
  'clock to a field that is no date': [move('wait', { within: { before: 'days', days: 1 } }), `x.moves.wait.within.before: field 'days' is of kind integer, not a date`],
  'limit of no time': [move('pass', { within: { workingDays: 0 } }), 'x.moves.pass.within: a limit is greater than zero'],
  'limit that is no number': [move('pass', { within: { hours: Number.NaN } }), 'x.moves.pass.within: a limit is greater than zero'],
  'limit before a date, of no time': [move('wait', { within: { before: 'due', days: -1 } }), 'x.moves.wait.within: a limit is greater than zero'],
  'two limits in one': [move('pass', { within: { hours: 1, limit: 'legal' } }), 'x.moves.pass.within: it says hours and limit; a limit is one of hours, days, workingDays, limit, or before with days or workingDays'],
  'no limit in one': [move('pass', { within: {} }), 'x.moves.pass.within: it says nothing; a limit is one of hours, days, workingDays, limit, or before with days or workingDays'],
  'hours before a date': [move('wait', { within: { before: 'due', hours: 2 } }), 'x.moves.wait.within: it says before and hours; a limit is one of hours, days, workingDays, limit, or before with days or workingDays'],
  'reminder of nothing': [move('pass', { within: undefined, escalate: undefined }), `x.moves.pass.remind: without 'within' nothing is ever due`],
  'delay of nothing': [move('pass', { within: undefined, remind: undefined }), `x.moves.pass.escalate: without 'within' nothing is ever due`],
  'apart from no move': [move('wait', { apartFrom: ['inspect'] }), `x.moves.wait.apartFrom: no move 'inspect'; moves are pass, wait, settle, lapse`],
  'apart from itself': [move('wait', { apartFrom: ['wait'] }), 'x.moves.wait.apartFrom: a move cannot be kept apart from itself'],
  'delay told to no post': [move('pass', { escalate: ['post:boss'] }), `x.moves.pass.escalate: no post 'post:boss'; posts are post:clerk, post:chief`],
  'delay told to a party': [move('pass', { escalate: 'firm' }), `x.moves.pass.escalate: no post 'firm'; posts are post:clerk, post:chief`],
  'a person who waits for a timer': [move('pass', { on: 'timer' }), `x.moves.pass.on: only moves by 'system' wait for 'timer'`],
  'the system with no reason to act': [move('lapse', { on: undefined }), `x.moves.lapse.on: a move by 'system' says what makes it act: childClosed, timer, signal, reply or effect`],
  'a timer without a time': [move('lapse', { within: undefined }), `x.moves.lapse.within: a move on 'timer' needs 'within'`],
  'closing children where there are none': [{ ...sound, children: undefined }, `x.moves.settle.on: 'childClosed' needs children`],
  'party of no class': [{ ...sound, parties: { ...sound.parties, firm: { title: T, classes: [] } } }, 'x.parties.firm.classes: a party has at least one class of subject'],
  'agent of nobody': [{ ...sound, parties: { ...sound.parties, agent: { title: T, classes: ['person'], actsFor: 'owner' } } }, `x.parties.agent.actsFor: no party 'owner'; parties are firm, agent`],
  'track without steps': [{ ...sound, tracks: { ...sound.tracks, water: { title: T, steps: [] } } }, 'x.tracks.water.steps: a track has a first step'],
  'track with a step twice': [{ ...sound, tracks: { ...sound.tracks, water: { title: T, steps: ['a', 'a'] } } }, 'x.tracks.water.steps: a step stands twice'],
  'child after no child': [{ ...sound, children: { ...sound.children, second: { ...sound.children!['second'], after: ['zeroth'] } } }, `x.children.second.after: no child 'zeroth'; children are first, second`],
  'children that wait for each other': [{ ...sound, children: { ...sound.children, first: { ...sound.children!['first'], after: ['second'] } } }, 'x.children: they wait for each other: first → second → first'],
  'state to which nothing leads': [{ ...sound, states: { ...sound.states, lost: { title: T, outcome: 'lost' } } }, 'x.states.lost: no move leads here'],
  'state from which nothing leads': [{ ...sound, states: { ...sound.states, stuck: { title: T } }, moves: { ...sound.moves, jam: { title: T, from: 'open', to: 'stuck', by: 'firm' } } }, `x.states.stuck: no move leads out of it and it has no 'outcome'`],
  'shown to nobody known': [{ ...sound, sees: { 'post:auditor': 'all' } }, `x.sees: no party or post 'post:auditor'; they are firm, agent, post:clerk, post:chief`],
  'shown no field': [{ ...sound, sees: { firm: ['nmae'] } }, `x.sees.firm: no field 'nmae'; fields are name, secret, due, days`],
  'four indexes': [{ ...sound, indexed: ['name', 'due', 'days', 'name'] }, 'x.indexed: at most three fields of a case type are indexed'],
  'index of no field': [{ ...sound, indexed: ['nmae'] }, `x.indexed: no field 'nmae'; fields are name, secret, due, days`],
  'index of a person': [{ ...sound, indexed: ['secret'] }, `x.indexed: 'secret' identifies a person; it is looked up by keyed hash, not by an index of its text`],
}

describe('a planted fault is told once, in one line', () => {
  test.each(Object.entries(planted))('%s', (_name, [type, expected]) => {
    const told = faults(type)
    expect(told.filter(one => one === expected)).toEqual([expected])
    expect(told.filter(one => one !== expected).every(one => consequences(expected).some(path => one.startsWith(path))) || told).toBe(true)
  })

  /** Faults that follow from the planted one: both languages of a missing title; a type that no longer closes or is reached. */
  function consequences(expected: string): readonly string[] {
    if (expected.includes(`.title: no text in 'zh'`)) return [expected.replace(`'zh'`, `'en'`)]
    return []
  }
})

test('a case type without an end is told so', () => {
  const states = Object.fromEntries(Object.entries(sound.states).map(([name, { outcome: _, ...rest }]) => [name, rest]))
  expect(faults({ ...sound, states })).toEqual([
    `x.states.done: no move leads out of it and it has no 'outcome'`, `x.states.partly: no move leads out of it and it has no 'outcome'`, `x.states: no state has an 'outcome', so a case never closes`,
  ])
})

test('a cycle is found exactly where there is one', () => {
  const names = ['a', 'b', 'c', 'd', 'e']
  fc.assert(fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 8 }), edges => {
    const after = Object.fromEntries(names.map(name => [name, edges.filter(([from]) => from === name).map(([, to]) => to)]))
    const reach = new Map(names.map(name => [name, new Set(after[name])]))
    for (let i = 0; i < names.length; i++) for (const set of reach.values()) for (const one of [...set]) for (const next of reach.get(one)!) set.add(next)
    const cycle = cycleAmong(after)
    expect(cycle !== null).toBe(names.some(name => reach.get(name)!.has(name)))
    if (cycle) {
      expect(cycle[0]).toBe(cycle.at(-1))
      cycle.slice(1).forEach((name, i) => expect(after[cycle[i]!]).toContain(name))
    }
  }))
})
