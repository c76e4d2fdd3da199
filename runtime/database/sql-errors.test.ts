import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { installedPackage, usableBinaries } from './binaries.ts'
import { serverEnvironment } from './cluster.ts'
import type { Embedded } from './embedded.ts'
import { openPool, type Db, type PoolOptions } from './pool.ts'
import { freePort } from './port.ts'
import { defaultSettings, serverArguments } from './server-settings.ts'
import { isConnectionLost, isRetryable, sqlState } from './sql-errors.ts'
import { copyOf, run, seedDataDir, start, until } from './testing-embedded.ts'
import { relay } from './testing-relay.ts'
import { runAs, serverAccount } from './unprivileged.ts'

// Made once by a first start, and copied by the tests that need a database.
const seed = await seedDataDir()

function pool(connectionString: string, options: Partial<PoolOptions> = {}): Db {
  const opened = openPool({ connectionString, ...options })
  onTestFinished(() => opened.close())
  return opened
}

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => Promise.reject(new Error('expected it to fail')),
    (error: unknown) => error,
  )

/** What a log would show: SQLSTATE or the system's code, and the text. */
const shown = (error: unknown): string => {
  const { code = '', message } = error as Error & { code?: string }
  return `${code} ${message}`.trim()
}

/** Everything users of the pool do, under way for a minute; settled to the errors they end with. */
async function everyUse(db: Db, connectionString: string): Promise<() => Promise<unknown[]>> {
  const uses = [
    db.query('use', 'select pg_sleep(60)'),
    db.queryOnce('select pg_sleep(60)'),
    db.script('begin; insert into kept values (-1); select pg_sleep(60); commit'),
    db.transaction((tx) => tx.queryOnce('insert into kept values (-1)').then(() => tx.queryOnce('select pg_sleep(60)'))),
    db.transaction((tx) => tx.queryOnce('select pg_sleep(60)').catch(() => tx.queryOnce('select 1'))),
    db.transaction((tx) => tx.queryOnce('select pg_sleep(60)').catch(() => undefined)),
    db.withClient((client) => client.query('select pg_sleep(60)')),
  ]
  const errors = Promise.all(uses.map(failure))
  await until(async () => (await run(connectionString, `select from pg_stat_activity where state = 'active' and wait_event = 'PgSleep'`)).length === uses.length)
  return () => errors
}

/** Asks until the database answers again; what it said until then. */
async function errorsUntilBack(db: Db, atLeast = 0): Promise<unknown[]> {
  const errors: unknown[] = []
  await until(() => db.queryOnce('select 1').then(() => errors.length >= atLeast, (error: unknown) => (errors.push(error), false)))
  return errors
}

function expectRetryable(errors: unknown[]): void {
  expect(errors.filter((error) => !isRetryable(error) || !isConnectionLost(error)).map(shown)).toEqual([])
}

const kept = async (embedded: Embedded) => await run(embedded.connectionString, 'select count(*)::int as n from kept')

describe('a statement under way may be tried again', () => {
  test('when its own session is killed, when that takes the other sessions along, and while the server recovers', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const [victim, other, late] = [pool(embedded.connectionString), pool(embedded.connectionString, { max: 20 }), pool(embedded.connectionString)]
    const ended = await everyUse(other, embedded.connectionString)
    const killed = failure(victim.queryOnce(`select pg_sleep(60) as victim`))
    const pidOfVictim = async () => (await run(embedded.connectionString, `select pid from pg_stat_activity where query like '%as victim' and wait_event = 'PgSleep'`))[0]?.['pid'] as number
    await until(async () => (await pidOfVictim()) !== undefined)
    process.kill(await pidOfVictim(), 'SIGKILL')
    expect(shown(await killed)).toMatch(/^Connection terminated unexpectedly$|^ECONNRESET /)
    const others = await ended()
    expectRetryable([await killed, ...others, ...(await errorsUntilBack(late))])
    // 57P02 comes as a warning before the end, never as an error.
    expect(others.map(shown)).toContain('Connection terminated unexpectedly')
    expect(await kept(embedded)).toEqual([{ n: 0 }])
  })

  test('when the postmaster is killed, and until the server is back', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const db = pool(embedded.connectionString, { max: 20 })
    const ended = await everyUse(db, embedded.connectionString)
    process.kill(embedded.pid, 'SIGKILL')
    const [during, until] = [await ended(), await errorsUntilBack(db)]
    expectRetryable([...during, ...until])
    expect(await kept(embedded)).toEqual([{ n: 0 }])
  })

  test.each([
    ['fast', '57P01 terminating connection due to administrator command'],
    ['immediate', 'Connection terminated unexpectedly'],
  ] as const)('when the server is stopped in the way called %s, and after it', async (mode, text) => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const db = pool(embedded.connectionString, { max: 20 })
    const ended = await everyUse(db, embedded.connectionString)
    await embedded.stop(mode)
    const errors = await ended()
    expectRetryable(errors)
    expect(errors.map(shown)).toContain(text)
    const byName = embedded.connectionString.replace('127.0.0.1', 'localhost')
    const after = [await failure(db.queryOnce('select 1')), await failure(pool(byName).queryOnce('select 1')), await failure(pool(byName).listen('c', () => undefined))]
    expectRetryable(after)
    expect(after.map((error) => (error as { code?: string }).code)).toContain('ECONNREFUSED')
  })

  test('when the connection is broken off on the way', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const way = await relay(embedded.connectionString)
    const db = pool(way.connectionString, { max: 20 })
    const ended = await everyUse(db, embedded.connectionString)
    way.reset()
    const errors = await ended()
    expectRetryable(errors)
    expect(errors.map((error) => (error as { code?: string }).code)).toContain('ECONNRESET')
  })
})

describe('a new session may be tried again', () => {
  test('while the server stops', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const lingering = new pg.Client({ connectionString: embedded.connectionString })
    lingering.on('error', () => undefined)
    await lingering.connect()
    const stopped = embedded.stop('smart')
    const db = pool(embedded.connectionString)
    let error: unknown
    await until(() => db.queryOnce('select 1').then(() => false, (e: unknown) => ((error = e), true)))
    expect(shown(error)).toBe('57P03 the database system is shutting down')
    expectRetryable([error])
    await lingering.end()
    await stopped
  })

  test('while the server starts', async () => {
    const dataDir = copyOf(seed)
    const pgdata = join(dataDir, 'postgres')
    const { uid, gid } = statSync(pgdata)
    // A server that waits for the journal of another one, and takes no sessions while it does.
    writeFileSync(join(pgdata, 'standby.signal'), '')
    if (process.getuid?.() === 0) chownSync(join(pgdata, 'standby.signal'), uid, gid)
    const account = serverAccount(dataDir, pgdata)
    const binaries = usableBinaries(installedPackage(), dataDir, account)
    const port = await freePort()
    const args = serverArguments(pgdata, port, { ...defaultSettings(false), hot_standby: 'off', logging_collector: 'off' })
    const server = spawn(binaries.postgres, args, { stdio: 'ignore', env: serverEnvironment(), cwd: '/', ...runAs(account) })
    onTestFinished(async () => {
      const ended = once(server, 'exit')
      server.kill('SIGQUIT')
      await ended
    })
    const db = pool(`postgresql://onevisit@127.0.0.1:${port}/onevisit`)
    const errors: unknown[] = []
    await until(async () => sqlState(errors[errors.push(await failure(db.queryOnce('select 1'))) - 1]) === '57P03')
    expectRetryable(errors)
  })

  test('while the server does not answer at all', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const [db, crowded] = [pool(embedded.connectionString, { connectTimeoutMs: 300 }), pool(embedded.connectionString, { connectTimeoutMs: 300, max: 1 })]
    process.kill(embedded.pid, 'SIGSTOP')
    try {
      const errors = await Promise.all([failure(db.queryOnce('select 1')), failure(db.transaction(() => Promise.resolve())), failure(crowded.queryOnce('select 1')), failure(crowded.queryOnce('select 1'))])
      expectRetryable(errors)
      expect(errors.map(shown)).toContain('Connection terminated due to connection timeout')
    } finally {
      process.kill(embedded.pid, 'SIGCONT')
    }
  })

  test('when there are too many, when it was idle too long, when its database was dropped', async () => {
    const embedded = await start({ dataDir: copyOf(seed) })
    const db = pool(embedded.connectionString)
    await db.script(`create role few login password 'x' connection limit 0`)
    const few = new URL(embedded.connectionString)
    Object.assign(few, { username: 'few', password: 'x' })
    const tooMany = await failure(pool(few.href).queryOnce('select 1'))
    expect(sqlState(tooMany)).toBe('53300')
    expect(isRetryable(tooMany)).toBe(true)

    const idle = await failure(
      db.transaction(async (tx) => {
        await tx.queryOnce(`set local idle_in_transaction_session_timeout = '50ms'`)
        await until(async () => (await run(embedded.connectionString, `select from pg_stat_activity where state = 'idle in transaction'`)).length === 0)
        await tx.queryOnce('select 1')
      }),
    )
    await db.queryOnce('create database doomed')
    const doomed = new URL(embedded.connectionString)
    doomed.pathname = '/doomed'
    const dropped = failure(pool(doomed.href).queryOnce('select pg_sleep(60)'))
    await until(async () => (await run(embedded.connectionString, `select from pg_stat_activity where datname = 'doomed' and wait_event = 'PgSleep'`)).length === 1)
    await db.queryOnce('drop database doomed with (force)')
    expectRetryable([idle, await dropped])
  })

  test('when the name of the server is not known', async () => {
    // Too long for a name, so nobody is asked for it.
    const error = await failure(pool(`postgresql://u:p@${'a'.repeat(64)}.invalid/d`).queryOnce('select 1'))
    expect(shown(error)).toMatch(/^ENOTFOUND /)
    expectRetryable([error])
  })
})
