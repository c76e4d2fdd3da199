import { createHmac } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { apply } from '../apply/apply.ts'
import { emptyWrites, type EventRow } from '../apply/writes.ts'
import { silentLog } from '../database/log.ts'
import { openPool, type Db } from '../database/pool.ts'
import { vaultOf } from '../secrets/vault.ts'
import { nextAttempt, openDeliveryWorker, type DeliveryWorker } from './delivery.ts'
import { openFanOut } from './fan-out.ts'
import { openOutward } from './outward.ts'
import { account, eventRow, feedDatabase, receiver, until, type Received } from './testing.ts'
import { openWebhookBook } from './webhooks.ts'

const { db, connectionString } = await feedDatabase()
const vault = vaultOf(Buffer.alloc(32, 7))
const outward = openOutward({ allowPrivate: true, timeoutMs: 2_000 })
const book = openWebhookBook({ db, vault, outward })
const workerOf = (on: Db, log = silentLog): DeliveryWorker => openDeliveryWorker({ db: on, vault, outward, log })
const worker = workerOf(db)

const START = Date.parse('2026-03-02T01:00:00.000Z')
const NOW = new Date(START).toISOString()
const later = (seconds: number) => new Date(START + seconds * 1_000).toISOString()
const idsOf = (received: readonly Received[]) => received.map(request => request.event.id)

beforeEach(() => db.script('truncate onevisit.outbox, onevisit.events, onevisit.case_party restart identity; delete from onevisit.webhook'))

async function register(url: string, types = ['alpha.']) {
  const owner = await account(db, 'app')
  return { owner: owner.id, ...await book.register({ account: owner.id, url, types }, NOW) }
}

/** Puts events through the real feed, so that their rows stand in the outbox. */
async function publish(events: readonly EventRow[], endpoints = 1): Promise<void> {
  const before = await count()
  for (const event of events) await apply(db, { ...emptyWrites(), events: [event] })
  await until(async () => await count() >= before + events.length * endpoints, () => openFanOut({ db }).run(NOW))
}

const count = async () => (await db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.outbox')).rows[0]!.n
const caseOf = (number: string, versions: number) => Array.from({ length: versions }, (_, i) => eventRow({ number, version: i + 1, move: i === 0 ? 'open' : 'step' }))

async function deliverAll(now: string, own = worker): Promise<number> {
  let attempts = 0
  for (let n = 1; n > 0; attempts += n) n = await own.run(now)
  return attempts
}

describe('a delivery', () => {
  test('arrives once, as a signed CloudEvent in structured mode', async () => {
    const server = await receiver()
    const { secret, owner, id } = await register(server.url)
    const event = eventRow({ number: 'AL20260302000000011', version: 2, move: 'submit', from_state: 'draft', to_state: 'open' })
    await publish([event])
    expect(await deliverAll(NOW)).toBe(1)
    expect(await deliverAll(later(3600))).toBe(0)

    const [request] = server.received
    expect(server.received.length).toBe(1)
    expect(request).toMatchObject({ method: 'POST', path: '/hook', headers: { 'content-type': 'application/cloudevents+json; charset=utf-8', 'webhook-id': 'AL20260302000000011-2', 'webhook-timestamp': String(START / 1_000) } })
    expect(request!.event).toEqual({
      specversion: '1.0', id: 'AL20260302000000011-2', source: '/api/v1/cases/AL20260302000000011', type: 'onevisit.case.submit', subject: 'AL20260302000000011', time: event.at, datacontenttype: 'application/json',
      data: { system: 'alpha', type: 'request', move: 'submit', fromState: 'draft', toState: 'open', outcome: 'done', version: 2 },
    })
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const mac = createHmac('sha256', key).update(`AL20260302000000011-2.${START / 1_000}.${request!.body}`).digest('base64')
    expect(request!.headers['webhook-signature']).toBe(`v1,${mac}`)
    expect((await book.deliveries(owner, id, { limit: 9 })).items).toEqual([{
      id: expect.any(Number), event: { id: 'AL20260302000000011-2', type: 'onevisit.case.submit', source: '/api/v1/cases/AL20260302000000011', subject: 'AL20260302000000011', time: event.at },
      attempts: 1, due: null, deliveredAt: NOW, failedAt: null, lastStatus: 204, lastError: null,
    }])
  })

  test('that is refused is tried again later with the same id and a new signature, and then no more', async () => {
    const server = await receiver((_request, n) => n === 0 ? 500 : 200)
    const { owner, id } = await register(server.url)
    await publish([eventRow()])
    expect(await deliverAll(NOW)).toBe(1)
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ attempts: 1, due: later(1), deliveredAt: null, lastStatus: 500 })
    expect(await deliverAll(later(0.9))).toBe(0)
    expect(await deliverAll(later(1))).toBe(1)
    expect(await deliverAll(later(9_999))).toBe(0)
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ attempts: 2, due: null, deliveredAt: later(1), lastStatus: 200, lastError: null })
    const [first, second] = server.received
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id'])
    expect(second!.body).toBe(first!.body)
    expect(second!.headers['webhook-signature']).not.toBe(first!.headers['webhook-signature'])
  })

  test('is given up after a day of doubling waits', async () => {
    const server = await receiver(() => 500)
    const { owner, id } = await register(server.url)
    await publish([eventRow()])
    let now = NOW
    const gaps: number[] = []
    for (;;) {
      expect(await worker.run(now)).toBe(1)
      const [state] = (await book.deliveries(owner, id, { limit: 1 })).items
      if (state!.failedAt !== null) break
      gaps.push((Date.parse(state!.due!) - Date.parse(now)) / 1_000)
      now = state!.due!
    }
    expect(gaps).toEqual(gaps.map((_, i) => 2 ** i))
    const inAll = gaps.reduce((sum, gap) => sum + gap, 0)
    expect(inAll).toBeLessThanOrEqual(86_400)
    expect(inAll * 2).toBeGreaterThan(86_400)
    expect(await deliverAll(later(9_999_999))).toBe(0)
    expect(server.received.length).toBe(gaps.length + 1)
  })

  test('waits as long as the receiver asks, within reason', async () => {
    const asks = ['120', 'Mon, 02 Mar 2026 01:05:00 GMT', '999999', 'soon']
    const server = await receiver((_request, n, response) => void response.writeHead(429, { 'retry-after': asks[n]! }).end())
    const { owner, id } = await register(server.url)
    await publish(asks.map(() => eventRow()))
    for (let i = 0; i < asks.length; i++) await db.queryOnce('update onevisit.outbox set due = $2 where id = $1', [i + 1, later(i - 10)])
    // One at a time, so that the n-th event gets the n-th answer.
    for (let i = 0; i < asks.length; i++) expect(await worker.run(later(i - 10))).toBe(1)
    const due = (await book.deliveries(owner, id, { limit: 9 })).items.map(item => item.due).reverse()
    expect(due).toEqual([later(-10 + 120), later(300), later(-8 + 3_600), later(-7 + 1)])
  })

  test.each([[301, null], [404, null], [429, null], [503, null]] as const)('answered %d is not delivered', async (status, error) => {
    const server = await receiver((_request, _n, response) => void response.writeHead(status, { location: 'http://127.0.0.1:9/' }).end())
    const { owner, id } = await register(server.url)
    await publish([eventRow()])
    await deliverAll(NOW)
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ deliveredAt: null, failedAt: null, lastStatus: status, lastError: error, due: later(1) })
    expect(server.received.length).toBe(1)
  })

  test('to a server that is not there says why in its receipt', async () => {
    const { owner, id } = await register('http://127.0.0.1:9/')
    await publish([eventRow()])
    await deliverAll(NOW)
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ deliveredAt: null, lastStatus: null, lastError: 'ECONNREFUSED', due: later(1) })
  })

  test('that cannot be made for a fault of ours is told in the log and hinders no other', async () => {
    const server = await receiver()
    const broken = await register(server.url)
    await db.queryOnce(`update onevisit.webhook set secret = 'v1.broken' where id = $1`, [broken.id])
    await register(server.url)
    const event = eventRow()
    await publish([event], 2)
    const told: object[] = []
    expect(await deliverAll(NOW, workerOf(db, { ...silentLog, error: fields => void told.push(fields) }))).toBe(2)
    expect(idsOf(server.received)).toEqual([`${event.number}-1`])
    expect(told).toMatchObject([{ webhook: broken.id }])
    expect((await book.deliveries(broken.owner, broken.id, { limit: 1 })).items[0]).toMatchObject({ lastError: 'internal', due: later(1) })
  })
})

describe('an endpoint', () => {
  test('that answers 410 gets nothing more, now or later', async () => {
    const server = await receiver(() => 410)
    const { owner, id } = await register(server.url)
    await publish([eventRow(), ...caseOf('AL-many', 3)])
    await deliverAll(NOW)
    expect((await book.list(owner))[0]).toMatchObject({ id, disabledAt: NOW })
    const { items } = await book.deliveries(owner, id, { limit: 9 })
    expect(items.map(item => item.failedAt)).toEqual([NOW, NOW, NOW, NOW])
    const before = server.received.length
    await apply(db, { ...emptyWrites(), events: [eventRow()] })
    for (let i = 0; i < 3; i++) await openFanOut({ db }).run(NOW)
    expect(await deliverAll(later(9_999))).toBe(0)
    expect(server.received.length).toBe(before)
  })

  test('that is removed is sent nothing that waited', async () => {
    const server = await receiver()
    const { owner, id } = await register(server.url)
    await publish([eventRow(), eventRow()])
    await book.remove(owner, id, NOW)
    expect(await deliverAll(later(9_999))).toBe(0)
    expect(server.received).toEqual([])
    expect(await book.list(owner)).toEqual([])
    const { rows } = await db.queryOnce<{ last_error: string }>('select last_error from onevisit.outbox where delivered_at is null and failed_at is not null')
    expect(rows.map(row => row.last_error)).toEqual(['webhook-removed', 'webhook-removed'])
  })

  test('of a disabled account waits until the account is enabled', async () => {
    const server = await receiver()
    const { owner } = await register(server.url)
    await publish([eventRow()])
    await db.queryOnce('update onevisit.account set disabled = true where id = $1', [owner])
    expect(await deliverAll(NOW)).toBe(0)
    await db.queryOnce('update onevisit.account set disabled = false where id = $1', [owner])
    expect(await deliverAll(NOW)).toBe(1)
  })

  test('that does not answer does not keep others waiting', async () => {
    const events = Array.from({ length: 60 }, () => eventRow())
    const good = await receiver()
    // It answers when the other has everything: a worker that waited for it first would never get there.
    const slow = await receiver(async () => {
      await until(() => good.received.length === events.length)
      return 500
    })
    await register(slow.url)
    await register(good.url)
    await publish(events, 2)
    const patient = openDeliveryWorker({ db, vault, outward: openOutward({ allowPrivate: true, timeoutMs: 25_000 }), log: silentLog })
    await patient.run(NOW)
    expect(idsOf(good.received).sort()).toEqual(events.map(event => `${event.number}-1`).sort())
    expect(slow.received.length).toBeLessThan(events.length)
  })

  test('is reached however many others have nothing that may be sent', async () => {
    const down = await receiver(() => 500)
    for (let i = 0; i < 20; i++) await register(down.url)
    const good = await receiver()
    await register(good.url)
    await publish(caseOf('AL-down', 3), 21)
    await deliverAll(NOW)
    expect(idsOf(good.received)).toEqual(['AL-down-1', 'AL-down-2', 'AL-down-3'])
    expect(down.received.length).toBe(20)
    const { rows } = await db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.outbox where delivered_at is null and due <= $1', [NOW])
    expect(rows[0]!.n).toBe(0)
  })

  test('among very many has its turn', async () => {
    const servers = await Promise.all(Array.from({ length: 20 }, () => receiver()))
    for (const server of servers) await register(server.url)
    const events = Array.from({ length: 3 }, () => eventRow())
    await publish(events, servers.length)
    expect(await deliverAll(NOW)).toBe(60)
    for (const server of servers) expect(idsOf(server.received).sort()).toEqual(events.map(event => `${event.number}-1`).sort())
  })
})

describe('order', () => {
  test('the events of a case arrive one after another, also when one of them must be tried again', async () => {
    const seen = new Map<string, number>()
    const server = await receiver(request => {
      const tries = (seen.get(request.event.id) ?? 0) + 1
      seen.set(request.event.id, tries)
      return request.event.id === 'AL-a-2' && tries < 3 ? 500 : 200
    })
    await register(server.url)
    const [a, b] = [caseOf('AL-a', 4), caseOf('AL-b', 4)]
    await publish([a[0]!, b[0]!, a[1]!, a[2]!, b[1]!, a[3]!, b[2]!, b[3]!])
    await deliverAll(NOW)
    // Case b goes on while case a waits for its second event.
    expect(idsOf(server.received).filter(id => id.startsWith('AL-b'))).toEqual(['AL-b-1', 'AL-b-2', 'AL-b-3', 'AL-b-4'])
    expect(idsOf(server.received).filter(id => id.startsWith('AL-a'))).toEqual(['AL-a-1', 'AL-a-2'])
    await deliverAll(later(1))
    await deliverAll(later(3))
    expect(idsOf(server.received).filter(id => id.startsWith('AL-a'))).toEqual(['AL-a-1', 'AL-a-2', 'AL-a-2', 'AL-a-2', 'AL-a-3', 'AL-a-4'])
  })

  test('an event that was given up lets the next ones of its case go', async () => {
    const server = await receiver(request => request.event.id === 'AL-c-1' ? 500 : 200)
    await register(server.url)
    await publish(caseOf('AL-c', 2))
    await db.queryOnce('update onevisit.outbox set attempts = 16 where id = 1')
    await deliverAll(NOW)
    expect(idsOf(server.received)).toEqual(['AL-c-1', 'AL-c-2'])
  })
})

describe('several processes', () => {
  test('at once deliver each event once, and those of a case in order', async () => {
    const server = await receiver()
    await register(server.url)
    const events = Array.from({ length: 12 }, (_, i) => caseOf(`AL-p${i}`, 4)).flat()
    await publish(events)
    const pools = Array.from({ length: 4 }, () => openPool({ connectionString, max: 3 }))
    await until(() => server.received.length >= events.length, () => Promise.all(pools.map(pool => workerOf(pool).run(NOW))))
    expect(await Promise.all(pools.map(pool => workerOf(pool).run(later(9_999))))).toEqual([0, 0, 0, 0])
    await Promise.all(pools.map(pool => pool.close()))
    expect(idsOf(server.received).sort()).toEqual(events.map(event => `${event.number}-${event.version}`).sort())
    for (let i = 0; i < 12; i++) expect(idsOf(server.received).filter(id => id.startsWith(`AL-p${i}-`))).toEqual([1, 2, 3, 4].map(version => `AL-p${i}-${version}`))
  })

  test('a process that dies after the fan-out leaves the delivery to the next', async () => {
    const server = await receiver()
    await register(server.url)
    const dead = openPool({ connectionString, max: 2 })
    const event = eventRow()
    await apply(dead, { ...emptyWrites(), events: [event] })
    await until(async () => await count() > 0, () => openFanOut({ db: dead }).run(NOW))
    await dead.close()
    const next = openPool({ connectionString, max: 2 })
    expect(await deliverAll(later(5), workerOf(next))).toBe(1)
    await next.close()
    expect(idsOf(server.received)).toEqual([`${event.number}-1`])
  })

  test('a process that dies between sending and writing the receipt: the next sends again after the lease, not before', async () => {
    const dead = openPool({ connectionString, max: 2 })
    const server = await receiver(async (_request, n) => {
      if (n === 0) await dead.close()
      return 200
    })
    const { owner, id } = await register(server.url)
    await publish([eventRow()])
    await expect(workerOf(dead).run(NOW)).rejects.toThrow()
    expect(await deliverAll(later(30))).toBe(0)
    expect(await deliverAll(later(120))).toBe(1)
    expect(server.received.length).toBe(2)
    expect(server.received[0]!.headers['webhook-id']).toBe(server.received[1]!.headers['webhook-id'])
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ attempts: 2, deliveredAt: later(120) })
  })

  test('a settlement that comes after another process took over changes nothing', async () => {
    let release = () => {}
    const server = await receiver((_request, n) => n === 0 ? new Promise<number>(resolve => { release = () => resolve(500) }) : 200)
    const { owner, id } = await register(server.url)
    await publish([eventRow()])
    const slow = worker.run(NOW)
    await until(() => server.received.length === 1)
    expect(await workerOf(db).run(later(120))).toBe(1)
    release()
    await slow
    expect((await book.deliveries(owner, id, { limit: 1 })).items[0]).toMatchObject({ deliveredAt: later(120), failedAt: null, due: null, lastStatus: 200 })
    expect(await deliverAll(later(9_999))).toBe(0)
  })
})

test('waits double and end within a day', () => {
  expect(nextAttempt(1, 0, NOW)).toBe(later(1))
  expect(nextAttempt(5, 0, NOW)).toBe(later(16))
  expect(nextAttempt(16, 0, NOW)).toBe(later(32_768))
  expect(nextAttempt(17, 0, NOW)).toBeNull()
  expect(nextAttempt(1, 60_000, NOW)).toBe(later(60))
  expect(nextAttempt(12, 60_000, NOW)).toBe(later(2_048))
})
