/**
 * Access tests generated from the definitions: for every system, case type, state and move, each party, each post at the
 * case's place, the same post elsewhere, and a stranger try it. Exceptions are tested by hand in the systems.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { list, obstacle } from '../engines/case-flow/index.ts'
import { composeUscc } from '../kernel/codes/uscc.ts'
import { isProblem } from '../kernel/errors/problem.ts'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import type { SignedIn } from '../runtime/access/actor.ts'
import { rolesOf } from '../runtime/access/actor.ts'
import { visibleFields } from '../runtime/access/visible.ts'
import type { CaseEntry } from '../runtime/city.ts'
import { cityOf } from '../runtime/city.ts'
import { firstSteps } from '../engines/case-flow/index.ts'
import { testCity, type TestCity } from '../runtime/testing.ts'
import { systems } from '../systems/registry.generated.ts'

const ORGAN = composeUscc({ registrar: '1', category: '1', region: '330200', organBody: '0000AC01' })
const OTHER_ORGAN = composeUscc({ registrar: '1', category: '1', region: '330900', organBody: '0000AC02' })
const REGION = '330203001000'
const OTHER_REGION = '330902001000'
const NOW = '2026-03-02T02:00:00.000Z'

const entries = [...cityOf(systems, { calendar: stateCouncilCalendar }).cases.values()]
let city: TestCity

beforeAll(async () => {
  city = await testCity({ systems, calendar: stateCouncilCalendar })
})

interface Cast {
  readonly roles: ReadonlyMap<string, SignedIn>
  readonly elsewhere: ReadonlyMap<string, SignedIn>
  readonly stranger: SignedIn
}

async function castOf(entry: CaseEntry): Promise<Cast> {
  const roles = new Map<string, SignedIn>()
  const elsewhere = new Map<string, SignedIn>()
  for (const [name, party] of Object.entries(entry.type.parties)) roles.set(name, { ...await city.person(`${entry.name} ${name}`), class: party.classes[0]! })
  for (const [name, post] of Object.entries(entry.type.posts)) {
    const [unit, other] = post.at === 'organ' ? [ORGAN, OTHER_ORGAN] : [REGION, OTHER_REGION]
    roles.set(`post:${name}`, await city.staff(`${entry.name} ${name}`, [{ post: `${entry.system}.${name}`, unit }]))
    elsewhere.set(`post:${name}`, await city.staff(`${entry.name} ${name} elsewhere`, [{ post: `${entry.system}.${name}`, unit: other }]))
  }
  return { roles, elsewhere, stranger: await city.person(`${entry.name} stranger`) }
}

/** A bare case at a state, as if moves had led there. */
async function caseAt(entry: CaseEntry, state: string, cast: Cast): Promise<string> {
  const number = await city.platform.numbers.next(entry.prefix, '2026-03-02')
  const parties = Object.fromEntries(Object.keys(entry.type.parties).map(name => [name, { subject: cast.roles.get(name)!.subject, class: cast.roles.get(name)!.class }]))
  await city.platform.db.queryOnce(`insert into onevisit.cases (number, system, type, definition, state, tracks, version, region, accepting_region, organ, parties, opened_at, entered_at, clock, values)
    values ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8, $9, $10, $10, '{}', '{}')`,
  [number, entry.system, entry.name, entry.edition, state, JSON.stringify(firstSteps(entry.type)), REGION, ORGAN, JSON.stringify(parties), NOW])
  return number
}

async function codeOfMove(actor: SignedIn, number: string, move: string): Promise<string> {
  try {
    await city.platform.desk.move({ actor, number, move, given: {}, note: null, version: 1, now: NOW })
    return 'done'
  } catch (error) {
    if (!isProblem(error)) throw error
    return error.code
  }
}

const FORBIDDEN = ['wrong-post', 'not-a-party', 'not-permitted', 'mandate-missing']

describe.each(entries.map(entry => [entry.ref, entry] as const))('access to %s', (_ref, entry) => {
  let cast: Cast
  beforeAll(async () => { cast = await castOf(entry) })

  test.each(Object.keys(entry.type.states))('in state %s each move is open to those it names and to nobody else', async state => {
    const position = { state, tracks: firstSteps(entry.type) }
    for (const [name, move] of Object.entries(entry.type.moves)) {
      if (obstacle(entry.type, position, name) !== null) continue
      for (const [role, actor] of cast.roles) {
        const code = await codeOfMove(actor, await caseAt(entry, state, cast), name)
        // An agent acts under a mandate, of which this bare case has none.
        const agent = !role.startsWith('post:') && entry.type.parties[role]?.actsFor !== undefined
        if (list(move.by).includes(role) && !agent) expect(FORBIDDEN, `${name} by ${role} in ${state}`).not.toContain(code)
        else expect(FORBIDDEN, `${name} by ${role} in ${state}`).toContain(code)
      }
      const number = await caseAt(entry, state, cast)
      for (const [role, actor] of cast.elsewhere) expect(FORBIDDEN, `${name} by ${role} of another place in ${state}`).toContain(await codeOfMove(actor, number, name))
      expect(FORBIDDEN, `${name} by a stranger in ${state}`).toContain(await codeOfMove(cast.stranger, number, name))
    }
  })

  test('nobody sees a field that neither their role nor a move open to them names', () => {
    const { type } = entry
    for (const state of Object.keys(type.states)) {
      for (const role of cast.roles.keys()) {
        const seen = visibleFields(type, { state, tracks: firstSteps(type) }, [role])
        for (const [name, field] of Object.entries(type.fields)) {
          const always = type.sees?.[role]
          const byRole = always === 'all' ? !field.sealed : always?.includes(name) ?? false
          const byMove = Object.entries(type.moves).some(([move, { by, asks = [], takes = [], sees = [] }]) =>
            list(by).includes(role) && obstacle(type, { state, tracks: firstSteps(type) }, move) === null && [...asks, ...takes, ...sees].includes(name))
          expect(seen.has(name), `${name} for ${role} in ${state}`).toBe(byRole || byMove)
        }
      }
    }
  })

  test('a stranger and a post of another place have no role at all', async () => {
    const subjected = { entry, parties: Object.fromEntries(Object.keys(entry.type.parties).map(name => [name, { subject: cast.roles.get(name)!.subject, class: cast.roles.get(name)!.class }])), organ: ORGAN, region: REGION, acceptingRegion: REGION }
    expect(rolesOf(cast.stranger, subjected)).toEqual([])
    for (const actor of cast.elsewhere.values()) expect(rolesOf(actor, subjected)).toEqual([])
    for (const [role, actor] of cast.roles) expect(rolesOf(actor, subjected)).toContain(role)
  })
})
