import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase, type DatabaseOptions } from './database.ts'
import { sandbox } from './testing-embedded.ts'
import { migrate } from './migrations.ts'
import { requireSupported } from './readiness.ts'
import { createTestDatabase, testServerUrl } from './test-databases.ts'
import { eventually } from './testing.ts'

/** A PostgreSQL that is not ours, of another version, where the machine has one. */
const OTHER = process.env['ONEVISIT_TEST_OTHER_DATABASE_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/test'

async function open(options: Partial<DatabaseOptions>) {
  const database = await openDatabase({ env: {}, dataDir: join(sandbox(), 'data'), ...options })
  onTestFinished(() => database.stop().catch(() => undefined))
  return database
}

const external = (url: string, more: Partial<DatabaseOptions> = {}) => open({ env: { DATABASE_URL: url }, ...more })

async function onServer(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}

/** A throw-away database, made as the SQL after its name says. */
async function throwAway(server: string, how: string): Promise<string> {
  const url = new URL(server)
  const name = `onevisit_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  await onServer(server, `create database ${name} ${how}`)
  onTestFinished(async () => void (await onServer(server, `drop database ${name} with (force)`)))
  url.pathname = `/${name}`
  return url.href
}

test('without DATABASE_URL the embedded database is opened, and stopped with the rest', async () => {
  const { db, kind, embedded, connectionString, stop } = await open({ env: { DATABASE_URL: '' } })
  expect(kind).toBe('embedded')
  expect(embedded?.connectionString).toBe(connectionString)
  expect((await db.queryOnce('select current_database() as name')).rows).toEqual([{ name: 'onevisit' }])
  await stop()
  await expect(onServer(connectionString, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('with DATABASE_URL that database is opened, by several processes on one data directory if need be', async () => {
  const { connectionString, drop } = await createTestDatabase()
  onTestFinished(drop)
  const dataDir = join(sandbox(), 'data')
  const [one, two] = [await external(connectionString, { dataDir }), await external(connectionString, { dataDir, applicationName: 'two' })]
  expect([one.kind, two.kind]).toEqual(['external', 'external'])
  await one.db.script('create table shared (n int); insert into shared values (1)')
  expect((await two.db.queryOnce(`select n, current_setting('application_name') as who from shared`)).rows).toEqual([{ n: 1, who: 'two' }])
  await one.stop()
  expect((await two.db.queryOnce('select n from shared')).rows).toEqual([{ n: 1 }])
})

test('an older PostgreSQL that is supported does all the same', async ({ skip }) => {
  const version = await onServer(OTHER, `select current_setting('server_version_num')::int / 10000 as major`).catch((error: Error) => error.message || String(error))
  if (typeof version === 'string') return skip(`no other PostgreSQL: ${version}`)
  const url = await throwAway(OTHER, 'encoding UTF8 template template0')
  const { db } = await external(url)
  expect(await migrate(db, [{ id: '0001-a', sql: 'create table a (id int8 primary key, at timestamptz)' }])).toEqual({ applied: ['0001-a'], unknown: [] })
  const heard: string[] = []
  await db.listen('a', (payload) => heard.push(payload))
  await db.transaction(async (tx) => {
    await tx.query('add', 'insert into a values ($1, $2)', [1, '2026-01-01T00:00:00.000Z'])
    await tx.query('notify', `select pg_notify('a', 'added')`)
  })
  expect((await db.query('read', 'select id, at from a')).rows).toEqual([{ id: 1, at: '2026-01-01T00:00:00.000Z' }])
  await eventually(() => heard).toEqual(['added'])
})

test.each([
  ['not a url', 'it is no URL'],
  ['mysql://u@h/d', 'it begins with mysql:'],
  ['postgresql://u@h', 'it names no database'],
])('DATABASE_URL=%s is refused: %s', async (url, reason) => {
  await expect(external(url)).rejects.toMatchObject({
    code: 'database-url-invalid',
    message: `DATABASE_URL is not valid: ${reason}. Its form is postgresql://user:password@host:port/database.`,
  })
})

test('a refusal is said at once, without the password', async () => {
  const url = new URL(await testServerUrl())
  url.pathname = '/absent'
  await expect(external(url.href)).rejects.toMatchObject({
    code: 'database-refused',
    message: `The database ${url.hostname}:${url.port}/absent refused the connection: database "absent" does not exist`,
  })
})

test('a database that does not answer is said after the time given', async () => {
  await expect(external('postgresql://u:secret@127.0.0.1:1/d', { readyTimeoutMs: 200 })).rejects.toMatchObject({
    code: 'database-not-ready',
    message: 'The database 127.0.0.1:1/d did not answer within 0.2 seconds: connect ECONNREFUSED 127.0.0.1:1',
  })
})

test('a database that comes up while we wait is used', async () => {
  const server = await testServerUrl()
  const url = await throwAway(server, 'allow_connections true')
  const { pathname } = new URL(url)
  await onServer(server, `alter database ${pathname.slice(1)} connection limit 0; create role late_${process.pid} login password 'x'`)
  onTestFinished(async () => void (await onServer(server, `drop role late_${process.pid}`)))
  const asLate = new URL(url)
  asLate.username = `late_${process.pid}`
  asLate.password = 'x'
  const opening = external(asLate.href)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await onServer(server, `alter database ${pathname.slice(1)} connection limit -1`)
  expect((await opening).kind).toBe('external')
})

test('a database in another encoding is refused', async () => {
  const url = await throwAway(await testServerUrl(), `encoding SQL_ASCII locale 'C' locale_provider libc template template0`)
  await expect(external(url)).rejects.toMatchObject({ code: 'database-encoding-unsupported', params: { found: 'SQL_ASCII' } })
})

test('a database whose letters are only ASCII is used with a warning', async () => {
  const url = await throwAway(await testServerUrl(), `encoding UTF8 locale 'C' locale_provider libc template template0`)
  const warnings: string[] = []
  await external(url, { log: { info() {}, error() {}, warn: (_, message) => void warnings.push(message) } })
  expect(warnings).toEqual(['LC_CTYPE of the database is C: searching for parts of Chinese words will find nothing'])
})

test('a PostgreSQL that is too old is refused', () => {
  const info = { version: '13.9', major: 13, encoding: 'UTF8', ctype: 'C.UTF-8' }
  const url = 'postgresql://u:secret@db:5432/city'
  expect(() => requireSupported(info, url)).toThrow('The database db:5432/city is PostgreSQL 13.9; OneVisit needs 14 or later.')
  expect(() => requireSupported({ ...info, version: '14.0', major: 14 }, url)).not.toThrow()
})
