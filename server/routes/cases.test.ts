import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { library, town } from '../fixtures/library.ts'
import { administrator, libraryCast, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
const suggestions = '/api/v1/systems/library/cases/suggestion'
const place = { region: town, organ: library }

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
})

async function suggest(client: Client = cast.reader, values: object = { words: '多买些书' }): Promise<{ readonly number: string; readonly version: number }> {
  const { status, body } = await client.post(suggestions, { values, ...place })
  expect(status, JSON.stringify(body)).toBe(201)
  return body
}
const move = (client: Client, number: string, name: string, body: object, headers = {}) => client.post(`/api/v1/cases/${number}/moves/${name}`, body, headers)

describe('opening a case of any type', () => {
  it('makes the caller the party that opens such cases', async () => {
    const { number } = await suggest()
    expect((await cast.reader.get(`/api/v1/cases/${number}`)).body).toMatchObject({ roles: ['reader'], state: 'made', values: { words: '多买些书' }, moves: [{ name: 'drop', confirm: true }] })
  })

  it('takes region and organ from the caller\'s posts', async () => {
    const { status, body } = await cast.librarian.post(suggestions, { values: { words: '读者来电' }, parties: { reader: cast.people.other.subject }, organ: library })
    expect(status).toBe(201)
    expect((await cast.librarian.get(`/api/v1/cases/${body.number}`)).body).toMatchObject({ region: town, organ: library, roles: ['post:librarian'] })
    expect((await cast.other.get(`/api/v1/cases/${body.number}`)).body.roles).toEqual(['reader'])
  })

  it('refuses what is not there and what does not fit', async () => {
    const open = async (path: string, body: object, client = cast.reader) => (await client.post(path, body)).body
    expect(await open('/api/v1/systems/nothing/cases/suggestion', { values: {} })).toMatchObject({ status: 404, code: 'system-unknown' })
    for (const type of ['nothing', 'constructor', '__proto__']) expect(await open(`/api/v1/systems/library/cases/${type}`, { values: {} })).toMatchObject({ status: 404, code: 'case-type-unknown' })
    expect(await open(suggestions, { values: { words: 'x' } })).toMatchObject({ status: 422, errors: [{ path: '/region', code: 'field-required' }] })
    expect(await open(suggestions, { values: { words: 'x' }, region: town })).toMatchObject({ status: 422, errors: [{ path: '/organ', code: 'field-required' }] })
    expect(await open(suggestions, { values: {}, ...place })).toMatchObject({ status: 422, errors: [{ path: '/values/words', code: 'field-required' }] })
    expect(await open(suggestions, { values: { words: 7, colour: 'red', reply: 'x' }, ...place })).toMatchObject({ status: 422, errors: [{ path: '/values/words' }, { path: '/values/colour', code: 'field-unknown' }, { path: '/values/reply', code: 'field-not-accepted-here' }] })
    expect(await open(suggestions, { values: { words: 'x' }, parties: { cat: cast.people.reader.subject }, ...place })).toMatchObject({ status: 422, errors: [{ path: '/parties/cat', code: 'field-unknown' }] })
    expect(await open(suggestions, { values: { words: 'x' }, parties: { reader: randomUUID() }, ...place })).toMatchObject({ status: 404, code: 'subject-unknown' })
  })

  it('refuses somebody who is no party and holds no such post', async () => {
    expect((await cast.reader.post(suggestions, { values: { words: 'x' }, parties: { reader: cast.people.other.subject, helper: cast.people.librarian.subject }, ...place })).status).toBe(403)
    const elsewhere = await cast.librarian.post(suggestions, { values: { words: 'x' }, parties: { reader: cast.people.other.subject }, region: '330902000000', organ: library })
    expect(elsewhere.body).toMatchObject({ status: 403, code: 'wrong-post' })
  })

  it('lets a helper act under a mandate only', async () => {
    const body = { values: { words: 'x' }, parties: { reader: cast.people.other.subject, helper: cast.people.reader.subject }, ...place }
    expect((await cast.reader.post(suggestions, body)).body).toMatchObject({ status: 403, code: 'mandate-missing' })
    await server.platform.subjects.grantMandate(cast.people.reader.subject, cast.people.other.subject, '*', '2026-01-01', null)
    expect((await cast.reader.post(suggestions, body)).status).toBe(201)
  })

  it('sends applications for matters to the front door', async () => {
    expect((await cast.reader.post('/api/v1/systems/library/cases/application', { values: { consent: true, form: { name: 'x' } }, ...place })).body).toMatchObject({ status: 422, code: 'invalid-request' })
  })

  it('happens once under one key', async () => {
    const reader = await server.as(await server.person('褚一次'))
    const key = { 'idempotency-key': randomUUID() }
    const body = { values: { words: '一次' }, ...place }
    const [first, second] = await Promise.all([reader.post(suggestions, body, key), reader.post(suggestions, body, key)])
    expect(first.body).toEqual(second.body)
    expect((await reader.get('/api/v1/cases')).body.items).toHaveLength(1)
  })
})

describe('a case', () => {
  it('is seen by its parties and posts, each as far as they may, and by nobody else', async () => {
    const { number } = await suggest(cast.reader, { words: '请保密', contact: '13800000000' })
    const see = async (client: Client) => (await client.get(`/api/v1/cases/${number}`)).body
    expect(await see(cast.head)).toMatchObject({ roles: ['post:head'], values: { words: '请保密', contact: '13800000000' } })
    expect((await see(cast.librarian)).values).toEqual({ words: '请保密' })
    expect((await see(cast.reader)).values).toEqual({ words: '请保密' })
    expect(await see(cast.other)).toMatchObject({ status: 403, code: 'not-permitted' })
    expect(await see(cast.clerk)).toMatchObject({ status: 403, code: 'not-permitted' })
    expect((await server.platform.db.queryOnce<{ contact: string }>(`select values ->> 'contact' as contact from onevisit.cases where number = $1`, [number])).rows[0]!.contact).not.toContain('138')
  })

  it.each(['LB20260302000000019', 'XX20260302000000011', 'nonsense', '%E2%82%AC', `'; drop table onevisit.cases; --`])('that does not exist is not found: %s', async number => {
    expect((await cast.reader.get(`/api/v1/cases/${encodeURI(number)}`)).body).toMatchObject({ status: 404, code: 'case-unknown' })
  })

  it('keeps SQL and script as they were written, and shows them inert', async () => {
    const words = `'; drop table onevisit.cases; -- <script>alert("x")</script> \${1+1} {{7*7}} \\u0000 & 中文 😀 \r\n\t`
    const { number } = await suggest(cast.reader, { words })
    const { body, headers } = await cast.reader.get(`/api/v1/cases/${number}`)
    expect(body.values.words).toBe(words)
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('lists', () => {
  it('give own cases page by page, newest first, each once', async () => {
    const person = await server.person('卫多件')
    const client = await server.as(person)
    const made: string[] = []
    for (let i = 0; i < 5; i++) {
      server.clock.now = new Date(Date.parse(server.clock.now) + (i % 2) * 1_000).toISOString()
      made.push((await suggest(client, { words: `第 ${i} 件` })).number)
    }
    const seen: string[] = []
    let after: string | null = ''
    do {
      const { body } = await client.get(`/api/v1/cases?limit=2&after=${after}`)
      expect(body.items.length).toBeLessThanOrEqual(2)
      seen.push(...body.items.map((one: { number: string }) => one.number))
      after = body.next
    } while (after !== null)
    expect(seen).toEqual([...made].reverse())
    expect((await cast.other.get('/api/v1/cases?limit=100')).body.items.map((one: { number: string }) => one.number)).not.toEqual(expect.arrayContaining(made))
  })

  it('tell live cases from closed ones', async () => {
    const client = await server.as(await server.person('蒋撤回'))
    const [first, second] = [await suggest(client), await suggest(client)]
    await move(client, first.number, 'drop', { version: 1 })
    const numbers = async (query: string) => (await client.get(`/api/v1/cases${query}`)).body.items.map((one: { number: string }) => one.number)
    expect(await numbers('?live=true')).toEqual([second.number])
    expect(await numbers('?live=false')).toEqual([first.number])
  })

  it('give staff what their posts cover, by type, state and number', async () => {
    const far = await server.staff('沈外地', [{ post: 'library.librarian', unit: '330902000000' }])
    const near = await server.staff('韩辖区', [{ post: 'library.librarian', unit: '330200000000' }])
    const { number } = await suggest()
    const numbers = async (client: Client, query: string) => (await client.get(`/api/v1/cases?${query}`)).body.items?.map((one: { number: string }) => one.number)
    expect(await numbers(await server.as(near), 'system=library&type=suggestion&state=made&limit=100')).toContain(number)
    expect(await numbers(cast.head, 'system=library&type=suggestion&limit=100')).toContain(number)
    expect(await numbers(await server.as(far), 'system=library&type=suggestion')).toEqual([])
    expect(await numbers(cast.reader, 'system=library&type=suggestion')).toEqual([])
    expect(await numbers(cast.librarian, `number=${number}`)).toEqual([number])
    expect(await numbers(cast.other, `number=${number}`)).toEqual([])
    expect(await numbers(cast.librarian, 'number=LB1')).toEqual([])
    expect((await cast.librarian.get('/api/v1/cases?system=library&type=nothing')).body).toMatchObject({ status: 404, code: 'case-type-unknown' })
  })
})

describe('moves', () => {
  it('move the case, and the answer is the case after it', async () => {
    const { number, version } = await suggest()
    const { status, body } = await move(cast.librarian, number, 'answer', { values: { reply: '已采购' }, version })
    expect(status).toBe(200)
    expect(body).toMatchObject({ state: 'answered', outcome: 'answered', version: version + 1, values: { reply: '已采购' }, moves: [] })
  })

  it('are refused: a stale version, another\'s move, an impossible one, an unknown one, a missing value or reason', async () => {
    const { number, version } = await suggest()
    expect((await move(cast.librarian, number, 'answer', { values: { reply: 'x' }, version: version + 1 })).body).toMatchObject({ status: 409, code: 'version-stale', version, state: 'made' })
    expect((await move(cast.reader, number, 'answer', { values: { reply: 'x' }, version })).body).toMatchObject({ status: 403, code: 'wrong-post' })
    expect((await move(cast.head, number, 'drop', { version })).body).toMatchObject({ status: 403, code: 'not-a-party' })
    expect((await move(cast.other, number, 'drop', { version })).body).toMatchObject({ status: 403, code: 'not-permitted' })
    expect((await move(cast.reader, number, 'complete', { values: { words: 'x' }, version })).body).toMatchObject({ status: 422, code: 'move-not-possible', state: 'made' })
    for (const name of ['nothing', 'toString', 'constructor']) expect((await move(cast.reader, number, name, { version })).body).toMatchObject({ status: 404, code: 'move-unknown' })
    expect((await move(cast.librarian, number, 'answer', { version })).body).toMatchObject({ status: 422, errors: [{ path: '/values/reply', code: 'field-required' }] })
    expect((await move(cast.librarian, number, 'askBack', { version })).body).toMatchObject({ status: 422, code: 'note-required', errors: [{ path: '/note' }] })
    expect((await move(cast.librarian, number, 'askBack', { version, note: '  ' })).body).toMatchObject({ status: 422, code: 'note-required' })
    expect((await move(cast.librarian, 'LB1', 'answer', { version })).body).toMatchObject({ status: 404, code: 'case-unknown' })
    expect((await cast.reader.get(`/api/v1/cases/${number}`)).body.version).toBe(version)
  })

  it('happen once under one key, whoever repeats them how often', async () => {
    const { number, version } = await suggest()
    const key = { 'idempotency-key': randomUUID() }
    const answers = await Promise.all(Array.from({ length: 4 }, () => move(cast.librarian, number, 'answer', { values: { reply: '好' }, version }, key)))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    expect(answers[0]!.body).toMatchObject({ version: version + 1 })
    expect((await move(cast.librarian, number, 'answer', { values: { reply: '好' }, version })).status).not.toBe(200)
  })

  it('by two people at once are one move and one refusal', async () => {
    const { number, version } = await suggest()
    const statuses = (await Promise.all([move(cast.librarian, number, 'answer', { values: { reply: '好' }, version }), move(cast.reader, number, 'drop', { version })])).map(({ status }) => status)
    expect(statuses.sort()).toEqual([200, 409])
  })
})

describe('the timeline', () => {
  it('tells what happened, to each as they may see it', async () => {
    const { number, version } = await suggest(cast.reader, { words: '灯坏了', contact: '13900000000' })
    await move(cast.librarian, number, 'askBack', { note: '哪一层？', version })
    await move(cast.reader, number, 'complete', { values: { words: '三层灯坏了' }, version: version + 1 })
    const told = async (client: Client) => (await client.get(`/api/v1/cases/${number}/timeline`)).body.items
    const own = await told(cast.reader)
    expect(own.map((one: { move: string }) => one.move)).toEqual(['open', 'askBack', 'complete'])
    expect(own[1]).toMatchObject({ title: { zh: '请补充', en: 'Ask back' }, from: { state: 'made', title: { zh: '已提交' } }, to: { state: 'asked' }, note: '哪一层？', role: 'post:librarian', roleTitle: { zh: '馆员' }, values: {} })
    expect(own[2]).toMatchObject({ role: 'reader', roleTitle: { en: 'Reader' }, values: { words: '三层灯坏了' } })
    expect(own[0].values).toEqual({ words: '灯坏了' })
    expect(JSON.stringify(own)).not.toContain('张馆员')
    const staff = await told(cast.head)
    expect(staff.map((one: { name?: string }) => one.name)).toEqual([undefined, '张馆员', undefined])
    expect(staff[0].values).toEqual({ words: '灯坏了', contact: '13900000000' })
    expect((await cast.other.get(`/api/v1/cases/${number}/timeline`)).body).toMatchObject({ status: 403 })
    expect((await cast.other.get('/api/v1/cases/LB1/timeline')).body).toMatchObject({ status: 404 })
  })
})

describe('why', () => {
  it('is told to staff of the case and administrators, in the language asked for, and to nobody else', async () => {
    const { number, version } = await suggest(cast.reader, { words: '秘密内容' })
    const moved = await move(cast.librarian, number, 'answer', { values: { reply: '好' }, version })
    const { body } = await cast.head.get(`/api/v1/cases/${number}/why?language=zh`)
    expect(body.requests.map((one: { trace: string }) => one.trace)).toContain(moved.headers.get('trace-id'))
    expect(body.text).toContain('已答复')
    expect(JSON.stringify(body)).not.toContain('秘密内容')
    const admin = await administrator(server, '管缘由')
    expect((await admin.get(`/api/v1/cases/${number}/why?language=en`)).body.text).toContain('Answered')
    for (const client of [cast.reader, cast.other, cast.clerk]) expect((await client.get(`/api/v1/cases/${number}/why`)).body).toMatchObject({ status: 403, code: 'not-permitted' })
    expect((await admin.get('/api/v1/cases/LB1/why')).body).toMatchObject({ status: 404, code: 'case-unknown' })
    expect((await admin.get(`/api/v1/cases/${number}/why?language=fr`)).body).toMatchObject({ status: 422 })
  })
})
