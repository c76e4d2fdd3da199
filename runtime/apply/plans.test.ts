/**
 * Every statement of the applier, and of the reading and claiming beside it, takes its rows by an index: planned when
 * all tables were empty and kept while they grew, with no statistics, and planned anew over many rows.
 */
import { beforeAll, describe, expect, test } from 'vitest'
import { issue, move, notify, put, retract, revoke, set, type Effect } from '../../kernel/effect.ts'
import { text as t } from '../../kernel/text.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { permits } from '../fixtures/permits.ts'
import { COUNTY, hours, NOW, ORGAN } from '../fixtures/places.ts'
import { badge, say, scripted, stock, tasks } from '../fixtures/script.ts'
import { onceOf } from '../idempotency.ts'
import { tasksOf } from '../inbox/worklist.ts'
import { testCity, type TestCity } from '../testing.ts'
import { moveCase, openCase, party } from '../testing-cases.ts'

const ROWS = 200_000

let city: TestCity
const seen = new Map<string, readonly unknown[]>()

beforeAll(async () => {
  city = await testCity({ systems: [permits, scripted], calendar: stateCouncilCalendar, onStatement: (_name, text, values) => void seen.set(text, values) })
})

/** Openings, moves, timers and effects of every kind, so that every part of the statement is seen. */
async function workThrough(): Promise<void> {
  const { platform } = city
  const owner = await city.person('所有者')
  const worker = await city.staff('办理者', [{ post: 'script.worker', unit: ORGAN }, { post: 'permits.clerk', unit: COUNTY }, { post: 'permits.approver', unit: ORGAN }])
  const opening = { region: COUNTY, organ: ORGAN, once: onceOf(owner.account, `key-${crypto.randomUUID()}`, ['x']) }
  const { number } = await openCase(platform, owner, 'script.task', NOW, { ...opening, parties: { owner: party(owner) } })
  const run = async (...effects: Effect[]) => {
    say(() => effects)
    await moveCase(platform, worker, number, 'run', hours(1))
  }
  await run(put(stock, [{ code: 'a', place: 'x' }]), notify('owner', t('一', '1'), t('甲', 'A')), issue(badge, 'owner', { name: '王' }, null))
  const { rows } = await platform.db.queryOnce<{ id: string }>('select id from onevisit.credential')
  await run(set(stock, { place: 'x' }, { order: 1 }, { atMost: 1 }), revoke(rows[0]!.id, 'revoked', t('止', 'End')))
  await run(retract(stock, ['a']))
  say(ctx => [move(tasks, number, 'finish', ctx.case.version)])
  await moveCase(platform, worker, number, 'run', hours(1))
  const permit = await openCase(platform, owner, 'permits.permit', NOW, { region: COUNTY, organ: ORGAN, parties: { applicant: party(owner) }, given: { title: '演出', heldOn: '2026-03-20' } })
  await moveCase(platform, worker, permit.number, 'accept', hours(1))
  await moveCase(platform, worker, permit.number, 'schedule', hours(1), { given: { heldOn: '2026-03-27' } })
  await moveCase(platform, worker, permit.number, 'refuse', hours(2), { given: { opinion: '否' }, note: '否' })
  await openCase(platform, owner, 'permits.permit', NOW, { region: COUNTY, organ: ORGAN, parties: { applicant: party(owner) }, given: { title: '演出' } })
  await platform.timers.runDue(hours(24 * 30))
  await tasksOf(platform.db, await platform.scopes.covered(worker.holdings), { state: 'open' }, { limit: 20 })
}

/** Statements of the running platform; those of a start and of these tests are not. */
const watched = () => [...seen.keys()].filter(text => /^(with|select|update|insert|delete)/.test(text) && /onevisit\.|script\./.test(text) && !/pg_class|truncate|generate_series|onevisit\.(setting|migration|matter_edition)|from onevisit\.credential$/.test(text))

const LARGE = /Seq Scan on (\w+\.)?(cases\w*|events\w*|inbox|timer|credential|idempotency|case_party|message|stock|data_use|ledger_leaf)\b/

/** The plan that a session keeps for any values. */
async function genericPlan(text: string): Promise<string> {
  const { rows } = await city.platform.db.queryOnce<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`)
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

/** What the planner would do if it were left to itself, knowing nothing of the tables. */
async function freePlan(text: string): Promise<string> {
  return city.platform.db.transaction(async tx => {
    await tx.script('set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on')
    return (await tx.queryOnce<{ 'QUERY PLAN': string }>(`explain (generic_plan, costs off) ${text}`)).rows.map(row => row['QUERY PLAN']).join('\n')
  })
}

async function plans(): Promise<number> {
  const texts = watched()
  for (const text of texts) expect(await genericPlan(text), text).not.toMatch(LARGE)
  return texts.length
}

describe('plans take an index', () => {
  test('made while the tables are empty', async () => {
    await workThrough()
    await city.platform.db.script('truncate onevisit.cases, onevisit.events, onevisit.inbox, onevisit.timer, onevisit.credential, onevisit.idempotency, onevisit.case_party, onevisit.message, onevisit.ledger_leaf, script.stock')
    expect(await plans()).toBeGreaterThan(15)
    // Without the pool's setting some would be read from end to end, and go on to be as they grow.
    const free = await Promise.all(watched().map(freePlan))
    expect(free.filter(plan => LARGE.test(plan)).length).toBeGreaterThan(0)
    const parts = watched().join('\n')
    for (const part of ['fired', 'updates_permits', 'updates_script', 'tasks_done', 'tasks_due', 'timers_gone', 'credential_changes', 'idempotency', 'resource_0']) expect(parts).toContain(`${part} as (`)
  })

  test(`and over ${ROWS} rows, with statistics and without`, async () => {
    const { db } = city.platform
    await db.script(`
      insert into onevisit.cases (number, system, type, definition, state, tracks, version, region, accepting_region, organ, parties, opened_at, entered_at, clock, values, live_key)
        select 'SC' || i, 'script', 'task', '', 'open', '{}', 1, '330203000000', '330203000000', 'x', '{}', now(), now(), '{}', '{}', 'k' || i from generate_series(1, ${ROWS}) i;
      insert into onevisit.inbox (scope, state, due, system, number, key, type, case_state, moves, opened_at)
        select i % 50, case when i % 3 = 0 then 'open' else 'done' end, now(), 'script', 'SC' || i, 'open/worker', 'task', 'open', '[]', now() from generate_series(1, ${ROWS}) i;
      insert into onevisit.timer (system, number, key, kind, due) select 'script', 'SC' || i, 'k', 'move', now() + (i || ' seconds')::interval from generate_series(1, ${ROWS / 4}) i;
      insert into onevisit.credential (id, system, type, holder, issuer, status, claims, signed, issued_at) select 'c' || i, 'script', 'badge', gen_random_uuid(), 'x', 'valid', '{}', '', now() from generate_series(1, ${ROWS / 4}) i;
      insert into script.stock (code, place, _at, _trace) select 's' || i, 'p' || i, now(), gen_random_uuid() from generate_series(1, ${ROWS / 4}) i`)
    expect(await plans()).toBeGreaterThan(15)
    await db.script('analyze onevisit.cases; analyze onevisit.inbox; analyze onevisit.timer; analyze onevisit.credential; analyze script.stock')
    expect(await plans()).toBeGreaterThan(15)
  }, 120_000)

  test('and touch no more than the rows they mean', async () => {
    const { db } = city.platform
    const update = watched().find(text => text.includes('updates_script as ('))!
    const values = seen.get(update)!
    const part = /updates_script as \((update [\s\S]*?returning 1)\)/.exec(update)![1]!
    const parameter = Number(/json_to_recordset\(\$(\d+)/.exec(part)![1])
    const rows = (JSON.parse(values[parameter - 1] as string) as object[]).map((row, i) => ({ ...row, number: `SC${i + 7}`, expected: 1, version: 1, live_key: null }))
    const explained = await db.transaction(async tx => {
      const { rows: lines } = await tx.queryOnce<{ 'QUERY PLAN': string }>(`explain (analyze, costs off, timing off, summary off) ${part.replace(`$${parameter}`, '$1')}`, [JSON.stringify(rows)])
      return lines.map(line => line['QUERY PLAN']).join('\n')
    })
    expect(explained).toMatch(/Index Scan using \w+ on cases_script/)
    expect(explained).not.toMatch(/Rows Removed by (Filter|Join Filter): [1-9]\d{2,}/)
  })
})

test('the cache of statements is bounded by shapes, not by what is written', async () => {
  const before = seen.size
  const owner = await city.person('又一')
  for (let i = 0; i < 12; i++) {
    const { number } = await openCase(city.platform, owner, 'script.task', NOW, { region: COUNTY, organ: ORGAN, parties: { owner: party(owner) }, given: { title: `${i}` } })
    say(() => [put(stock, Array.from({ length: i + 1 }, (_, j) => ({ code: `${i}-${j}`, place: `${i}` }))), set(stock, { place: `${i}` }, { order: i }, { atMost: 10 + i })])
    const worker = await city.staff(`工${i}`, [{ post: 'script.worker', unit: ORGAN }])
    await moveCase(city.platform, worker, number, 'run', hours(1))
  }
  const shapes = new Set([...seen.keys()].slice(before).filter(text => text.startsWith('with')))
  expect(shapes.size).toBeLessThanOrEqual(4)
})
