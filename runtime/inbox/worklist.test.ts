import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { list, possibleMoves } from '../../engines/case-flow/index.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { dueMoment } from '../cases/clock.ts'
import type { CaseRecord } from '../cases/record.ts'
import { permits, permitType } from '../fixtures/permits.ts'
import { CITY, COUNTY, hours, NEIGHBOUR, NOW, ORGAN, OTHER_ORGAN, PROVINCE } from '../fixtures/places.ts'
import { isProblem } from '../../kernel/errors/problem.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, openCase, party, recordOf } from '../testing-cases.ts'
import { countTasks, tasksOf, type Task, type TaskFilter } from './worklist.ts'

let city: TestCity
let applicant: SignedIn
/** Holds every post everywhere. */
let everybody: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [permits], calendar: stateCouncilCalendar })
  applicant = await city.person('申请者')
  everybody = await city.staff('全岗', [ORGAN, OTHER_ORGAN, PROVINCE].flatMap(unit => Object.keys(permitType.posts).map(post => ({ post: `permits.${post}`, unit }))))
})

beforeEach(() => city.platform.db.script('truncate onevisit.inbox restart identity'))

/** What each live case asks of whom, worked out from the case alone. */
function expected(record: CaseRecord): readonly string[] {
  const rows = new Map<string, { moves: string[]; dues: string[] }>()
  for (const name of possibleMoves(permitType, record)) {
    const move = permitType.moves[name]!
    if (move.optional) continue
    for (const who of list(move.by).filter(one => one.startsWith('post:'))) {
      const post = permitType.posts[who.slice(5)]!
      const unit = post.at === 'organ' ? record.organ : post.at === 'region' ? record.region : record.acceptingRegion
      const key = `${record.number} ${record.state} permits.${who.slice(5)}@${unit}`
      const row = rows.get(key) ?? { moves: [], dues: [] }
      row.moves.push(name)
      const due = move.within && dueMoment(stateCouncilCalendar, move.within, record.enteredAt, record.values, undefined, record.due)
      if (due) row.dues.push(due.at)
      rows.set(key, row)
    }
  }
  return [...rows].map(([key, { moves, dues }]) => `${key} ${moves.join()} ${dues.sort()[0] ?? 'infinity'}`).sort()
}

async function stored(): Promise<readonly string[]> {
  const { rows } = await city.platform.db.queryOnce<{ number: string; case_state: string; post: string; unit: string; moves: string[]; due: string }>(
    `select i.number, i.case_state, s.post, s.unit, i.moves, i.due from onevisit.inbox i join onevisit.scope s on s.id = i.scope where i.state = 'open'`)
  return rows.map(row => `${row.number} ${row.case_state} ${row.post}@${row.unit} ${row.moves.join()} ${row.due}`).sort()
}

test('after any walk of any cases the inbox holds exactly what the cases ask of their posts', async () => {
  const step = fc.record({
    which: fc.nat(3), move: fc.constantFrom(...Object.keys(permitType.moves).filter(name => !list(permitType.moves[name]!.by).includes('system'))),
    heldOn: fc.option(fc.constantFrom('2026-03-13', '2026-04-10', '2026-10-12')), region: fc.constantFrom(COUNTY, NEIGHBOUR), organ: fc.constantFrom(ORGAN, OTHER_ORGAN),
  })
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async steps => {
    await city.platform.db.script('truncate onevisit.inbox, onevisit.timer')
    const numbers: string[] = []
    let done = 0
    for (const [i, { which, move, heldOn, region, organ }] of steps.entries()) {
      if (numbers[which] === undefined) {
        numbers[which] = (await openCase(city.platform, applicant, 'permits.permit', hours(i), { region, organ, parties: { applicant: party(applicant) }, given: { title: '演出', heldOn } })).number
        continue
      }
      const before = expected(await recordOf(city.platform, numbers[which]))
      const given = { heldOn: { heldOn }, pauseDays: { pauseDays: 2 }, opinion: { opinion: '可' } } as Record<string, Record<string, unknown>>
      const { asks = [], takes = [] } = permitType.moves[move]!
      try {
        await moveCase(city.platform, list(permitType.moves[move]!.by).includes('applicant') ? applicant : everybody, numbers[which], move, hours(i), { given: Object.assign({}, ...[...asks, ...takes].map(name => given[name])), note: '理由' })
      } catch (error) {
        if (!isProblem(error)) throw error
      }
      const after = expected(await recordOf(city.platform, numbers[which]))
      const key = (row: string) => row.split(' ').slice(0, 3).join(' ')
      done += before.filter(row => !after.some(other => key(other) === key(row))).length
    }
    const records = await Promise.all(numbers.filter(number => number !== undefined).map(number => recordOf(city.platform, number)))
    expect(await stored()).toEqual(records.flatMap(expected).sort())
    const { rows } = await city.platform.db.queryOnce<{ n: number }>(`select count(*)::int as n from onevisit.inbox where state = 'done' and done_at is not null`)
    expect(rows[0]!.n).toBe(done)
  }), { numRuns: 25 })
}, 120_000)

describe('the to-do list', () => {
  const holdings = (unit: string) => Object.keys(permitType.posts).map(post => ({ post: `permits.${post}`, unit }))
  const scopes = async (...units: string[]) => city.platform.scopes.covered(units.flatMap(holdings))

  /** Rows of several scopes of two systems with many equal dues, some without. */
  async function fill(n: number): Promise<readonly number[]> {
    const posts = ['permits.inspector', 'permits.inspector', 'permits.inspector', 'other.inspector']
    const ids = await Promise.all([COUNTY, NEIGHBOUR, '330206000000', COUNTY].map((unit, i) => city.platform.scopes.idOf(posts[i]!, unit)))
    await city.platform.db.queryOnce(`insert into onevisit.inbox (scope, state, due, system, number, key, type, case_state, moves, opened_at)
      select ($2::int[])[1 + i % 4], case when i % 7 = 0 then 'done' else 'open' end, case when i % 5 = 0 then 'infinity' else $3::timestamptz + ((i / 10) || ' hours')::interval end,
        case when i % 4 = 3 then 'other' else 'permits' end, 'PT' || i, 'k', 'permit', 'examined', '["inspect"]', $3 from generate_series(1, $1) i`, [n, ids, NOW])
    return ids
  }

  async function pages(of: readonly number[], filter: TaskFilter, limit: number): Promise<readonly Task[]> {
    const items: Task[] = []
    for (let after: string | undefined; ;) {
      const page = await tasksOf(city.platform.db, of, filter, { limit, ...(after === undefined ? {} : { after }) })
      expect(page.items.length <= limit && (page.next === null || page.items.length === limit)).toBe(true)
      items.push(...page.items)
      if (page.next === null) return items
      after = page.next
    }
  }

  test('pages through everything once and in order, with any page size and any filter, equal and missing dues included', async () => {
    const ids = await fill(180)
    const { rows: all } = await city.platform.db.queryOnce<{ id: number; scope: number; state: string; due: string; system: string }>('select id, scope, state, due, system from onevisit.inbox')
    const instant = (due: string | null) => due ?? 'infinity'
    await fc.assert(fc.asyncProperty(fc.subarray([...ids, 999_999], { minLength: 1 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom('open', 'done'), fc.option(fc.nat(20)), fc.option(fc.nat(20)), fc.boolean(), async (of, limit, state, from, before, own) => {
      const filter: TaskFilter = { state: state as 'open', ...(from === null ? {} : { dueFrom: hours(from) }), ...(before === null ? {} : { dueBefore: hours(before) }), ...(own ? { system: 'permits' } : {}) }
      const wanted = all.filter(row => of.includes(row.scope) && row.state === state && (from === null || row.due >= hours(from)) && (before === null || row.due < hours(before)) && (!own || row.system === 'permits'))
        .sort((a, b) => a.due === b.due ? a.id - b.id : a.due < b.due ? -1 : 1)
      expect((await pages(of, filter, limit)).map(task => [instant(task.due), task.id])).toEqual(wanted.map(row => [row.due, row.id]))
    }), { numRuns: 60 })
  })

  test('counts no further than the cap', async () => {
    const ids = await fill(70)
    for (const cap of [1, 30, 59, 60, 61, 100]) expect(await countTasks(city.platform.db, ids, 'open', cap)).toEqual({ count: Math.min(60, cap), capped: cap < 60 })
    expect(await countTasks(city.platform.db, [], 'open', 10)).toEqual({ count: 0, capped: false })
  })

  test('refuses a cursor that it did not give', async () => {
    const of = await fill(3)
    const coded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const after of ['x', '', coded({}), coded(['infinity']), coded(['yesterday', 1]), coded(['2026-03-02', 1]), coded([NOW, 'x']), coded([NOW, 1, 2]), coded(["'; drop table x", 1])]) {
      expect([after, await codeOf(tasksOf(city.platform.db, of, { state: 'open' }, { limit: 5, after }))]).toEqual([after, 'cursor-invalid'])
    }
  })

  test('of an actor is what their posts cover: regions with what lies below, organs alone', async () => {
    const organScope = await city.platform.scopes.idOf('permits.approver', ORGAN)
    const [county, neighbour, village, otherCity] = await Promise.all([COUNTY, NEIGHBOUR, '330203001001', '330900000000'].map(unit => city.platform.scopes.idOf('permits.inspector', unit)))
    expect((await scopes(COUNTY)).filter(id => [county, neighbour, village, otherCity, organScope].includes(id)).sort()).toEqual([county, village].sort())
    expect((await scopes(CITY)).filter(id => [county, neighbour, village, otherCity].includes(id)).sort()).toEqual([county, neighbour, village].sort())
    expect((await scopes(PROVINCE)).filter(id => [county, neighbour, village, otherCity].includes(id)).sort()).toEqual([county, neighbour, village, otherCity].sort())
    expect((await scopes(ORGAN))).toContain(organScope)
    expect(await city.platform.scopes.covered([{ post: 'permits.absent', unit: CITY }])).toEqual([])
    expect(await city.platform.scopes.covered([{ post: 'permits.inspector', unit: '330203001001' }])).toEqual([village])
  })

  test('shows a scope made in another process, even one that was committed after a later one', async () => {
    const other = await city.another()
    const unit = (n: number) => `33020300${String(n).padStart(4, '0')}`
    const cover = () => city.platform.scopes.covered([{ post: 'permits.inspector', unit: COUNTY }])
    await cover()
    const late = await city.platform.db.transaction(async tx => {
      const { rows } = await tx.query<{ id: number }>('late', `insert into onevisit.scope (post, unit) values ('permits.inspector', $1) returning id`, [unit(71)])
      const early = await other.scopes.idOf('permits.inspector', unit(72))
      expect(early).toBeGreaterThan(rows[0]!.id)
      expect(await cover()).toContain(early)
      expect(await cover()).not.toContain(rows[0]!.id)
      return rows[0]!.id
    })
    expect(await cover()).toContain(late)
    expect(city.platform.scopes.holdingOf(late)).toEqual({ post: 'permits.inspector', unit: unit(71) })
  })

  test('makes a scope once, however many ask for it at the same time', async () => {
    const other = await city.another()
    const ids = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? city.platform : other).scopes.idOf('permits.clerk', '330203009001')))
    expect(new Set(ids).size).toBe(1)
  })
})
