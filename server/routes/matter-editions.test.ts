import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cardMatter } from '../fixtures/library.ts'
import { administrator, libraryCast, register, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
let author: Client
let second: Client
const { code } = cardMatter
const draftOf = (edition: number, change: object = {}) => ({ ...cardMatter, edition, effectiveFrom: '2026-03-01', title: { zh: `读者证办理（第 ${edition} 版）`, en: `Card, edition ${edition}` }, ...change })

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
  author = await administrator(server, '郑起草')
  second = await administrator(server, '冯批准')
  await register(server, cast.people.reader, 'barred')
})

describe('editions of a matter', () => {
  it('are drafted by one administrator, approved by another, and then in force', async () => {
    const drafted = await author.post('/api/v1/matters/editions', draftOf(2))
    expect(drafted.body).toMatchObject({ code, edition: 2, state: 'draft', origin: 'authored', approver: null })
    expect((await server.guest.get(`/api/v1/matters/${code}`)).body.edition).toBe(1)
    const approve = (client: Client) => client.post(`/api/v1/matters/${code}/editions/2/approve`)
    expect((await approve(author)).body).toMatchObject({ status: 403, code: 'edition-same-author' })
    expect((await approve(second)).body).toMatchObject({ state: 'approved', approver: expect.any(String) })
    expect((await server.guest.get(`/api/v1/matters/${code}`)).body).toMatchObject({ edition: 2, title: { zh: '读者证办理（第 2 版）' } })
    expect((await author.get(`/api/v1/matters/${code}/editions`)).body.items.map((one: { edition: number; state: string }) => [one.edition, one.state])).toEqual([[1, 'approved'], [2, 'approved']])
  })

  it('once cancelled are not in force; what was typed comes back, and cases that pinned them go on', async () => {
    const { body: { number } } = await cast.reader.post('/api/v1/cases', { matter: code, answers: { reason: 'first' }, values: {}, consent: true })
    for (const edition of [1, 2]) expect((await second.post(`/api/v1/matters/${code}/editions/${edition}/cancel`)).body).toMatchObject({ state: 'cancelled' })
    expect((await server.guest.get(`/api/v1/matters/${code}`)).body).toMatchObject({ status: 409, code: 'matter-not-in-force' })
    expect((await server.guest.get('/api/v1/matters')).body.items).toEqual([])
    const refused = await cast.other.post('/api/v1/cases', { matter: code, answers: { reason: 'first' }, values: { name: '李旁人' }, consent: true })
    expect(refused.body).toMatchObject({ status: 409, code: 'matter-not-in-force', kept: { name: '李旁人' } })
    expect((await cast.reader.get(`/api/v1/cases/${number}`)).body).toMatchObject({ edition: 2, state: 'submitted' })
    expect((await second.post(`/api/v1/matters/${code}/editions/2/approve`)).body).toMatchObject({ status: 409, code: 'matter-not-in-force' })
  })

  it('are refused when they are not sound, exist already, or are not there', async () => {
    const draft = async (change: object) => (await author.post('/api/v1/matters/editions', draftOf(3, change))).body
    expect(await draft({ edition: 1 })).toMatchObject({ status: 409, code: 'matter-edition-exists' })
    expect(await draft({ case: 'library.nothing' })).toMatchObject({ status: expect.any(Number), code: expect.stringMatching(/matter-invalid|case-type-unknown/) })
    expect(await draft({ prefill: { name: { resource: 'library.nothing', column: 'x' } } })).toMatchObject({ status: 422, code: 'matter-invalid', faults: [expect.stringContaining('library.nothing')] })
    expect(await draft({ effectiveFrom: '2026-02-31' })).toMatchObject({ status: 422, errors: [{ path: '/effectiveFrom' }] })
    expect(await draft({ edition: 99_999_999_999 })).toMatchObject({ status: 422, errors: [{ path: '/edition', code: 'field-range' }] })
    expect(await draft({ colour: 'red' })).toMatchObject({ status: 422, errors: [{ path: '/colour', code: 'field-unknown' }] })
    for (const broken of [{ questions: [{}] }, { materials: [{ id: 'x' }] }, { form: { name: {} } }, { instant: [{}] }, { result: {} }, { basis: [{}] }, { organs: { x: 'y' } }]) {
      expect(await draft(broken), JSON.stringify(broken)).toMatchObject({ status: 422, code: 'matter-invalid' })
    }
    for (const path of [`${code}/editions/9/approve`, 'nothing/editions/1/cancel']) expect((await author.post(`/api/v1/matters/${path}`)).body).toMatchObject({ status: 404, code: 'matter-unknown' })
    expect((await author.post(`/api/v1/matters/${code}/editions/x/approve`)).status).toBe(422)
    expect((await author.get('/api/v1/matters/nothing/editions')).body).toMatchObject({ status: 404 })
  })

  it('are made once under one key', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const first = await author.post('/api/v1/matters/editions', draftOf(12), key)
    expect(first.status).toBe(201)
    expect((await author.post('/api/v1/matters/editions', draftOf(12), key)).body).toEqual(first.body)
  })

  it('are for administrators', async () => {
    for (const client of [cast.reader, cast.approver]) {
      expect((await client.post('/api/v1/matters/editions', draftOf(4))).body).toMatchObject({ status: 403, code: 'not-permitted' })
      expect((await client.post(`/api/v1/matters/${code}/editions/2/approve`)).status).toBe(403)
      expect((await client.post(`/api/v1/matters/${code}/editions/2/cancel`)).status).toBe(403)
      expect((await client.get(`/api/v1/matters/${code}/editions`)).status).toBe(403)
    }
  })
})
