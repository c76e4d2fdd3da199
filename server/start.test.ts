/** A whole server in this process: it answers, works in the background, and lets go of everything when it stops. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { composeCitizenId } from '../kernel/codes/citizen-id.ts'
import { silentLog } from '../runtime/database/log.ts'
import { testDatabase } from '../runtime/database/testing.ts'
import { library, librarySystem, town } from './fixtures/library.ts'
import { startServer, type ServerOptions } from './start.ts'

const { connectionString, db } = await testDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-start-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))
const options: ServerOptions = { env: { DATABASE_URL: connectionString }, dataDir, port: 0, log: silentLog, demo: true, systems: [librarySystem] }
const password = 'a long enough password'

async function call(url: string, path: string, body?: unknown, token?: string): Promise<{ readonly status: number; readonly body: any }> {
  const response = await fetch(url + path, { method: body === undefined ? 'GET' : 'POST', headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { status: response.status, body: await response.json() }
}

/** Sessions of servers; a session that was ended takes the database a moment to forget. */
async function sessions(): Promise<number> {
  const { rows } = await db.queryOnce<{ n: number }>(`select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name like 'onevisit%'`)
  return rows[0]!.n
}

describe('the server', () => {
  it('prepares, answers on loopback, numbers the ledger by itself, and starts again on the same data', async () => {
    const first = await startServer({
      ...options,
      async prepare({ subjects, accounts }) {
        const now = new Date().toISOString()
        const subject = await subjects.register({ class: 'person', name: '甄启动', identity: composeCitizenId({ region: '330203', birth: '1990-05-05', sequence: 1 }) }, now)
        await accounts.create({ username: 'zhen', password, kind: 'person', subject, name: '甄启动', cheapHash: true }, now)
      },
    })
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await call(first.url, '/healthz')).body).toEqual({ status: 'ok', demo: true })
    const { body: { token } } = await call(first.url, '/api/v1/sessions', { username: 'zhen', password })
    const { status, body: { number } } = await call(first.url, '/api/v1/systems/library/cases/suggestion', { values: { words: '留下' }, region: town, organ: library }, token)
    expect(status).toBe(201)
    for (let i = 0; i < 500 && (await call(first.url, '/api/v1/ledger/checkpoint', undefined, token)).body.size === 0; i++) await sleep(20)
    expect((await call(first.url, '/api/v1/ledger/checkpoint', undefined, token)).body.size).toBe(1)
    await first.close()
    await expect(fetch(`${first.url}/healthz`)).rejects.toThrow()

    const second = await startServer(options)
    expect((await call(second.url, `/api/v1/cases/${number}`, undefined, token)).body).toMatchObject({ number, values: { words: '留下' } })
    await second.close()
    // Every session of the two servers is gone; this test's own remain.
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0)
  })

  it('says which port is taken, and lets go of the database', async () => {
    const blocker = createServer()
    await new Promise<void>(resolve => blocker.listen(0, '127.0.0.1', resolve))
    const { port } = blocker.address() as AddressInfo
    await expect(startServer({ ...options, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    blocker.close()
    const again = await startServer({ ...options, port: 0 })
    await again.close()
  })

  it('closes what it opened when preparing fails', async () => {
    await expect(startServer({ ...options, prepare: () => Promise.reject(new Error('no demo city')) })).rejects.toThrow('no demo city')
    await expect.poll(sessions, { timeout: 10_000 }).toBe(0)
  })
})
