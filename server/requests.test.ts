/** What every route owes every request: problems, guards, methods, languages, traces. */
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { libraryCast, testServer, type Client, type TestServer } from './testing.ts'

let server: TestServer
let reader: Client
let post: (body: string | Uint8Array, headers?: Record<string, string>) => ReturnType<Client['request']>

beforeAll(async () => {
  server = await testServer()
  ;({ reader } = await libraryCast(server))
  post = (body, headers = { 'content-type': 'application/json' }) => reader.request('POST', '/api/v1/systems/library/cases/suggestion', { body, headers })
})

describe('bodies', () => {
  it.each([['{"values":', 'malformed-json', 400], ['nonsense', 'malformed-json', 400], ['{"values":{}} trailing', 'malformed-json', 400], ['null', 'invalid-request', 422], ['[]', 'invalid-request', 422], ['"text"', 'invalid-request', 422], ['', 'invalid-request', 422]])('%s is refused: %s', async (body, code, status) => {
    expect((await post(body)).body).toMatchObject({ code, status })
  })

  it('that are not UTF-8 are refused rather than altered', async () => {
    expect((await post(Buffer.from('{"values":{"words":"\xff\xfe"}}', 'latin1'))).body).toMatchObject({ code: 'malformed-json', status: 400 })
  })

  it('over a megabyte are refused', async () => {
    expect((await post(JSON.stringify({ values: { words: 'a'.repeat(1_048_576) } }))).body).toMatchObject({ code: 'body-too-large', status: 413 })
  })

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'nonsense'])('of type %s are refused', async type => {
    expect((await post('{}', { 'content-type': type })).body).toMatchObject({ code: 'unsupported-media-type', status: 415 })
  })

  it.each([['{"values":{"words":"a\\u0000b"}}', '/values/words'], ['{"values":{"wo\\u0000rds":"a"}}', '/values'], ['{"values":{"words":["x",{"y":"\\u0000"}]}}', '/values/words/1/y'], ['{"values":{"words":"%00"}}', undefined]])('with NUL are refused: %s', async (body, path) => {
    const answer = await post(body)
    if (path === undefined) expect(answer.body.code).not.toBe('nul-character')
    else expect(answer.body).toMatchObject({ status: 422, code: 'nul-character', errors: [{ path, code: 'nul-character' }] })
  })

  it('with unpaired surrogates are refused', async () => {
    expect((await post('{"values":{"words":"\\ud800"}}')).body).toMatchObject({ status: 422, code: 'invalid-request', errors: [{ path: '/values/words' }] })
  })

  it.each(['{"values":{"__proto__":{"words":"x"}}}', '{"__proto__":{"values":{}},"values":{}}', '{"values":{"constructor":{"prototype":{"words":"x"}}}}'])('that reach for a prototype are refused: %s', async body => {
    expect((await post(body)).body).toMatchObject({ status: 422, code: 'invalid-request' })
    expect(({} as Record<string, unknown>)['words']).toBeUndefined()
  })

  it('nested without end are refused', async () => {
    expect((await post(`{"values":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).body).toMatchObject({ status: 422, code: 'invalid-request' })
  })

  it('with members that nobody asked for are refused, each named', async () => {
    const { body } = await post('{"values":{"words":"x"},"number":"LB1","state":"answered"}')
    expect(body).toMatchObject({ status: 422, code: 'invalid-request' })
    expect(body.errors.map((one: { path: string; code: string }) => [one.path, one.code])).toEqual([['/number', 'field-unknown'], ['/state', 'field-unknown']])
  })

  it('are not turned into other types', async () => {
    const { body } = await reader.post('/api/v1/cases/LB20260302000000011/moves/drop', { version: '1' })
    expect(body).toMatchObject({ status: 422, errors: [{ path: '/version', code: 'field-type' }] })
  })
})

describe('paths and queries', () => {
  it.each(['/api/v1/cases?number=a%00b', '/api/v1/cases/a%00', '/%00', '/api/v1/matters?q=%00', '/errors/x%00'])('with NUL are refused: %s', async path => {
    expect((await reader.get(path)).body).toMatchObject({ status: 422, code: 'nul-character' })
  })

  it.each(['/api/v1/cases?limit=0', '/api/v1/cases?limit=101', '/api/v1/cases?limit=1.5', '/api/v1/cases?limit=many', '/api/v1/cases?limit=1&limit=2', '/api/v1/cases?live=perhaps', '/api/v1/cases?colour=red', '/api/v1/tasks?state=shut', '/api/v1/tasks?dueFrom=2026-02-31T00:00:00Z', '/api/v1/matters?region=33', '/api/v1/matters?audience=cat'])('that do not fit are refused: %s', async path => {
    const { body } = await reader.get(path)
    expect(body).toMatchObject({ status: 422, code: 'invalid-request' })
    expect(body.errors[0].path).toMatch(/^\/query\//)
  })

  it('take an empty value as not given', async () => {
    expect((await reader.get('/api/v1/cases?limit=&after=')).body).toEqual({ items: [], next: null })
  })

  it.each(['nonsense', 'W10', 'e30', Buffer.from('["hello 2020","LB1"]').toString('base64url'), Buffer.from('["2026-02-31T00:00:00Z","LB1"]').toString('base64url'), Buffer.from('[null]').toString('base64url')])('refuse a made-up cursor: %s', async after => {
    for (const path of ['/api/v1/cases', '/api/v1/credentials', '/api/v1/tasks', '/api/v1/messages']) expect((await reader.get(`${path}?after=${after}`)).body).toMatchObject({ status: 422, code: 'cursor-invalid' })
  })

  it('that cannot be decoded or have no end are refused', async () => {
    expect((await reader.get(`/api/v1/cases/${'9'.repeat(300)}`)).body).toMatchObject({ status: 422, code: 'invalid-request' })
    expect((await reader.get('/api/v1/cases/%zz')).body).toMatchObject({ status: 422, code: 'invalid-request' })
  })

  it('that lead nowhere are not found', async () => {
    for (const path of ['/', '/api/v1', '/api/v2/cases', '/../etc/passwd']) expect((await reader.get(path)).body).toMatchObject({ status: 404, code: 'not-found' })
  })

  it('with another method say which they take', async () => {
    const { body, headers } = await reader.request('PUT', '/api/v1/cases')
    expect(body).toMatchObject({ status: 405, code: 'method-not-allowed' })
    expect(headers.get('allow')).toBe('GET, HEAD, POST')
    expect((await reader.delete('/api/v1/cases/LB1/moves/drop')).headers.get('allow')).toBe('POST')
    expect((await reader.request('PATCH', '/nowhere')).status).toBe(404)
  })
})

describe('problems', () => {
  it('speak Chinese unless English is preferred', async () => {
    const titles = await Promise.all([undefined, 'en', 'en-GB,en;q=0.9', 'zh-CN,en;q=0.5', 'fr', 'en;q=0.3, zh;q=0.2', 'en;q=nonsense', ';;,,'].map(async language =>
      (await server.guest.get('/api/v1/me', language === undefined ? {} : { 'accept-language': language })).body.title))
    expect(titles).toEqual(['请先登录', 'Sign in first', 'Sign in first', '请先登录', '请先登录', 'Sign in first', '请先登录', '请先登录'])
  })

  it('lead to an explanation, for programs and for people', async () => {
    const { body } = await server.guest.get('/api/v1/me')
    expect(body.type).toBe('/errors/sign-in-required')
    expect((await server.guest.get(body.type)).body).toEqual({ code: 'sign-in-required', status: 401, title: { zh: '请先登录', en: 'Sign in first' }, retry: false })
    const page = await server.guest.get(body.type, { accept: 'text/html', 'accept-language': 'en' })
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.text).toContain('Sign in first')
    for (const code of ['nothing', 'constructor', '__proto__', 'toString']) expect((await server.guest.get(`/errors/${code}`)).status).toBe(404)
  })

  it('carry the trace of the request', async () => {
    const { body, headers } = await server.guest.get('/api/v1/me')
    expect(body.instance).toBe(`urn:uuid:${headers.get('trace-id')}`)
  })

  it('answer what is no HTTP with 400 and stay up', async () => {
    const port = Number(new URL(server.url).port)
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n'))
      let text = ''
      socket.on('data', chunk => { text += chunk.toString() }).on('end', () => resolve(text)).on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('application/problem+json')
    expect((await server.guest.get('/healthz')).status).toBe(200)
  })
})

describe('sign-in', () => {
  it('is needed everywhere but on the open routes', async () => {
    const open = server.app.routeTable.routes.filter(route => route.open && route.method !== 'HEAD').map(route => `${route.method} ${route.url}`).sort()
    expect(open).toEqual([
      'GET /api/v1/credentials/keys', 'GET /api/v1/matters', 'GET /api/v1/matters/:code', 'GET /api/v1/systems', 'GET /docs', 'GET /errors/:code', 'GET /healthz', 'GET /metrics', 'GET /openapi.json',
      'POST /api/v1/credentials/verify', 'POST /api/v1/sessions',
    ])
    for (const route of server.app.routeTable.routes.filter(one => !one.open)) {
      const { status } = await server.guest.request(route.method, route.url.replace(/:\w+/g, '1'))
      expect({ route: `${route.method} ${route.url}`, status }).toEqual({ route: `${route.method} ${route.url}`, status: 401 })
    }
  })
})
