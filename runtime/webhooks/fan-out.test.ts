import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { apply } from '../apply/apply.ts'
import { emptyWrites, type EventRow, type OutboxRow } from '../apply/writes.ts'
import { openPool } from '../database/pool.ts'
import { vaultOf } from '../secrets/vault.ts'
import type { CloudEvent } from './cloud-event.ts'
import { openFanOut } from './fan-out.ts'
import { openOutward } from './outward.ts'
import { account, eventRow, feedDatabase, until } from './testing.ts'
import { openWebhookBook } from './webhooks.ts'

const { db, connectionString } = await feedDatabase()
const fanOut = openFanOut({ db })
const NOW = '2026-03-02T01:00:05.000Z'

beforeEach(() => db.script('truncate onevisit.outbox, onevisit.events, onevisit.case_party, onevisit.feed_cursor restart identity; delete from onevisit.webhook'))

async function endpoint(owner: string, types: readonly string[]): Promise<string> {
  const id = randomUUID()
  await db.queryOnce('insert into onevisit.webhook (id, account, url, types, secret, created_at) values ($1, $2, $3, $4, $5, $6)', [id, owner, 'http://receiver.test/', JSON.stringify(types), '-', NOW])
  return id
}

const happen = (...events: EventRow[]) => apply(db, { ...emptyWrites(), events })
const send = (...outbox: OutboxRow[]) => apply(db, { ...emptyWrites(), outbox })
const rows = async () => (await db.queryOnce<{ webhook: string | null; event: CloudEvent; due: string }>('select webhook, event, due from onevisit.outbox order by id')).rows
const idsFor = async (webhook: string) => (await rows()).filter(row => row.webhook === webhook).map(row => row.event.id)

/** The mark comes last in the feed; once it is out, everything before it is. */
async function fanOutAll(worker = fanOut): Promise<void> {
  const mark = eventRow({ system: 'beta', move: 'mark', type: 'mark' })
  const watcher = await endpoint((await account(db, 'app')).id, ['beta.mark.mark'])
  await happen(mark)
  await until(async () => (await idsFor(watcher)).length > 0, () => worker.run(NOW))
  await db.queryOnce(`delete from onevisit.outbox where event ->> 'subject' = $1`, [mark.number])
  await db.queryOnce('delete from onevisit.webhook where id = $1', [watcher])
}

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  sessions.push(client)
  return client
}
const sessions: pg.Client[] = []
afterAll(async () => { for (const client of sessions) await client.end().catch(() => undefined) })

describe('what is told', () => {
  test('a case event becomes a CloudEvent that says what happened and holds no values', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['onevisit.case.'])
    const event = eventRow({ number: 'AL20260302000000011', version: 3, move: 'decide', from_state: 'open', to_state: 'granted', outcome: 'yes', actor: randomUUID(), note: 'a note on Zhang', given: { opinion: 'secret' } })
    await happen(event)
    await fanOutAll()
    expect(await rows()).toEqual([{ webhook, due: NOW, event: {
      specversion: '1.0', id: 'AL20260302000000011-3', source: '/api/v1/cases/AL20260302000000011', type: 'onevisit.case.decide', subject: 'AL20260302000000011', time: event.at, datacontenttype: 'application/json',
      data: { system: 'alpha', type: 'request', move: 'decide', fromState: 'open', toState: 'granted', outcome: 'yes', version: 3 },
    } }])
  })

  test('a sent event keeps its own type, subject and data, and gets a stable id', async () => {
    const all = await endpoint((await account(db, 'app')).id, ['city.'])
    const second = await endpoint((await account(db, 'admin')).id, ['city.alert.raised'])
    await endpoint((await account(db, 'app')).id, ['onevisit.'])
    await send({ event: { type: 'city.alert.raised', subject: 'station-7', data: { level: 2 }, time: NOW, source: '/' }, due: NOW })
    await fanOutAll()
    const told = await rows()
    expect(told.map(row => row.webhook).sort()).toEqual([all, second].sort())
    expect(told[0]!.event).toEqual(told[1]!.event)
    expect(told[0]!.event).toEqual({ specversion: '1.0', id: expect.stringMatching(/^send-\d+$/), source: '/', type: 'city.alert.raised', subject: 'station-7', time: NOW, datacontenttype: 'application/json', data: { level: 2 } })
  })

  test('nothing is kept for listeners that come later', async () => {
    await happen(eventRow(), eventRow())
    await send({ event: { type: 'x', subject: 's', data: {}, time: NOW, source: '/' }, due: NOW })
    const isPast = async () => (await db.queryOnce<{ past: boolean }>('select bool_and(e.tx < c.tx) as past from onevisit.events e, onevisit.feed_cursor c')).rows[0]!.past
    await until(isPast, () => fanOut.run(NOW))
    expect(await rows()).toEqual([])
    const late = await endpoint((await account(db, 'app')).id, ['alpha.', 'x'])
    const seen = eventRow()
    await happen(seen)
    await fanOutAll()
    expect(await idsFor(late)).toEqual([`${seen.number}-1`])
  })
})

describe('who is told', () => {
  test('applications and administrators get what they list, by type or by system, type and move', async () => {
    const kinds = ['app', 'admin'] as const
    const [everything, system, caseType, move, other] = await Promise.all([['onevisit.'], ['alpha.'], ['beta.notice.'], ['onevisit.case.withdraw'], ['onevisit.case.decide', 'gamma.']]
      .map(async (types, i) => endpoint((await account(db, kinds[i % 2]!)).id, types)))
    const [a, b, c] = [eventRow(), eventRow({ system: 'beta', type: 'notice' }), eventRow({ system: 'beta', type: 'report', move: 'withdraw' })]
    await happen(a)
    await happen(b)
    await happen(c)
    await fanOutAll()
    const id = (event: EventRow) => `${event.number}-1`
    expect(await idsFor(everything!)).toEqual([a, b, c].map(id))
    expect(await idsFor(system!)).toEqual([id(a)])
    expect(await idsFor(caseType!)).toEqual([id(b)])
    expect(await idsFor(move!)).toEqual([id(c)])
    expect(await idsFor(other!)).toEqual([])
  })

  test.each(['person', 'firm', 'staff'] as const)('a %s is told of nothing but the cases it is a party of', async kind => {
    const [mine, stranger] = [await account(db, kind), await account(db, kind)]
    const [own, others] = [await endpoint(mine.id, ['onevisit.', 'city.']), await endpoint(stranger.id, ['onevisit.', 'city.', 'alpha.'])]
    const party = eventRow()
    await apply(db, { ...emptyWrites(), events: [party], parties: [{ subject: mine.subject, number: party.number, system: 'alpha', party: 'applicant', opened_at: NOW }] })
    await happen(eventRow())
    await send(
      { event: { type: 'city.sent', subject: 'about', data: {}, time: NOW, source: `/api/v1/cases/${party.number}` }, due: NOW },
      { event: { type: 'city.sent', subject: party.number, data: {}, time: NOW, source: '/' }, due: NOW },
    )
    await fanOutAll()
    const told = (await rows()).filter(row => row.webhook === own)
    expect(told.map(row => row.event.source)).toEqual([`/api/v1/cases/${party.number}`, `/api/v1/cases/${party.number}`])
    expect(told.map(row => row.event.type)).toEqual(['onevisit.case.open', 'city.sent'])
    expect(await idsFor(others)).toEqual([])
  })

  test('a disabled endpoint and a disabled account are told nothing', async () => {
    const [off, sleeping] = [await account(db, 'app'), await account(db, 'app')]
    const first = await endpoint(off.id, ['alpha.'])
    const second = await endpoint(sleeping.id, ['alpha.'])
    await db.queryOnce('update onevisit.webhook set disabled_at = $2 where id = $1', [first, NOW])
    await db.queryOnce('update onevisit.account set disabled = true where id = $1', [sleeping.id])
    await happen(eventRow())
    await fanOutAll()
    expect([...await idsFor(first), ...await idsFor(second)]).toEqual([])
  })
})

describe('nothing is lost or doubled', () => {
  const INSERT = `insert into onevisit.events (system, number, version, type, move, from_state, to_state, actor_kind, actor_role, at, trace, given, effects)
    values ('alpha', $1, 1, 'request', 'open', null, 'draft', 'person', 'applicant', '2026-03-02T01:00:00Z', gen_random_uuid(), '{}', '[]')`

  test('a transaction that began first and commits last is told, in its place', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['alpha.'])
    const [slow, quick] = [await session(), await session()]
    await slow.query('begin')
    await slow.query(INSERT, ['AL-slow'])
    await quick.query('begin')
    await quick.query(INSERT, ['AL-quick'])
    await quick.query('commit')
    for (let i = 0; i < 5; i++) await fanOut.run(NOW)
    expect(await idsFor(webhook)).toEqual([])
    await slow.query('commit')
    await fanOutAll()
    expect(await idsFor(webhook)).toEqual(['AL-slow-1', 'AL-quick-1'])
  })

  test('an id drawn early and committed late, by a transaction that began late, is told too', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['alpha.'])
    const late = await session()
    const { rows: [drawn] } = await late.query<{ id: string }>(`select nextval('onevisit.event_id') as id`)
    await happen(eventRow({ number: 'AL-before' }))
    await fanOutAll()
    await late.query(INSERT.replace('(system,', '(id, system,').replace(`('alpha',`, `(${drawn!.id}, 'alpha',`), ['AL-late'])
    await fanOutAll()
    expect(await idsFor(webhook)).toEqual(['AL-before-1', 'AL-late-1'])
  })

  test('several processes at once, while events keep coming, tell each event once and in order', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['alpha.'])
    const pools = Array.from({ length: 3 }, () => openPool({ connectionString, max: 2 }))
    let writing = true
    const readers = pools.map(async pool => {
      const own = openFanOut({ db: pool })
      while (writing) await own.run(NOW)
    })
    const written: string[] = []
    await Promise.all(Array.from({ length: 4 }, async () => {
      for (let i = 0; i < 20; i++) {
        const event = eventRow()
        await happen(event)
        written.push(`${event.number}-1`)
      }
    }))
    writing = false
    await Promise.all(readers)
    await fanOutAll()
    await Promise.all(pools.map(pool => pool.close()))
    const told = await idsFor(webhook)
    expect([...told].sort()).toEqual([...written].sort())
    const { rows: feed } = await db.queryOnce<{ id: string }>(`select number || '-' || version as id from onevisit.events where system = 'alpha' order by tx, id`)
    expect(told).toEqual(feed.map(row => row.id))
  })

  test('pages of a long feed follow one another', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['alpha.'])
    const events = Array.from({ length: 1_203 }, () => eventRow())
    for (let i = 0; i < events.length; i += 401) await happen(...events.slice(i, i + 401))
    await fanOutAll()
    expect(await idsFor(webhook)).toEqual(events.map(event => `${event.number}-1`))
  })

  test('a process killed between reading and committing has done nothing; the next one does it once', async () => {
    const webhook = await endpoint((await account(db, 'app')).id, ['alpha.', 'city.'])
    const event = eventRow()
    await happen(event)
    await send({ event: { type: 'city.sent', subject: 's', data: {}, time: NOW, source: '/' }, due: NOW })
    const blocker = await session()
    // Reading the outbox goes on, writing to it waits: the page is read and not yet written.
    await blocker.query('begin; lock table onevisit.outbox in share mode')
    const killed = fanOut.run(NOW).then(() => 'done', () => 'killed')
    await until(async () => (await db.queryOnce(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%onevisit.outbox%'`)).rowCount > 0)
    expect(await killed).toBe('killed')
    await blocker.query('rollback')
    expect((await rows()).map(row => row.webhook)).toEqual([null])
    await fanOutAll()
    const told = await idsFor(webhook)
    expect(told).toEqual([`${event.number}-1`, expect.stringMatching(/^send-/)])
  })

  test('an endpoint removed while its events are fanned out is left nothing to be sent', async () => {
    const owner = await account(db, 'app')
    const webhook = await endpoint(owner.id, ['alpha.'])
    await happen(eventRow())
    await until(async () => (await db.queryOnce<{ ripe: boolean }>('select bool_and(tx < pg_snapshot_xmin(pg_current_snapshot())) as ripe from onevisit.events')).rows[0]!.ripe)
    const blocker = await session()
    await blocker.query('begin; lock table onevisit.outbox in share mode')
    const waiting = async (count: number) => (await db.queryOnce(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount >= count
    const fanned = fanOut.run(NOW)
    await until(() => waiting(1))
    const removed = openWebhookBook({ db, vault: vaultOf(Buffer.alloc(32)), outward: openOutward({ allowPrivate: true }) }).remove(owner.id, webhook, NOW)
    await until(() => waiting(2))
    await blocker.query('rollback')
    expect(await fanned).toBe(1)
    await removed
    const { rows: left } = await db.queryOnce<{ failed: boolean }>('select failed_at is not null as failed from onevisit.outbox')
    expect(left).toEqual([{ failed: true }])
  })

  test('while another process holds the cursor, this one does nothing', async () => {
    await endpoint((await account(db, 'app')).id, ['alpha.'])
    await fanOutAll()
    await happen(eventRow())
    const holder = await session()
    await holder.query('begin')
    await holder.query(`select 1 from onevisit.feed_cursor for update`)
    expect(await fanOut.run(NOW)).toBe(0)
    expect(await rows()).toEqual([])
    await holder.query('rollback')
  })
})
