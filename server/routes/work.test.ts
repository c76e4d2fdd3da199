/** What comes to somebody because of cases: to-dos, messages, data uses, permissions; and actions, which are no cases. */
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cardMatter, library, town } from '../fixtures/library.ts'
import { libraryCast, register, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
})

const suggest = async (client: Client) => (await client.post('/api/v1/systems/library/cases/suggestion', { values: { words: '多买些书' }, region: town, organ: library })).body as { number: string; version: number }
const move = (client: Client, number: string, name: string, body: object) => client.post(`/api/v1/cases/${number}/moves/${name}`, body)

describe('to-dos', () => {
  it('come to staff by post and place, soonest due first, page by page, and go when done', async () => {
    const reader = await server.as(await server.person('朱待办'))
    const made: string[] = []
    for (const day of ['2026-03-05', '2026-03-03', '2026-03-04']) {
      server.clock.now = `${day}T02:00:00.000Z`
      made.push((await suggest(reader)).number)
    }
    const all = (await cast.librarian.get('/api/v1/tasks')).body.items
    expect(all.map((one: { number: string }) => one.number)).toEqual([made[1], made[2], made[0]])
    expect(all[0]).toMatchObject({ system: 'library', type: 'suggestion', title: { zh: '读者建议' }, caseState: 'made', stateTitle: { zh: '已提交' }, moves: [{ name: 'answer', title: { zh: '答复' } }], post: 'library.librarian', unit: town, due: '2026-03-10T16:00:00.000Z' })
    const { body: first } = await cast.librarian.get('/api/v1/tasks?limit=2')
    const { body: second } = await cast.librarian.get(`/api/v1/tasks?limit=2&after=${first.next}`)
    expect([...first.items, ...second.items].map(one => one.number)).toEqual([made[1], made[2], made[0]])
    expect(second.next).toBeNull()
    const due = async (query: string) => (await cast.librarian.get(`/api/v1/tasks?${query}`)).body.items.map((one: { number: string }) => one.number)
    expect(await due('dueBefore=2026-03-11T00:00:00Z')).toEqual([made[1]])
    expect(await due('dueFrom=2026-03-11T00:00:00.000Z&system=library')).toEqual([made[2], made[0]])
    expect(await due('system=other')).toEqual([])
    await move(cast.librarian, made[0]!, 'answer', { values: { reply: '好' }, version: 1 })
    expect(await due('')).toEqual([made[1], made[2]])
    expect(await due('state=done')).toEqual([made[0]])
  })

  it('do not come to other posts, other places, or people without a case', async () => {
    const far = await server.as(await server.staff('秦外地', [{ post: 'library.librarian', unit: '330902000000' }]))
    for (const client of [far, cast.head, cast.other]) expect((await client.get('/api/v1/tasks')).body).toEqual({ items: [], next: null })
  })

  it('come to people when a case waits for them', async () => {
    const client = await server.as(await server.person('尤补充'))
    const { number, version } = await suggest(client)
    await suggest(client)
    expect((await client.get('/api/v1/tasks')).body.items).toEqual([])
    await move(cast.librarian, number, 'askBack', { note: '哪一层？', version })
    expect((await client.get('/api/v1/tasks')).body.items).toMatchObject([{ number, caseState: 'asked', moves: [{ name: 'complete', title: { zh: '补充' } }], due: expect.stringMatching(/T16:00:00.000Z$/) }])
    expect((await client.get('/api/v1/tasks?state=done')).body.items).toEqual([])
    await move(client, number, 'complete', { values: { words: '三层' }, version: version + 1 })
    expect((await client.get('/api/v1/tasks')).body.items).toEqual([])
  })
})

describe('messages', () => {
  it('reach the party, are counted until read, and are nobody else\'s', async () => {
    const client = await server.as(await server.person('何消息'))
    const { number, version } = await suggest(client)
    await move(cast.librarian, number, 'answer', { values: { reply: '已采购' }, version })
    const { body } = await client.get('/api/v1/messages')
    expect(body).toMatchObject({ items: [{ number, title: { zh: '答复' }, body: { zh: '已采购' }, readAt: null }], unread: { count: 1, capped: false }, next: null })
    const [{ id }] = body.items
    expect((await cast.other.post(`/api/v1/messages/${id}/read`)).body).toMatchObject({ status: 404, code: 'message-unknown' })
    const read = await client.post(`/api/v1/messages/${id}/read`)
    expect(read.body).toMatchObject({ id, readAt: server.clock.now })
    server.clock.now = new Date(Date.parse(server.clock.now) + 1_000).toISOString()
    expect((await client.post(`/api/v1/messages/${id}/read`)).body).toEqual(read.body)
    expect((await client.get('/api/v1/messages')).body.unread).toEqual({ count: 0, capped: false })
    for (const wrong of ['0', '-1', '9'.repeat(15), 'x']) expect((await client.post(`/api/v1/messages/${wrong}/read`)).status).toBeGreaterThanOrEqual(404)
  })
})

describe('data uses', () => {
  it('tell people who read what of theirs, for which purpose, and nobody else', async () => {
    const person = await server.person('吕数据')
    await register(server, person, 'good')
    const client = await server.as(person)
    const { number } = (await client.post('/api/v1/cases', { matter: cardMatter.code, answers: { reason: 'first' }, values: {}, consent: true })).body
    const { body } = await client.get('/api/v1/me/data-uses')
    expect(body.items.length).toBeGreaterThan(0)
    expect(body.items[0]).toMatchObject({ resource: 'library.patron', title: { zh: '读者' }, owner: { zh: '图书馆' }, purpose: expect.stringContaining('读者证'), by: { kind: 'person', self: true } })
    expect(body.items[0].fields).toContainEqual({ name: 'status', title: { zh: '状态', en: 'Status' } })
    expect(body.items.every((one: { number: string | null }) => one.number === null || one.number === number)).toBe(true)
    const pages = []
    for (let after: string | null = ''; after !== null;) {
      const page: { items: unknown[]; next: string | null } = (await client.get(`/api/v1/me/data-uses?limit=1&after=${after}`)).body
      pages.push(...page.items)
      after = page.next
    }
    expect(pages).toEqual(body.items)
    expect((await cast.other.get('/api/v1/me/data-uses')).body).toEqual({ items: [], next: null })
  })
})

describe('me', () => {
  it('tells posts and permissions', async () => {
    expect((await cast.librarian.get('/api/v1/me')).body).toMatchObject({
      kind: 'staff', posts: [{ post: 'library.librarian', title: { zh: '馆员' }, unit: town }],
      permissions: { opens: ['library.application', 'library.suggestion'], moves: ['library.suggestion/answer', 'library.suggestion/askBack'], actions: ['library.lend'] },
    })
    expect((await cast.reader.get('/api/v1/me')).body.permissions).toMatchObject({ moves: [], actions: ['library.lend'] })
  })
})

describe('actions', () => {
  const lend = (client: Client, values: object, headers = {}) => client.post('/api/v1/systems/library/actions/lend', { values }, headers)
  const loans = async (copy: string) => (await server.platform.db.queryOnce<{ days: number; reader: string }>('select days, reader from library.loan where copy = $1', [copy])).rows

  it('run for those who may, and what they write is there with the answer', async () => {
    const { status, body } = await lend(cast.reader, { copy: 'C-1', days: 30 })
    expect({ status, body }).toEqual({ status: 200, body: { copy: 'C-1', until: server.clock.now.slice(0, 10), days: 30 } })
    expect(await loans('C-1')).toEqual([{ days: 30, reader: cast.people.reader.subject }])
    expect((await lend(cast.librarian, { copy: 'C-2' })).body).toMatchObject({ days: null })
  })

  it('are refused to others, and with values that do not fit', async () => {
    const audit = (client: Client) => client.post('/api/v1/systems/library/actions/audit', {})
    expect((await audit(cast.head)).body).toEqual({ done: true })
    expect((await audit(cast.librarian)).body).toMatchObject({ status: 403, code: 'wrong-post' })
    expect((await lend(cast.clerk, { copy: 'C-3' })).body).toMatchObject({ status: 403, code: 'wrong-post' })
    expect((await lend(await server.as(await server.firm('借书公司')), { copy: 'C-3' })).body).toMatchObject({ status: 403 })
    expect((await lend(cast.reader, { days: 99, colour: 'red' })).body).toMatchObject({ status: 422, errors: [{ path: '/values/days', code: 'field-range' }, { path: '/values/colour', code: 'field-unknown' }, { path: '/values/copy', code: 'field-required' }] })
    expect((await cast.reader.post('/api/v1/systems/library/actions/nothing', {})).body).toMatchObject({ status: 404, code: 'action-unknown' })
    expect((await cast.reader.post('/api/v1/systems/nothing/actions/lend', {})).body).toMatchObject({ status: 404, code: 'system-unknown' })
    expect(await loans('C-3')).toEqual([])
  })

  it('happen once under one key', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = await lend(cast.reader, { copy: 'C-4', days: 1 }, key)
    server.clock.now = new Date(Date.parse(server.clock.now) + 86_400_000).toISOString()
    expect((await lend(cast.reader, { copy: 'C-4', days: 1 }, key)).body).toEqual(first.body)
    expect((await lend(cast.reader, { copy: 'C-4', days: 2 }, key)).body).toMatchObject({ status: 409, code: 'idempotency-key-reused' })
    expect(await loans('C-4')).toMatchObject([{ days: 1 }])
  })
})
