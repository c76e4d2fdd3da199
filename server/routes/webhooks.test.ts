import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { library, town } from '../fixtures/library.ts'
import { libraryCast, testServer, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
const received: { readonly headers: NodeJS.Dict<string | string[]>; readonly body: any }[] = []
const receiver = createServer((request, response) => {
  let text = ''
  request.on('data', chunk => { text += String(chunk) }).on('end', () => {
    received.push({ headers: request.headers, body: JSON.parse(text) as unknown })
    response.writeHead(204).end()
  })
})
let url: string

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
  await new Promise<void>(resolve => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
})
afterAll(() => void receiver.close())

const drop = async (id: string) => (await cast.reader.delete(`/api/v1/webhooks/${id}`)).status

describe('webhooks', () => {
  it('are told of the caller\'s cases, as signed CloudEvents, with receipts', async () => {
    const { status, body: hook } = await cast.reader.post('/api/v1/webhooks', { url, types: ['onevisit.case.'] })
    expect(status).toBe(201)
    expect(hook).toMatchObject({ url, types: ['onevisit.case.'], secret: expect.any(String), disabledAt: null })
    const { body: { number } } = await cast.reader.post('/api/v1/systems/library/cases/suggestion', { values: { words: '告知我' }, region: town, organ: library })
    await cast.other.post('/api/v1/systems/library/cases/suggestion', { values: { words: '与他无关' }, region: town, organ: library })
    // Transactions of other databases on the test server hold the feed up for a moment.
    for (let i = 0; i < 500 && received.length === 0; i++) {
      await server.parts.fanOut.run(server.clock.now)
      await server.parts.deliveries.run(server.clock.now)
      await sleep(20)
    }
    expect(received).toHaveLength(1)
    expect(received[0]!.headers['content-type']).toContain('application/cloudevents+json')
    expect(received[0]!.body).toMatchObject({ specversion: '1.0', subject: number, id: expect.any(String) })
    expect((await cast.reader.get(`/api/v1/webhooks/${hook.id}/deliveries`)).body).toMatchObject({ items: [{ event: { id: received[0]!.body.id }, attempts: 1, lastStatus: 204, deliveredAt: server.clock.now }], next: null })
    expect(await drop(hook.id)).toBe(204)
  })

  it('are listed without their secret, removed once, and nobody else\'s', async () => {
    const { body: hook } = await cast.reader.post('/api/v1/webhooks', { url, types: ['library.suggestion.answer'] })
    const { secret: _secret, ...shown } = hook
    expect((await cast.reader.get('/api/v1/webhooks')).body).toEqual({ items: [shown], next: null })
    expect((await cast.other.get('/api/v1/webhooks')).body).toEqual({ items: [], next: null })
    for (const call of [cast.other.delete(`/api/v1/webhooks/${hook.id}`), cast.other.get(`/api/v1/webhooks/${hook.id}/deliveries`)]) expect((await call).body).toMatchObject({ status: 404, code: 'webhook-unknown' })
    expect([await drop(hook.id), await drop(hook.id)]).toEqual([204, 404])
  })

  it('are registered once under one key', async () => {
    const key = { 'idempotency-key': randomUUID() }
    const body = { url, types: ['onevisit.'] }
    const first = await cast.reader.post('/api/v1/webhooks', body, key)
    expect((await cast.reader.post('/api/v1/webhooks', body, key)).body).toEqual(first.body)
    expect((await cast.reader.post('/api/v1/webhooks', { ...body, types: ['library.'] }, key)).body).toMatchObject({ status: 409, code: 'idempotency-key-reused' })
    expect((await cast.reader.get('/api/v1/webhooks')).body.items).toHaveLength(1)
    await drop(first.body.id)
  })

  it.each([['ftp://example.org/x', 'webhook-address'], ['not an address', 'webhook-address'], ['http://user:secret@example.org/', 'webhook-address'], ['', 'invalid-request']])('refuse the address %s', async (address, code) => {
    expect((await cast.reader.post('/api/v1/webhooks', { url: address, types: ['onevisit.'] })).body).toMatchObject({ status: 422, code })
  })

  it('refuse types that are none', async () => {
    for (const types of [[], ['*'], [7], 'onevisit.', undefined]) expect((await cast.reader.post('/api/v1/webhooks', { url, types })).body).toMatchObject({ status: 422, code: 'invalid-request' })
  })
})
