/** Two server processes on one database: a load goes through both while one is killed; no timer and no task runs twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testDatabase, type TestDatabase } from '../runtime/database/testing.ts'
import { demoAccounts, signIn } from './processes/demo-session.ts'
import { startServerProcess, type ServerProcess } from './processes/server-process.ts'

const CASES = 600
const REGION = '330203001000'

const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-two-'))
let database: TestDatabase
let servers: ServerProcess[] = []
let token = ''

beforeAll(async () => {
  database = await testDatabase()
  const start = () => startServerProcess({ env: { DATABASE_URL: database.connectionString, ONEVISIT_DATA: dataDir, PORT: '0' }, program: ['tests/processes/pulse-server.ts'] })
  servers = [await start(), await start()]
  token = await signIn(servers[0]!.url, demoAccounts(dataDir).find(account => account.roles.includes('clerk'))!)
  await database.db.queryOnce(`insert into onevisit.account_post (account, post, unit, valid_from)
    select id, 'pulse.nurse', '330203000000', '2020-01-01' from onevisit.account where username = 'clerk1'`)
}, 120_000)

afterAll(async () => {
  await Promise.all(servers.map(server => server.kill('SIGTERM')))
  rmSync(dataDir, { recursive: true, force: true })
})

test('a load through two servers, one of which is killed, fires each timer and stores each case once', { timeout: 180_000 }, async () => {
  const live = () => servers.map(server => server.url)
  const numbers: string[] = []
  let stored = 0
  const opening = eachAtOnce(Array.from({ length: CASES }, (_unused, i) => i), 32, async i => {
    numbers.push(await openUntilAnswered(live, i))
    stored++
  })
  while (stored < CASES / 3) await new Promise(resolve => setTimeout(resolve, 10))
  const [doomed] = servers
  servers = servers.slice(1)
  await doomed!.kill('SIGKILL')
  console.log(`killed one server after ${stored} of ${CASES} cases`)
  await opening

  expect(new Set(numbers).size).toBe(CASES)
  expect(await count(`select count(*)::int as n from onevisit.cases where system = 'pulse'`)).toBe(CASES)
  await eventually(async () => await count(`select count(*)::int as n from onevisit.cases where system = 'pulse' and state = 'beating'`) === CASES)
  expect(await count(`select count(*)::int as n from onevisit.events where system = 'pulse' and move = 'beat'`)).toBe(CASES)
  expect(await count(`select count(*)::int as n from onevisit.cases where system = 'pulse' and (values->>'beats')::int <> 1`)).toBe(0)
  expect(await count(`select count(*)::int as n from onevisit.timer where system = 'pulse'`)).toBe(0)
  expect(await count(`select count(*)::int as n from (select number, key from onevisit.inbox where system = 'pulse' group by number, key having count(*) > 1) twice`)).toBe(0)
  expect(await count(`select count(*)::int as n from onevisit.inbox where system = 'pulse' and state = 'open'`)).toBe(CASES)
})

test('a task done through one server cannot be done again through another', { timeout: 60_000 }, async () => {
  servers.push(await startServerProcess({ env: { DATABASE_URL: database.connectionString, ONEVISIT_DATA: dataDir, PORT: '0' }, program: ['tests/processes/pulse-server.ts'] }))
  const { rows } = await database.db.queryOnce<{ number: string; version: number }>(`select number, version from onevisit.cases where system = 'pulse' and state = 'beating' limit 50`)
  expect(rows).toHaveLength(50)
  for (const { number, version } of rows) {
    const answers = await Promise.all(servers.map(server => post(`${server.url}/api/v1/cases/${number}/moves/stop`, { values: {}, note: null, version }, randomUUID())))
    expect(answers.map(answer => answer.status).sort()).toEqual([200, 409])
  }
  expect(await count(`select count(*)::int as n from onevisit.events where system = 'pulse' and move = 'stop'`)).toBe(50)
})

async function openUntilAnswered(urls: () => readonly string[], n: number): Promise<string> {
  const key = `pulse-${n}-${'x'.repeat(8)}`
  for (let attempt = 0; attempt < 400; attempt++) {
    const list = urls()
    try {
      const { status, body } = await post(`${list[(n + attempt) % list.length]}/api/v1/systems/pulse/cases/beat`, { values: { n }, region: REGION }, key)
      if (status === 201) return (body as { number: string }).number
      if (status !== 503) throw new Refused(`${status} ${JSON.stringify(body)}`)
    } catch (error) {
      if (error instanceof Refused) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`case ${n} was not answered`)
}

class Refused extends Error {}

async function post(url: string, body: unknown, key: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key }, body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}

async function count(text: string): Promise<number> {
  const { rows } = await database.db.queryOnce<{ n: number }>(text)
  return rows[0]!.n
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 900; i++) {
    if (await holds()) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('it did not come to hold within 90 s')
}

async function eachAtOnce<T>(items: readonly T[], width: number, run: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < items.length) await run(items[next++]!)
  }))
}
