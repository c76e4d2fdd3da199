import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { isProblem } from '../../kernel/errors/problem.ts'
import { isPublicAddress } from './addresses.ts'
import { openOutward, Unreachable } from './outward.ts'
import { receiver } from './testing.ts'

const PUBLIC = '93.184.215.14'
const address = (text: string) => ({ address: text, family: text.includes(':') ? 6 : 4 })
const open = openOutward({ allowPrivate: true })
const guarded = openOutward({ allowPrivate: false })

describe('public addresses', () => {
  test.each([
    '127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.7', '203.0.113.9',
    '224.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::7f00:1', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1', '2001::1', '2002:7f00:1::', '3fff::1', '100::1',
    'localhost', '', '1.2.3',
  ])('%j is none', text => expect(isPublicAddress(text)).toBe(false))

  test.each(['8.8.8.8', '1.1.1.1', PUBLIC, '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2400:3200::1'])('%j is one', text => expect(isPublicAddress(text)).toBe(true))
})

describe('what may be registered', () => {
  test.each([
    '', 'example.org/hook', '/hook', 'ftp://example.org/', 'file:///etc/passwd', 'javascript:alert(1)', 'http://', 'https://user:secret@example.org/', 'https://user@example.org/', `https://example.org/${'x'.repeat(2_000)}`,
  ])('%j is refused everywhere', async text => {
    await expect(open.admit(text)).rejects.toSatisfy(error => isProblem(error, 'webhook-address'))
    await expect(guarded.admit(text)).rejects.toSatisfy(error => isProblem(error, 'webhook-address'))
  })

  test.each([
    'http://127.0.0.1:8080/', 'http://127.1/', 'http://2130706433/', 'http://0x7f.0.0.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:7f00:1]/', 'https://169.254.169.254/latest/meta-data', 'https://10.0.0.1/',
    'http://localhost/', 'http://localhost./',
  ])('%j only where private addresses are allowed', async text => {
    await expect(guarded.admit(text)).rejects.toSatisfy(error => isProblem(error, 'webhook-address'))
    await expect(open.admit(text)).resolves.toMatch(/^https?:\/\//)
  })

  test('a name is judged by everything it resolves to', async () => {
    const names: Record<string, string[]> = { 'good.test': [PUBLIC, '2606:4700:4700::1111'], 'inside.test': ['10.0.0.8'], 'mixed.test': [PUBLIC, '127.0.0.1'], 'none.test': [] }
    const outward = openOutward({ allowPrivate: false, resolve: async host => (names[host] ?? []).map(address) })
    expect(await outward.admit('HTTPS://Good.test/a b?c=1#part')).toBe('https://good.test/a%20b?c=1')
    for (const name of ['inside.test', 'mixed.test', 'none.test']) await expect(outward.admit(`https://${name}/`)).rejects.toSatisfy(error => isProblem(error, 'webhook-address'))
  })
})

describe('requests', () => {
  test('carry headers and body, and tell the status', async () => {
    const server = await receiver((_request, _n, response) => void response.writeHead(503, { 'retry-after': '7' }).end('later'))
    expect(await open.post(server.url, { 'x-one': '1' }, '{"a":"中"}')).toEqual({ status: 503, retryAfter: '7' })
    expect(server.received[0]).toMatchObject({ method: 'POST', path: '/hook', body: '{"a":"中"}', headers: { 'x-one': '1', 'content-length': '11' } })
  })

  test('do not follow redirects', async () => {
    const target = await receiver()
    const server = await receiver((_request, _n, response) => void response.writeHead(307, { location: target.url }).end())
    expect((await open.post(server.url, {}, '{}')).status).toBe(307)
    expect(target.received).toEqual([])
  })

  test('a name that came to mean a private address since it was registered is not connected to', async () => {
    const server = await receiver()
    let answer = PUBLIC
    const outward = openOutward({ allowPrivate: false, resolve: async () => [address(answer)] })
    const admitted = await outward.admit(`http://rebound.test:${server.port}/hook`)
    answer = '127.0.0.1'
    await expect(outward.post(admitted, {}, '{}')).rejects.toMatchObject({ name: 'Unreachable', reason: 'address-not-allowed' })
    await expect(outward.post(server.url, {}, '{}')).rejects.toMatchObject({ reason: 'address-not-allowed' })
    expect(server.received).toEqual([])
    // The same name reaches the same server where that is allowed, so the refusal and nothing else kept it away.
    const trusting = openOutward({ allowPrivate: true, resolve: async () => [address(answer)] })
    expect((await trusting.post(admitted, {}, '{}')).status).toBe(204)
  })

  test('a server that never answers, one that hangs up and one that is not there are told apart', async () => {
    const hasty = openOutward({ allowPrivate: true, timeoutMs: 150 })
    const silent = await receiver(() => undefined)
    await expect(hasty.post(silent.url, {}, '{}')).rejects.toMatchObject({ reason: 'timeout' })
    const rude = await receiver((_request, _n, response) => void response.socket!.destroy())
    await expect(hasty.post(rude.url, {}, '{}')).rejects.toMatchObject({ reason: 'ECONNRESET' })
    const gone = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => gone.once('listening', resolve))
    const { port } = gone.address() as AddressInfo
    await new Promise(resolve => gone.close(resolve))
    await expect(hasty.post(`http://127.0.0.1:${port}/`, {}, '{}')).rejects.toMatchObject({ reason: 'ECONNREFUSED' })
    await expect(hasty.post(`https://127.0.0.1:${silent.port}/`, {}, '{}')).rejects.toBeInstanceOf(Unreachable)
  })

  test('an answer without end is cut off and its status counts', async () => {
    let writing: NodeJS.Timeout | undefined
    const endless = await receiver((_request, _n, response) => {
      response.writeHead(200)
      writing = setInterval(() => response.write('x'.repeat(20_000)), 1)
      response.on('close', () => clearInterval(writing))
    })
    afterAll(() => clearInterval(writing))
    expect((await open.post(endless.url, {}, '{}')).status).toBe(200)
  })
})
