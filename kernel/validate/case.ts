/** Validates one case type: every name in its moves exists, every state can be reached, every end is reachable. */
import type { PlainCaseType, PlainMove } from '../case.ts'
import { asList, missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateText } from './text.ts'

export function validateCase(type: PlainCaseType, at: string): DefinitionFault[] {
  return [
    ...validateText(type.title, `${at}.title`),
    ...validateFields(type.fields, `${at}.fields`),
    ...validateNames(type, at),
    ...validateStates(type, at),
    ...validateOpening(type, at),
    ...Object.entries(type.moves).flatMap(([name, move]) => validateMove(type, name, move, `${at}.moves.${name}`)),
    ...validateParties(type, at),
    ...validateTrackSteps(type, at),
    ...validateChildren(type, at),
    ...validateReach(type, at),
    ...validateSees(type, at),
    ...validateIndexed(type, at),
  ]
}

const NAME = /^[a-z][A-Za-z0-9]{0,39}$/

/** Names stand in rows, keys and paths; `system` is not free, since `by: 'system'` means the system itself. */
function validateNames(type: PlainCaseType, at: string): DefinitionFault[] {
  return (['parties', 'posts', 'states', 'tracks', 'children', 'moves'] as const).flatMap(member => Object.entries(type[member] ?? {}).flatMap(([name, one]) => [
    ...(NAME.test(name) && name !== 'system' ? [] : [{ path: `${at}.${member}.${name}`, message: `'${name}' is not a name here: a small letter, then letters and digits, at most 40, and not 'system'` }]),
    ...validateText(one.title, `${at}.${member}.${name}.title`),
  ]))
}

function validateStates(type: PlainCaseType, at: string): DefinitionFault[] {
  const states = Object.keys(type.states)
  const parties = [...Object.keys(type.parties), ...Object.keys(type.posts).map(post => `post:${post}`)]
  return [
    ...Object.entries(type.states).flatMap(([name, state]) => state.responsible !== undefined && state.responsible !== 'system' && !parties.includes(state.responsible)
      ? [{ path: `${at}.states.${name}.responsible`, message: missing('party or post', state.responsible, 'they', parties) }] : []),
    ...Object.entries(type.renamedStates ?? {}).flatMap(([to, from]) => [
      ...(states.includes(to) ? [] : [{ path: `${at}.renamedStates.${to}`, message: missing('state', to, 'states', states) }]),
      ...(states.includes(from) ? [{ path: `${at}.renamedStates.${to}`, message: `'${from}' is still a state; a renamed state's old name must be gone` }] : []),
    ]),
  ]
}

function validateOpening(type: PlainCaseType, at: string): DefinitionFault[] {
  const path = `${at}.opening`
  const { opening } = type
  const asks = new Set(opening.asks ?? [])
  const unasked = Object.keys(type.fields).filter(name => type.fields[name]!.required && opening.asks !== undefined && !asks.has(name))
  return [
    ...validateText(opening.title, `${path}.title`),
    ...validateBy(type, opening.by, `${path}.by`),
    ...validateEnding(type, opening, path),
    ...validateFieldNames(type, opening.asks, `${path}.asks`),
    ...validateFieldNames(type, opening.takes, `${path}.takes`),
    ...unasked.map(name => ({ path: `${path}.asks`, message: `field '${name}' is required, so the opening must ask for it` })),
  ]
}

function validateMove(type: PlainCaseType, name: string, move: PlainMove, path: string): DefinitionFault[] {
  const states = Object.keys(type.states)
  const moves = Object.keys(type.moves)
  const bySystem = asList(move.by).includes('system')
  return [
    ...asList(move.from).filter(state => !states.includes(state)).map(state => ({ path: `${path}.from`, message: missing('state', state, 'states', states) })),
    ...validateBy(type, move.by, `${path}.by`),
    ...validateEnding(type, move, path),
    ...validateFieldNames(type, move.asks, `${path}.asks`),
    ...validateFieldNames(type, move.takes, `${path}.takes`),
    ...validateFieldNames(type, move.sees, `${path}.sees`),
    ...validateFieldNames(type, asList(move.clock?.noticeDays), `${path}.clock.noticeDays`),
    ...validateTracks(type, move, path),
    ...validateWithin(type, move, path),
    ...asList(move.apartFrom).filter(other => !moves.includes(other)).map(other => ({ path: `${path}.apartFrom`, message: missing('move', other, 'moves', moves) })),
    ...asList(move.apartFrom).filter(other => other === name).map(() => ({ path: `${path}.apartFrom`, message: 'a move cannot be kept apart from itself' })),
    ...asList(move.escalate).filter(who => !isPost(type, who)).map(who => ({ path: `${path}.escalate`, message: missing('post', who, 'posts', postNames(type)) })),
    ...(move.on !== undefined && !bySystem ? [{ path: `${path}.on`, message: `only moves by 'system' wait for '${move.on}'` }] : []),
    ...(bySystem && move.on === undefined ? [{ path: `${path}.on`, message: `a move by 'system' says what makes it act: childClosed, timer, signal, reply or effect` }] : []),
    ...(move.on === 'timer' && move.within === undefined ? [{ path: `${path}.within`, message: `a move on 'timer' needs 'within'` }] : []),
    ...(move.on === 'childClosed' && type.children === undefined ? [{ path: `${path}.on`, message: `'childClosed' needs children` }] : []),
  ]
}

function validateBy(type: PlainCaseType, by: string | readonly string[], path: string): DefinitionFault[] {
  const parties = Object.keys(type.parties)
  return asList(by).flatMap(who => {
    if (who === 'system' || parties.includes(who)) return []
    if (who.startsWith('post:')) return isPost(type, who) ? [] : [{ path, message: missing('post', who.slice(5), 'posts', Object.keys(type.posts)) }]
    return [{ path, message: missing('party', who, 'parties', parties) }]
  })
}

function validateEnding(type: PlainCaseType, move: Pick<PlainMove, 'to' | 'decide'>, path: string): DefinitionFault[] {
  const states = Object.keys(type.states)
  const ends = typeof move.to === 'string' ? [move.to] : Object.values(move.to)
  const faults = ends.filter(state => !states.includes(state)).map(state => ({ path: `${path}.to`, message: missing('state', state, 'states', states) }))
  if (typeof move.to === 'string' && move.decide !== undefined) faults.push({ path: `${path}.decide`, message: `'to' names one state, so there is nothing to decide` })
  if (typeof move.to !== 'string' && move.decide === undefined) faults.push({ path: `${path}.decide`, message: `'to' has outcomes ${Object.keys(move.to).join(', ')}, so 'decide' must pick one` })
  return faults
}

function validateTracks(type: PlainCaseType, move: PlainMove, path: string): DefinitionFault[] {
  const tracks = type.tracks ?? {}
  const check = (member: 'needs' | 'sets') => Object.entries(move[member] ?? {}).flatMap(([name, steps]) => {
    const track = tracks[name]
    if (track === undefined) return [{ path: `${path}.${member}`, message: missing('track', name, 'tracks', Object.keys(tracks)) }]
    return asList(steps).filter(step => !track.steps.includes(step)).map(step => ({ path: `${path}.${member}.${name}`, message: missing('step', step, 'steps', track.steps) }))
  })
  return [...check('needs'), ...check('sets')]
}

function validateWithin(type: PlainCaseType, move: PlainMove, path: string): DefinitionFault[] {
  const { within } = move
  if (within === undefined) {
    return (['remind', 'escalate'] as const).filter(member => move[member] !== undefined).map(member => ({ path: `${path}.${member}`, message: `without 'within' nothing is ever due` }))
  }
  const kinds = ['hours', 'days', 'workingDays', 'limit'].filter(kind => Object.hasOwn(within, kind))
  if (kinds.length > 1 || ('before' in within ? kinds.some(kind => kind === 'hours' || kind === 'limit') : kinds.length === 0)) {
    return [{ path: `${path}.within`, message: `it says ${Object.keys(within).join(' and ') || 'nothing'}; a limit is one of hours, days, workingDays, limit, or before with days or workingDays` }]
  }
  if ('before' in within) {
    const field = type.fields[within.before]
    if (field === undefined) return [{ path: `${path}.within.before`, message: missing('field', within.before, 'fields', Object.keys(type.fields)) }]
    if (field.kind !== 'date' && field.kind !== 'instant') return [{ path: `${path}.within.before`, message: `field '${within.before}' is of kind ${field.kind}, not a date` }]
  }
  const amounts = Object.values(within).filter(value => typeof value === 'number')
  return amounts.some(n => !(n > 0)) ? [{ path: `${path}.within`, message: 'a limit is greater than zero' }] : []
}

function validateFieldNames(type: PlainCaseType, names: readonly string[] | undefined, path: string): DefinitionFault[] {
  const fields = Object.keys(type.fields)
  return (names ?? []).filter(name => !fields.includes(name)).map(name => ({ path, message: missing('field', name, 'fields', fields) }))
}

function validateTrackSteps(type: PlainCaseType, at: string): DefinitionFault[] {
  return Object.entries(type.tracks ?? {}).flatMap(([name, track]) => track.steps.length === 0 ? [{ path: `${at}.tracks.${name}.steps`, message: 'a track has a first step' }]
    : new Set(track.steps).size < track.steps.length ? [{ path: `${at}.tracks.${name}.steps`, message: 'a step stands twice' }] : [])
}

function validateParties(type: PlainCaseType, at: string): DefinitionFault[] {
  const parties = Object.keys(type.parties)
  return Object.entries(type.parties).flatMap(([name, party]) => [
    ...(party.classes.length === 0 ? [{ path: `${at}.parties.${name}.classes`, message: 'a party has at least one class of subject' }] : []),
    ...(party.actsFor !== undefined && !parties.includes(party.actsFor) ? [{ path: `${at}.parties.${name}.actsFor`, message: missing('party', party.actsFor, 'parties', parties) }] : []),
  ])
}

function validateChildren(type: PlainCaseType, at: string): DefinitionFault[] {
  const children = type.children ?? {}
  const names = Object.keys(children)
  const faults = Object.entries(children).flatMap(([name, child]) => (child.after ?? []).filter(other => !names.includes(other))
    .map(other => ({ path: `${at}.children.${name}.after`, message: missing('child', other, 'children', names) })))
  const cycle = cycleAmong(Object.fromEntries(names.map(name => [name, children[name]!.after ?? []])))
  if (cycle) faults.push({ path: `${at}.children`, message: `they wait for each other: ${cycle.join(' → ')}` })
  return faults
}

export function cycleAmong(after: Readonly<Record<string, readonly string[]>>): readonly string[] | null {
  const done = new Set<string>()
  const visit = (name: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name]
    if (done.has(name)) return null
    for (const next of after[name] ?? []) {
      const found = visit(next, [...trail, name])
      if (found) return found
    }
    done.add(name)
    return null
  }
  for (const name of Object.keys(after)) {
    const found = visit(name, [])
    if (found) return found
  }
  return null
}

function validateReach(type: PlainCaseType, at: string): DefinitionFault[] {
  const reached = new Set<string>(endings(type.opening))
  for (let grew = true; grew;) {
    grew = false
    for (const move of Object.values(type.moves)) {
      if (!asList(move.from).some(state => reached.has(state))) continue
      for (const state of endings(move)) if (!reached.has(state)) { reached.add(state); grew = true }
    }
  }
  const states = Object.keys(type.states)
  const unreachable = states.filter(state => !reached.has(state)).map(state => ({ path: `${at}.states.${state}`, message: 'no move leads here' }))
  const stuck = states.filter(state => type.states[state]!.outcome === undefined && !Object.values(type.moves).some(move => asList(move.from).includes(state)))
    .map(state => ({ path: `${at}.states.${state}`, message: `no move leads out of it and it has no 'outcome'` }))
  const ends = states.some(state => type.states[state]!.outcome !== undefined) ? [] : [{ path: `${at}.states`, message: `no state has an 'outcome', so a case never closes` }]
  return [...unreachable, ...stuck, ...ends]
}

function endings(move: Pick<PlainMove, 'to'>): readonly string[] {
  return typeof move.to === 'string' ? [move.to] : Object.values(move.to)
}

function validateSees(type: PlainCaseType, at: string): DefinitionFault[] {
  const known = [...Object.keys(type.parties), ...postNames(type)]
  return Object.entries(type.sees ?? {}).flatMap(([who, names]) => [
    ...(known.includes(who) ? [] : [{ path: `${at}.sees`, message: missing('party or post', who, 'they', known) }]),
    ...(names === 'all' ? [] : validateFieldNames(type, names, `${at}.sees.${who}`)),
  ])
}

function validateIndexed(type: PlainCaseType, at: string): DefinitionFault[] {
  const names = type.indexed ?? []
  return [
    ...(names.length > 3 ? [{ path: `${at}.indexed`, message: 'at most three fields of a case type are indexed' }] : []),
    ...validateFieldNames(type, names, `${at}.indexed`),
    ...names.filter(name => type.fields[name]?.identifies).map(name => ({ path: `${at}.indexed`, message: `'${name}' identifies a person; it is looked up by keyed hash, not by an index of its text` })),
  ]
}

function isPost(type: PlainCaseType, who: string): boolean {
  return who.startsWith('post:') && Object.hasOwn(type.posts, who.slice(5))
}

function postNames(type: PlainCaseType): readonly string[] {
  return Object.keys(type.posts).map(post => `post:${post}`)
}
