import { beforeAll, describe, expect, test } from 'vitest'
import { isProblem } from '../../kernel/errors/problem.ts'
import { move, put, set, type Effect } from '../../kernel/effect.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { hours, NOW, ORGAN } from '../fixtures/places.ts'
import { say, scripted, stock, tasks } from '../fixtures/script.ts'
import type { Platform } from '../platform.ts'
import { testCity, type TestCity } from '../testing.ts'
import { moveCase, openCase, party, recordOf, write } from '../testing-cases.ts'
import { apply, AlreadyDone, TimerGone } from './apply.ts'
import { compose } from './statement.ts'
import { emptyWrites, type ResourceWrite } from './writes.ts'

let city: TestCity
let other: Platform
let owner: SignedIn
let worker: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [scripted], calendar: stateCouncilCalendar })
  other = await city.another()
  owner = await city.person('所有者')
  worker = await city.staff('办理者', [{ post: 'script.worker', unit: ORGAN }])
})

const opened = async () => (await openCase(city.platform, owner, 'script.task', NOW, { region: '330203000000', organ: ORGAN, parties: { owner: party(owner) } })).number

describe('works that touch the same rows at the same time', () => {
  test('of several cases in different orders: each is done whole or told to be stale, and none is lost', async () => {
    const shared = await Promise.all([opened(), opened(), opened()])
    const wanted = new Map<string, readonly string[]>()
    say(async ctx => Promise.all((wanted.get(ctx.case.number) ?? []).map(async number => move(tasks, number, 'count', (await recordOf(city.platform, number)).version))))
    let done = 0
    for (let round = 0; round < 12; round++) {
      const orders = [[0, 1, 2], [2, 1, 0], [1, 2], [2, 0]]
      const works = await Promise.all(orders.map(async (order, i) => {
        const number = await opened()
        wanted.set(number, order.map(at => shared[at]!))
        return { number, order, platform: i % 2 ? other : city.platform }
      }))
      const results = await Promise.allSettled(works.map(({ number, platform }) => moveCase(platform, worker, number, 'run', hours(1))))
      results.forEach((result, i) => {
        if (result.status === 'fulfilled') done += works[i]!.order.length
        else expect(isProblem(result.reason, 'version-stale'), String(result.reason)).toBe(true)
      })
    }
    const counts = await Promise.all(shared.map(async number => (await recordOf(city.platform, number)).values['count'] as number))
    expect(counts.reduce((sum, n) => sum + n)).toBe(done)
    expect(done).toBeGreaterThan(12)
  }, 60_000)

  test('of one table in any order: all are carried out', async () => {
    const codes = Array.from({ length: 20 }, (_, i) => `k${i}`)
    const rows = (n: number) => [...codes].sort(() => Math.random() - 0.5).map(code => ({ code, place: 'p', order: n }))
    const effects = (n: number): readonly Effect[] => n % 5 === 4 ? [set(stock, { place: 'p' }, { order: n }, { atMost: 40 })] : [put(stock, rows(n))]
    for (let round = 0; round < 15; round++) await Promise.all(Array.from({ length: 8 }, (_, i) => write(i % 2 ? other : city.platform, NOW, ...effects(round * 8 + i))))
    const { rows: stored } = await city.platform.db.queryOnce<{ n: number }>('select count(*)::int as n from script.stock')
    expect(stored[0]!.n).toBe(20)
  }, 60_000)
})

describe('what the database says', () => {
  const idempotent = () => ({ actor: owner.account, key: 'a-key-of-this-test', request_hash: '00', status: 200, answer: 'x', at: NOW })

  test('is told by its meaning', async () => {
    const { db } = city.platform
    await apply(db, { ...emptyWrites(), idempotency: [idempotent()] })
    await expect(apply(db, { ...emptyWrites(), idempotency: [idempotent()] })).rejects.toBeInstanceOf(AlreadyDone)
    await expect(apply(db, { ...emptyWrites(), timersFired: [{ number: 'x', key: 'y', due: NOW }] })).rejects.toBeInstanceOf(TimerGone)
    await expect(apply(db, { ...emptyWrites(), credentialChanges: [{ id: 'x', status: 'revoked', reason: {}, changed_at: NOW }] })).rejects.toMatchObject({ code: 'credential-unknown' })
    await apply(db, emptyWrites())
  })
})

test('writes of one table follow each other, writes of several go together', () => {
  const write = (table: string, shape: string): ResourceWrite => ({ table, shape, rows: [{}], sql: parameter => `select ${parameter}::json as ${shape}` })
  const texts = compose({ ...emptyWrites(), resources: [write('a', 'a1'), write('b', 'b1'), write('a', 'a2'), write('a', 'a3'), write('c', 'c1')] }).map(({ text }) => [...text.matchAll(/as (\w\d)\)/g)].map(match => match[1]))
  expect(texts).toEqual([['a1', 'b1', 'c1'], ['a2'], ['a3']])
  expect(compose(emptyWrites())).toEqual([])
})

test('a shape that comes again is kept prepared, up to a bound', () => {
  const write = (n: number): ResourceWrite => ({ table: 't', shape: `bounded${n}`, rows: [], sql: parameter => `select ${parameter}::json as n${n}` })
  const composed = (n: number) => compose({ ...emptyWrites(), resources: [write(n)] })[0]!.prepared
  expect([composed(0), composed(0), composed(0)]).toEqual([false, true, true])
  const again = Array.from({ length: 600 }, (_, n) => (composed(n), composed(n)))
  expect(again.filter(Boolean).length).toBeLessThanOrEqual(200)
  expect(again.filter(Boolean).length).toBeGreaterThan(100)
})
