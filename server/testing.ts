/** A server over a test city, on a free port, and clients that hold every answer against the server's own description. */
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { FormatRegistry, type TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { afterAll, expect } from 'vitest'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import type { SignedIn } from '../runtime/access/actor.ts'
import { silentLog, type Log } from '../runtime/database/log.ts'
import { testCity, type TestCity } from '../runtime/testing.ts'
import { buildApp } from './app.ts'
import type { App } from './app-instance.ts'
import { library, librarySystem, town } from './fixtures/library.ts'
import { openParts, type Parts } from './parts.ts'
import { PROBLEM_TYPE } from './problems.ts'
import { ProblemDocument } from './schemas.ts'

FormatRegistry.Set('date', value => /^\d{4}-\d\d-\d\d$/.test(value))
FormatRegistry.Set('date-time', value => !Number.isNaN(Date.parse(value)))

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: any
  readonly text: string
}

export interface Client {
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  delete(path: string): Promise<Answer>
  request(method: string, path: string, init?: { readonly body?: string | Uint8Array; readonly headers?: Readonly<Record<string, string>> }): Promise<Answer>
}

export interface TestServer extends TestCity {
  readonly app: App
  readonly url: string
  readonly parts: Parts
  /** What the server takes for the present instant. */
  readonly clock: { now: string }
  /** What the server told its log at level error. */
  readonly errors: object[]
  readonly guest: Client
  as(actor: SignedIn): Promise<Client>
  withToken(token: string): Client
}

export async function testServer(): Promise<TestServer> {
  const city = await testCity({ systems: [librarySystem], calendar: stateCouncilCalendar })
  const clock = { now: '2026-03-02T02:00:00.000Z' }
  const errors: object[] = []
  const log: Log = { ...silentLog, error: (fields, message) => void errors.push({ ...fields, message }) }
  const { platform } = city
  const parts = openParts(platform, { allowPrivateWebhooks: true })
  const app = buildApp({ platform, parts, clock: () => clock.now, rungs: { library: 'works' }, demo: true, log })
  await app.listen({ host: '127.0.0.1', port: 0 })
  afterAll(() => app.close())
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return {
    ...city, app, url, parts, clock, errors,
    guest: clientOf(app, url, async () => undefined), withToken: token => clientOf(app, url, async () => token),
    as: async actor => clientOf(app, url, renewing(clock, () => tokenOf(city, actor, clock.now))),
  }
}

/** The people and posts that most tests need. */
export async function libraryCast(server: TestServer) {
  const reader = await server.person('王读者')
  const other = await server.person('李旁人')
  const librarian = await server.staff('张馆员', [{ post: 'library.librarian', unit: town }])
  const head = await server.staff('陈馆长', [{ post: 'library.head', unit: library }])
  const approver = await server.staff('赵审批', [{ post: 'library.approver', unit: library }])
  const clerk = await server.staff('钱窗口', [{ post: 'library.clerk', unit: '330200000000' }])
  const clients = { reader: await server.as(reader), other: await server.as(other), librarian: await server.as(librarian), head: await server.as(head), approver: await server.as(approver), clerk: await server.as(clerk) }
  return { people: { reader, other, librarian, head, approver, clerk }, ...clients }
}

/** Puts a person into the library's register, from which a card is decided at once. */
export async function register(server: TestServer, person: SignedIn, status: 'good' | 'barred'): Promise<void> {
  const { db, vault } = server.platform
  await db.queryOnce(`insert into library.patron (person, name, birth_date, status, _at, _trace) values ($1, $2, '1990-05-05', $3, $4, $5)`,
    [person.subject, vault.seal(JSON.stringify(person.name)), status, server.clock.now, randomUUID()])
}

/** An administrator's client; the test city makes people, firms and staff. */
export async function administrator(server: TestServer, name: string): Promise<Client> {
  const { accounts } = server.platform
  const person = await server.person(name)
  const username = `admin-${name}`
  await accounts.create({ username, password: PASSWORD, kind: 'admin', subject: person.subject, name, cheapHash: true }, server.clock.now)
  return server.withToken((await accounts.signIn(username, PASSWORD, server.clock.now)).token)
}

const PASSWORD = 'a long enough password'

/** Signs in by the account book: the tests of sessions do it by HTTP. */
async function tokenOf({ platform }: TestCity, actor: SignedIn, now: string): Promise<string> {
  const { rows } = await platform.db.queryOnce<{ username: string }>('select username from onevisit.account where id = $1', [actor.account])
  const { username } = rows[0]!
  return (await platform.accounts.signIn(username, `password-of-${username}`, now)).token
}

/** Tests move the clock by days; sessions last for hours. */
function renewing(clock: { readonly now: string }, signIn: () => Promise<string>): () => Promise<string> {
  let token: Promise<string> | undefined
  let since = Number.NaN
  return () => {
    if (!(Math.abs(Date.parse(clock.now) - since) < 3_600_000)) {
      since = Date.parse(clock.now)
      token = signIn()
    }
    return token!
  }
}

function clientOf(app: App, url: string, tokenNow: () => Promise<string | undefined>): Client {
  const request: Client['request'] = async (method, path, init = {}) => {
    const token = await tokenNow()
    const response = await fetch(url + path, { method, headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...init.headers }, ...(init.body === undefined ? {} : { body: init.body as NonNullable<RequestInit['body']> }) })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const answer = { status: response.status, headers: response.headers, text, body: type.includes('json') && text !== '' ? JSON.parse(text) as unknown : undefined }
    expectAsDescribed(app, method, path, answer)
    return answer
  }
  return {
    request,
    get: (path, headers) => request('GET', path, { headers: { ...headers } }),
    post: (path, body, headers) => request('POST', path, body === undefined ? { headers: { ...headers } } : { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    delete: path => request('DELETE', path),
  }
}

/** Errors are problem documents; answers have the shape that the route's schema, and so OpenAPI, promises. */
function expectAsDescribed(app: App, method: string, path: string, answer: Answer): void {
  if (method === 'HEAD') return
  if (answer.status >= 400) {
    expect(answer.headers.get('content-type'), `${method} ${path}`).toContain(PROBLEM_TYPE)
    expect([...Value.Errors(ProblemDocument, answer.body)].map(error => `${error.path}: ${error.message}`), `${method} ${path}`).toEqual([])
    expect(answer.body.type).toBe(`/errors/${answer.body.code}`)
    return
  }
  const response = app.routeTable.find(method, path.split('?')[0]!)?.schema.response as Readonly<Record<number, TSchema>> | undefined
  const schema = response?.[answer.status]
  if (schema === undefined || answer.body === undefined) return
  expect([...Value.Errors(schema, answer.body)].map(error => `${error.path}: ${error.message}`), `${method} ${path}: ${answer.text.slice(0, 500)}`).toEqual([])
}
