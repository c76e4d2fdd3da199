/** Whatever is sent to whichever route by whomever: no server error, and every refusal is a problem document. */
import { Agent, request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cardMatter, library, town } from './fixtures/library.ts'
import { PROBLEM_TYPE } from './problems.ts'
import { administrator, libraryCast, register, testServer, type TestServer } from './testing.ts'

let server: TestServer
/** Texts that lead somewhere, by the name of the parameter. */
let known: Readonly<Record<string, readonly string[]>>
let tokens: readonly (string | undefined)[]
/** Valid bodies by route. */
let bodies: Readonly<Record<string, readonly unknown[]>>
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
afterAll(() => agent.destroy())

beforeAll(async () => {
  server = await testServer()
  const cast = await libraryCast(server)
  await register(server, cast.people.reader, 'good')
  const suggestion = { values: { words: '多买些书' }, region: town, organ: library }
  const { body: { number } } = await cast.reader.post('/api/v1/systems/library/cases/suggestion', suggestion)
  const application = { matter: cardMatter.code, answers: { reason: 'first' }, values: { remark: 'x' }, uploads: {}, promises: ['loss'], consent: true }
  const { body: card } = await cast.reader.post('/api/v1/cases', application)
  const { body: pending } = await cast.other.post('/api/v1/cases', { ...application, values: { name: '李旁人' }, uploads: {} })
  const { body: hook } = await cast.reader.post('/api/v1/webhooks', { url: 'http://127.0.0.1:9/', types: ['onevisit.'] })
  const { body: credential } = await cast.reader.get(`/api/v1/credentials/${card.credentials[0].id}`)
  await administrator(server, '模糊')
  known = {
    number: [number, card.number, pending.number, 'LB20260302000000011'], move: ['drop', 'answer', 'askBack', 'complete', 'askCorrection', 'supplement', 'withdraw', 'accept'], code: [cardMatter.code], edition: ['2', '3'],
    id: [credential.id, hook.id, '1', '2', randomUUID()], system: ['library'], type: ['suggestion', 'application'], action: ['lend', 'audit'],
  }
  bodies = {
    '/api/v1/systems/:system/cases/:type': [suggestion], '/api/v1/cases': [application, { ...application, values: { name: '李旁人' } }], '/api/v1/systems/:system/actions/:action': [{ values: { copy: 'C-1', days: 3 } }, {}],
    '/api/v1/cases/:number/moves/:move': [1, 2].flatMap(version => [{ version }, { values: { reply: 'x' }, version, note: 'x' }, { values: { form: { name: 'x' }, uploads: {}, promises: [], answers: {} }, version }]),
    '/api/v1/sessions': [{ username: 'x', password: 'y' }], '/api/v1/matters/:code/prepare': [{ answers: { reason: 'lost' } }], '/api/v1/credentials/verify': [{ id: credential.id }, { code: credential.signed }],
    '/api/v1/webhooks': [{ url: 'http://127.0.0.1:9/', types: ['onevisit.'] }], '/api/v1/matters/editions': [{ ...cardMatter, edition: 2 }],
  }
  tokens = [undefined, ...await Promise.all([cast.people.reader, cast.people.other, cast.people.librarian, cast.people.approver].map(async ({ account }) => {
    const { username } = (await server.platform.db.queryOnce<{ username: string }>('select username from onevisit.account where id = $1', [account])).rows[0]!
    return (await server.platform.accounts.signIn(username, `password-of-${username}`, server.clock.now)).token
  })), (await server.platform.accounts.signIn('admin-模糊', 'a long enough password', server.clock.now)).token]
})

interface Sent { readonly method: string; readonly path: string; readonly headers: OutgoingHttpHeaders; readonly body: string | undefined }

function send({ method, path, headers, body }: Sent): Promise<{ readonly status: number; readonly type: string; readonly text: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) }, agent }, incoming => {
      let text = ''
      incoming.setEncoding('utf8').on('data', chunk => { text += String(chunk) }).on('end', () => resolve({ status: incoming.statusCode!, type: incoming.headers['content-type'] ?? '', text })).on('error', reject)
    })
    outgoing.on('error', reject).end(body)
  })
}

const NASTY = ['', ' ', '\u0000', '\ud800', '__proto__', 'constructor', 'null', '-1', '1e999', '2147483648', '9223372036854775808', '0001-01-01', '275760-09-13', '2026-02-30T25:61:61Z', 'infinity', '%', `' or 1=1; --`, '<script>', '../../etc/passwd', '\u202e', '😀'.repeat(50), 'a'.repeat(3_000), '{"a":', 'urn:uuid:00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000']
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 20 }))
/** For a parameter: mostly what exists. */
const parameter = fc.oneof({ weight: 4, arbitrary: fc.nat().map(i => (name: string) => known[name]?.[i % known[name].length] ?? 'x') }, text.map(any => () => any))
const json = fc.oneof(fc.constantFrom<unknown>(...NASTY, null, 0, -0, 1e308, 2 ** 53, [], {}, [[[]]], { zh: 1 }), fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 }))

type Mutation = { readonly way: readonly number[]; readonly value: unknown; readonly name: string | undefined }
const mutation: fc.Arbitrary<Mutation> = fc.record({ way: fc.array(fc.nat(), { maxLength: 4 }), value: json, name: fc.option(text, { nil: undefined }) })

/** A body with something else in one place, and perhaps a member more. */
function mutated(body: unknown, { way, value, name }: Mutation): unknown {
  const copy = structuredClone(body) as Record<string, unknown>
  let at = copy
  way.forEach((step, i) => {
    const names = Object.keys(at)
    const key = names[step % names.length]
    if (key === undefined) return
    const next = at[key]
    if (i === way.length - 1 || typeof next !== 'object' || next === null) at[key] = structuredClone(value)
    else at = next as Record<string, unknown>
  })
  // Not on lists: a name like 2147483648 would be a place in them.
  if (name !== undefined && !Array.isArray(at)) Object.defineProperty(at, name, { value: structuredClone(value), enumerable: true, configurable: true, writable: true })
  return copy
}

/** For a route: a valid body, one of those changed, any JSON, or anything at all. */
const content = fc.oneof(
  fc.nat().map(which => (valid: readonly unknown[]) => JSON.stringify(valid[which % valid.length])),
  { weight: 3, arbitrary: fc.tuple(fc.nat(), mutation).map(([which, change]) => (valid: readonly unknown[]) => JSON.stringify(mutated(valid[which % valid.length], change))) },
  json.map(value => () => JSON.stringify(value)), fc.string({ unit: 'binary', maxLength: 200 }).map(any => () => any),
)
const cursor = fc.array(fc.oneof(text, fc.double(), fc.integer(), fc.constant(null), fc.date({ noInvalidDate: true }).map(date => date.toISOString())), { maxLength: 3 }).map(parts => Buffer.from(JSON.stringify(parts)).toString('base64url'))
const query = fc.dictionary(fc.constantFrom('limit', 'after', 'q', 'region', 'audience', 'number', 'system', 'type', 'state', 'live', 'dueFrom', 'dueBefore', 'leaf', 'size', 'from', 'to', 'case', 'language', 'x'), fc.oneof(text, fc.nat().map(i => Object.values(known).flat()[i % 20] ?? ''), cursor, fc.constantFrom('1', '100', 'open', 'done', 'true', '2026-03-02T00:00:00Z', town)), { maxKeys: 4 })
const header = fc.string({ unit: fc.constantFrom(...'azAZ09 ;,=/*."-_é'), maxLength: 30 })
const headers = fc.record({
  'content-type': fc.oneof({ weight: 6, arbitrary: fc.constant('application/json') }, fc.constantFrom('text/plain', 'multipart/form-data; boundary=a', 'application/json; charset=utf-16'), header),
  accept: fc.oneof(fc.constantFrom('application/json', 'text/html'), header), 'accept-language': header, 'idempotency-key': fc.oneof(header, fc.uuid(), fc.uuid(), fc.constantFrom('fuzz-key-1', 'fuzz-key-2')), authorization: header, 'x-forwarded-for': header,
}, { requiredKeys: ['content-type'] })

/** Well-formed percent-encoding, or none at all. */
const encoded = (value: string) => encodeURIComponent(value.toWellFormed())
const raw = fc.string({ unit: fc.constantFrom(...`abz019%/?&=.;:@'"<>()[]{}\\^~|*+,$!#-_`), maxLength: 30 })

it('never ends in a server error', { timeout: 240_000 }, async () => {
  const routes = server.app.routeTable.routes.filter(route => route.method !== 'HEAD')
  const target = fc.oneof({ weight: 9, arbitrary: fc.record({ route: fc.nat(), parameters: fc.array(parameter, { minLength: 3, maxLength: 3 }), query }).map(({ route, parameters, query: asked }) => {
    const { method, url } = routes[route % routes.length]!
    let i = 0
    const path = url.replace(/:(\w+)/g, (_, name: string) => encoded(parameters[i++]!(name)) || 'x')
    const search = Object.entries(asked).map(([name, value]) => `${name}=${encoded(value)}`).join('&')
    return { method, url, path: search === '' ? path : `${path}?${search}` }
  }) }, { weight: 1, arbitrary: fc.record({ method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'), path: raw.map(path => `/${path}`), url: fc.constant('') }) })

  const statuses = new Map<number, number>()
  await fc.assert(fc.asyncProperty(target, headers, fc.nat(), content, async ({ method, path, url }, given, who, bodyFor) => {
    // Signing out ends the others' session too.
    const token = method === 'DELETE' && url === '/api/v1/sessions' ? undefined : tokens[who % tokens.length]
    const authorization = token === undefined ? given.authorization : `Bearer ${token}`
    const answer = await send({ method, path, headers: { ...given, ...(authorization === undefined ? {} : { authorization }) }, body: method === 'GET' || method === 'HEAD' ? undefined : bodyFor(bodies[url] ?? [{}]) })
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    expect(answer.status, answer.text).toBeLessThan(500)
    if (answer.status >= 400 && method !== 'HEAD') {
      expect(answer.type).toContain(PROBLEM_TYPE)
      const problem = JSON.parse(answer.text) as Record<string, unknown>
      expect(problem).toMatchObject({ status: answer.status, type: `/errors/${String(problem['code'])}`, title: expect.any(String), errors: expect.any(Array) })
    }
  }), { numRuns: 2_000, interruptAfterTimeLimit: 200_000, markInterruptAsFailure: false })
  expect(server.errors).toEqual([])
  // The runs reached more than the first refusals.
  for (const status of [200, 401, 403, 404, 415, 422]) expect([...statuses.keys()], `no ${status} among ${JSON.stringify([...statuses])}`).toContain(status)
  expect((await send({ method: 'GET', path: '/healthz', headers: {}, body: undefined })).status).toBe(200)
})
