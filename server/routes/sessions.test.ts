import { beforeAll, describe, expect, it } from 'vitest'
import { testServer, type TestServer } from '../testing.ts'

let server: TestServer
const password = 'correct horse battery'

beforeAll(async () => {
  server = await testServer()
  const { subject } = await server.person('周登录')
  await server.platform.accounts.create({ username: 'zhou', password, kind: 'person', subject, name: '周登录', cheapHash: true }, server.clock.now)
})

describe('sessions', () => {
  it('gives a token that signs in until it is signed out', async () => {
    const { status, body } = await server.guest.post('/api/v1/sessions', { username: 'zhou', password })
    expect(status).toBe(201)
    expect(Date.parse(body.expiresAt)).toBeGreaterThan(Date.parse(server.clock.now))
    const me = server.withToken(body.token)
    expect((await me.get('/api/v1/me')).body).toMatchObject({ name: '周登录', kind: 'person', class: 'person', posts: [] })
    expect((await me.delete('/api/v1/sessions')).status).toBe(204)
    expect((await me.get('/api/v1/me')).body).toMatchObject({ status: 401, code: 'session-expired' })
  })

  it.each([
    ['no token', {}], ['another scheme', { authorization: 'Basic emhvdTp4' }], ['a made-up token', { authorization: 'Bearer abc.def' }], ['no token after the scheme', { authorization: 'Bearer ' }],
  ])('asks to sign in: %s', async (_, headers) => {
    const { status, body, headers: answered } = await server.guest.get('/api/v1/me', headers as Record<string, string>)
    expect({ status, code: body.code }).toEqual({ status: 401, code: 'sign-in-required' })
    expect(answered.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it('says the same of an unknown name and a wrong password', async () => {
    const wrong = await server.guest.post('/api/v1/sessions', { username: 'zhou', password: 'not it at all' })
    const unknown = await server.guest.post('/api/v1/sessions', { username: 'nobody', password: 'not it at all' })
    expect([wrong.status, unknown.status]).toEqual([401, 401])
    expect({ ...unknown.body, instance: '' }).toEqual({ ...wrong.body, instance: '' })
  })

  it('throttles failures by name and address, tells how long, and lets the right password through afterwards', async () => {
    const attempt = (given: string) => server.guest.post('/api/v1/sessions', { username: 'zhou2', password: given })
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) statuses.push((await attempt('wrong password')).status)
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401))
    expect(statuses.slice(10)).toEqual([429, 429])
    const refused = await attempt('wrong password')
    expect(refused.body.code).toBe('too-many-requests')
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect((await server.guest.post('/api/v1/sessions', { username: 'zhou', password })).status).toBe(201)
    server.clock.now = new Date(Date.parse(server.clock.now) + seconds * 1_000).toISOString()
    expect((await attempt('wrong password')).status).toBe(401)
  })

  it('does not count successes', async () => {
    for (let i = 0; i < 15; i++) expect((await server.guest.post('/api/v1/sessions', { username: 'zhou', password })).status).toBe(201)
  })

  it('refuses what does not fit', async () => {
    expect((await server.guest.post('/api/v1/sessions', { username: 'zhou' })).body).toMatchObject({ status: 422, code: 'invalid-request', errors: [{ path: '/password', code: 'field-required' }] })
    expect((await server.guest.post('/api/v1/sessions', { username: 'zhou', password, admin: true })).body.errors).toMatchObject([{ path: '/admin', code: 'field-unknown' }])
    expect((await server.guest.post('/api/v1/sessions', { username: 7, password: null })).body.errors.map((one: { path: string }) => one.path)).toEqual(['/username', '/password'])
  })
})
