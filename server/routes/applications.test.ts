import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cardMatter } from '../fixtures/library.ts'
import { libraryCast, register, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
const { code } = cardMatter
const application = { matter: code, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true }

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
  await register(server, cast.people.reader, 'good')
})

/** Somebody new, in the register or not, with a client. */
async function newReader(name: string, status?: 'good' | 'barred'): Promise<{ readonly client: Client; readonly subject: string }> {
  const person = await server.person(name)
  if (status) await register(server, person, status)
  return { client: await server.as(person), subject: person.subject }
}

describe('matters', () => {
  it.each([['?q=借书证', true], ['?q=图书馆 凭证', true], ['?q=card', true], ['?q=READER', true], ['?q=护照', false], ['?audience=person', true], ['?audience=enterprise', false], ['?region=330203001001', true], ['?region=330902000000', false], [`?q=${encodeURIComponent('%')}`, false]])('are found by %s: %s', async (query, found) => {
    const { body } = await server.guest.get(`/api/v1/matters${encodeURI(query).replaceAll('%25', '%')}`)
    expect(body.items.map((one: { code: string }) => one.code)).toEqual(found ? [code] : [])
    expect(body.next).toBeNull()
  })

  it('have a guide', async () => {
    const { body } = await server.guest.get(`/api/v1/matters/${code}`)
    expect(body).toMatchObject({
      code, edition: 1, audience: ['person'], basis: [{ title: '公共图书馆法', verified: false }], situations: [{ id: 'reason', answers: { first: { zh: '首次', en: 'First' } } }], fee: null,
      limits: { legal: { n: 20, unit: 'workingDay' }, promised: { n: 5, unit: 'workingDay' } }, windows: [{ region: '330200000000' }], result: { credential: 'library.readerCard' },
    })
    expect(body.schema.properties.name).toMatchObject({ title: '姓名', 'x-title': { zh: '姓名', en: 'Name' } })
    expect(body.materials.map((one: { id: string }) => one.id)).toEqual(['identity', 'loss'])
  })

  it('that do not exist are not found', async () => {
    expect((await server.guest.get('/api/v1/matters/11330203MB1234567X')).body).toMatchObject({ status: 404, code: 'matter-unknown' })
  })
})

describe('prepare', () => {
  it('fills in what the city knows and says what is left', async () => {
    const { status, body } = await cast.reader.post(`/api/v1/matters/${code}/prepare`, {})
    expect(status).toBe(200)
    expect(body).toMatchObject({ matter: code, values: { name: '王读者' }, oneCertificate: true, questions: [{ id: 'reason' }] })
    expect(body.materials).toMatchObject([{ id: 'identity', by: 'data', status: 'satisfied' }])
  })

  it('asks for a promise where the situation needs one, and for an upload where nothing is known', async () => {
    const lost = await cast.reader.post(`/api/v1/matters/${code}/prepare`, { answers: { reason: 'lost' } })
    expect(lost.body.materials).toMatchObject([{ id: 'identity', by: 'data' }, { id: 'loss', by: 'promise', promise: { zh: '声明遗失' } }])
    const { client } = await newReader('何未知')
    expect((await client.post(`/api/v1/matters/${code}/prepare`, { answers: { reason: 'first' } })).body).toMatchObject({ oneCertificate: false, materials: [{ id: 'identity', by: 'upload', accept: ['image/png', 'application/pdf'] }] })
  })

  it('refuses an answer that is none, a stranger\'s application and a firm', async () => {
    expect((await cast.reader.post(`/api/v1/matters/${code}/prepare`, { answers: { reason: 'bored' } })).body).toMatchObject({ status: 422, errors: [{ path: '/answers/reason', code: 'field-choice' }] })
    expect((await cast.reader.post(`/api/v1/matters/${code}/prepare`, { applicant: cast.people.other.subject })).body).toMatchObject({ status: 403, code: 'mandate-missing' })
    expect((await cast.reader.post(`/api/v1/matters/${code}/prepare`, { applicant: randomUUID() })).body).toMatchObject({ status: 404, code: 'subject-unknown' })
    const firm = await server.as(await server.firm('某公司'))
    expect((await firm.post(`/api/v1/matters/${code}/prepare`, {})).body).toMatchObject({ status: 422, code: 'matter-audience' })
  })
})

describe('applying', () => {
  it('is decided at once where everything is known; the credential verifies', async () => {
    const { status, body } = await cast.reader.post('/api/v1/cases', application)
    expect(status).toBe(201)
    expect(body).toMatchObject({ state: 'approved', decision: { outcome: 'approve' }, credentials: [{ type: 'library.readerCard' }], next: { zh: '准予' } })
    const [{ id }] = body.credentials
    expect((await server.guest.post('/api/v1/credentials/verify', { id })).body).toMatchObject({ valid: true, reasons: [], type: 'library.readerCard' })
    expect((await cast.reader.get('/api/v1/cases')).body.items).toMatchObject([{ number: body.number, outcome: 'approved' }])
  })

  it('goes to a person where not; a second one while the first lives is refused with its number', async () => {
    const { client } = await newReader('唐待定', 'barred')
    const first = await client.post('/api/v1/cases', application)
    expect(first.body).toMatchObject({ state: 'submitted', credentials: [] })
    expect((await client.post('/api/v1/cases', application)).body).toMatchObject({ status: 409, code: 'live-case-exists', number: first.body.number })
  })

  it('answers a retry under the same key with the first answer, and another body with 409', async () => {
    const { client } = await newReader('许重试', 'barred')
    const key = { 'idempotency-key': randomUUID() }
    const first = await client.post('/api/v1/cases', application, key)
    expect(first.status).toBe(201)
    expect((await client.post('/api/v1/cases', application, key)).body).toEqual(first.body)
    const both = await Promise.all([client.post('/api/v1/cases', application, key), client.post('/api/v1/cases', application, key)])
    expect(both.map(({ body }) => body)).toEqual([first.body, first.body])
    expect((await client.post('/api/v1/cases', { ...application, values: { remark: 'x' } }, key)).body).toMatchObject({ status: 409, code: 'idempotency-key-reused' })
    expect((await client.get('/api/v1/cases')).body.items).toHaveLength(1)
    expect((await cast.other.post('/api/v1/cases', application, key)).status).not.toBe(201)
    expect((await client.post('/api/v1/cases', application, { 'idempotency-key': 'short' })).body).toMatchObject({ status: 422, code: 'idempotency-key-invalid' })
  })

  it('gives a retry its first answer also when the matter would not be given any more', async () => {
    const { client, subject } = await newReader('冯改版', 'barred')
    const key = { 'idempotency-key': randomUUID() }
    const first = await client.post('/api/v1/cases', application, key)
    await server.platform.db.queryOnce('delete from library.patron where person = $1', [subject])
    expect((await client.post('/api/v1/cases', application, key)).body).toEqual(first.body)
  })

  it('refuses what is missing or wrong, each with its place', async () => {
    const { client } = await newReader('吕缺漏', 'barred')
    const refused = async (change: object) => (await client.post('/api/v1/cases', { ...application, ...change })).body
    expect(await refused({ answers: {} })).toMatchObject({ status: 422, code: 'answers-missing', questions: ['reason'] })
    expect(await refused({ consent: undefined })).toMatchObject({ status: 422, errors: [{ path: '/consent', code: 'consent-required' }] })
    expect(await refused({ consent: false })).toMatchObject({ status: 422, errors: [{ code: 'consent-required' }] })
    expect(await refused({ values: { shoeSize: 43 } })).toMatchObject({ status: 422, errors: [{ path: '/values/shoeSize', code: 'field-unknown' }] })
    expect(await refused({ answers: { reason: 'lost' } })).toMatchObject({ status: 422, code: 'materials-missing', errors: [{ path: '/promises/loss' }] })
    expect(await refused({ edition: 7 })).toMatchObject({ status: 409, code: 'matter-edition-changed', edition: 1, kept: {} })
    expect(await refused({ matter: 'nothing' })).toMatchObject({ status: 404, code: 'matter-unknown' })
    expect(await refused({ region: '330902000000' })).toMatchObject({ status: 422, code: 'matter-not-offered-here' })
    expect(await refused({ uploads: { identity: [randomUUID()] } })).toMatchObject({ status: 404, code: 'file-unknown', errors: [{ path: '/uploads/identity/0', code: 'file-unknown' }] })
    expect(await refused({ uploads: { identity: ['not an id'] } })).toMatchObject({ status: 422, code: 'invalid-request', errors: [{ path: '/uploads/identity/0' }] })
    expect((await client.get('/api/v1/cases')).body.items).toEqual([])
  })

  it('is filed by a clerk for whoever is at the window, by an agent under a mandate, and by nobody else', async () => {
    const { subject, client } = await newReader('孔窗前', 'barred')
    expect((await cast.other.post('/api/v1/cases', { ...application, applicant: subject })).body).toMatchObject({ status: 403, code: 'mandate-missing' })
    const filed = await cast.clerk.post('/api/v1/cases', { ...application, applicant: subject, window: '3' })
    expect(filed.status).toBe(201)
    expect((await client.get(`/api/v1/cases/${filed.body.number}`)).body).toMatchObject({ roles: ['applicant'], acceptingRegion: '330200000000' })
    const second = await newReader('曹委托', 'barred')
    await server.platform.subjects.grantMandate(cast.people.other.subject, second.subject, code, '2026-01-01', null)
    const agented = await cast.other.post('/api/v1/cases', { ...application, applicant: second.subject })
    expect(agented.status).toBe(201)
    expect((await cast.other.get(`/api/v1/cases/${agented.body.number}`)).body.roles).toEqual(['agent'])
    await server.platform.subjects.withdrawMandate(cast.people.other.subject, second.subject, code, server.clock.now)
    expect((await cast.other.get(`/api/v1/cases/${agented.body.number}`)).body).toMatchObject({ status: 403 })
  })

  it('keeps an agent who comes to the window only under a mandate', async () => {
    const { subject } = await newReader('魏代办', 'barred')
    const body = { ...application, applicant: subject, agent: cast.people.other.subject }
    expect((await cast.clerk.post('/api/v1/cases', body)).body).toMatchObject({ status: 403, code: 'mandate-missing' })
    await server.platform.subjects.grantMandate(cast.people.other.subject, subject, code, '2026-01-01', null)
    const { body: { number } } = await cast.clerk.post('/api/v1/cases', body)
    expect((await cast.other.get(`/api/v1/cases/${number}`)).body.roles).toEqual(['agent'])
  })
})

describe('corrections', () => {
  it('are resolved anew, and what the caller says of the materials is not taken', async () => {
    const { client } = await newReader('严补正', 'barred')
    const { body: { number, version } } = await client.post('/api/v1/cases', application)
    const asked = await cast.approver.post(`/api/v1/cases/${number}/moves/askCorrection`, { values: { correctionItems: [{ item: '备注', reason: '请填写' }] }, version })
    expect(asked.status).toBe(200)
    const supply = (values: object) => client.post(`/api/v1/cases/${number}/moves/supplement`, { values, version: asked.body.version })
    for (const [values, path] of [[{ promises: 5 }, '/values/promises'], [{ uploads: ['x'] }, '/values/uploads'], [{ uploads: { identity: 'x' } }, '/values/uploads/identity'], [{ answers: { reason: 7 } }, '/values/answers/reason'], [{ form: 'text' }, '/values/form']] as const) {
      expect((await supply(values)).body, path).toMatchObject({ status: 422, code: 'invalid-request', errors: expect.arrayContaining([expect.objectContaining({ path })]) })
    }
    expect((await supply({ uploads: { identity: [randomUUID()] } })).body).toMatchObject({ status: 404, code: 'file-unknown', errors: [{ path: '/values/uploads/identity/0' }] })
    const supplied = await supply({ form: { remark: '补充' }, supplement: '已补', materials: [{ id: 'identity', by: 'data', status: 'invented' }] })
    expect(supplied.body).toMatchObject({ state: 'submitted', values: { form: { name: '严补正', remark: '补充' }, materials: [{ id: 'identity', by: 'data', status: 'satisfied' }] } })
  })
})
