/** What the server says of itself: OpenAPI, the page, metrics, systems, health, and how it fails without its database. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { administrator, libraryCast, testServer, type TestServer } from './testing.ts'

let server: TestServer

beforeAll(async () => { server = await testServer() })

describe('OpenAPI', () => {
  it('is a valid 3.1 description', async () => {
    const { body } = await server.guest.get('/openapi.json')
    const result = await new Validator().validate(body)
    expect(result.errors ?? []).toEqual([])
    expect(result.valid).toBe(true)
  })

  it('describes every route but its own HEADs, each once, with its parameters and its errors', async () => {
    const { body } = await server.guest.get('/openapi.json')
    expect(body.openapi).toBe('3.1.0')
    const operations = Object.entries(body.paths as Record<string, Record<string, any>>).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
    expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort())
      .toEqual(server.app.routeTable.routes.filter(route => route.method !== 'HEAD').map(route => `${route.method} ${route.url.replace(/:(\w+)/g, '{$1}')}`).sort())
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations) {
      const named = (operation.parameters ?? []).filter((one: { in: string }) => one.in === 'path').map((one: { name: string }) => one.name).sort()
      expect({ path, named }).toEqual({ path, named: [...path.matchAll(/\{(\w+)\}/g)].map(match => match[1]!).sort() })
      expect(operation.summary, path).not.toBe('')
      expect(Object.keys(operation.responses)).toContain('503')
      if (operation.security.length > 0) expect(Object.keys(operation.responses)).toContain('401')
    }
  })

  it('holds the values of every case type and action', async () => {
    const { schemas } = (await server.guest.get('/openapi.json')).body.components
    expect(schemas['case.library.suggestion']).toMatchObject({ type: 'object', additionalProperties: false, required: ['words'], properties: { words: { type: 'string', maxLength: 2000, title: 'Words', 'x-title': { zh: '内容', en: 'Words' } } } })
    expect(schemas['action.library.lend']).toMatchObject({ required: ['copy'] })
    expect(schemas).toHaveProperty(['case.library.application'])
  })
})

describe('the page', () => {
  it('lists every operation, loads nothing from elsewhere, and runs no script', async () => {
    const { text, headers } = await server.guest.get('/docs')
    for (const path of Object.keys((await server.guest.get('/openapi.json')).body.paths)) expect(text).toContain(path)
    expect(text).toContain('演示数据')
    expect(text).not.toMatch(/<script|src=|https?:\/\/(?!www\.w3\.org)/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })
})

describe('operation', () => {
  it('tells systems and their rungs', async () => {
    expect((await server.guest.get('/api/v1/systems')).body).toEqual([{ id: 'library', title: { zh: '图书馆', en: 'Library' }, policy: ['N一(一)'], rung: 'works' }])
  })

  it('measures requests by route, never by path', async () => {
    const cast = await libraryCast(server)
    await cast.reader.get('/api/v1/cases/LB20260302000000011')
    await server.guest.request('BREW', '/api/v1/teapot')
    const { text, headers } = await server.guest.get('/metrics')
    expect(headers.get('content-type')).toContain('text/plain')
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/cases\/:number",status="404"\} 1/)
    expect(text).toMatch(/onevisit_database_sessions\{state="busy"\} \d+/)
    expect(text).toContain('process_cpu_user_seconds_total')
    expect(text).not.toMatch(/LB2026|teapot|BREW/)
  })
})

describe('without its database', () => {
  it('answers 503 with Retry-After, tells no internals, and works again when the database does', async () => {
    const admin = await administrator(server, '库管理')
    const { query } = server.platform.db
    const lost = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    server.platform.db.query = () => Promise.reject(lost)
    try {
      for (const path of ['/healthz', '/api/v1/cases', '/api/v1/matters/nothing/editions']) {
        const { status, body, text, headers } = await admin.get(path)
        expect({ path, status, code: body.code, retry: headers.get('retry-after') }).toEqual({ path, status: 503, code: 'database-unavailable', retry: '2' })
        expect(text).not.toContain('5432')
      }
    } finally {
      server.platform.db.query = query
    }
    expect((await server.guest.get('/healthz')).body).toEqual({ status: 'ok', demo: true })
  })

  it('tells nothing of a fault of its own but its trace, and logs it', async () => {
    const { query } = server.platform.db
    server.platform.db.query = () => Promise.reject(new Error('relation "secret_table" does not exist'))
    try {
      const { status, body, text } = await server.guest.get('/healthz')
      expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal' })
      expect(text).not.toContain('secret_table')
      expect(server.errors.at(-1)).toMatchObject({ trace: body.instance.slice('urn:uuid:'.length), route: '/healthz', error: expect.stringContaining('secret_table') })
    } finally {
      server.platform.db.query = query
    }
  })
})
