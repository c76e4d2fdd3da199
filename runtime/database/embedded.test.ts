import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { account, copyOf, hold, isRunning, kill9, processesIn, sandbox, spawnHolder, start, until, userOf, whyNoAccounts } from './embedded-sandbox.ts'
import { startEmbedded } from './embedded.ts'
import { DatabaseError } from './errors.ts'
import { openPool } from './pool.ts'
import { ownership } from './postmaster-pid.ts'
import { isRetryable } from './sql-errors.ts'

// One database made by a first start, stopped, and copied by the tests that need one.
let seed: string

beforeAll(async () => {
  seed = join(mkdtempSync(join(tmpdir(), 'onevisit-sandbox-')), 'data')
  chmodSync(join(seed, '..'), 0o711)
  const embedded = await startEmbedded({ dataDir: seed })
  await run(embedded.connectionString, 'create table kept (n int)')
  await embedded.stop()
})

afterAll(() => rmSync(join(seed, '..'), { recursive: true, force: true }))

/** One statement on a session of its own. */
async function run(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end().catch(() => undefined)
  }
}

const failed = (promise: Promise<unknown>): Promise<DatabaseError> =>
  promise.then(
    () => Promise.reject(new Error('expected it to fail')),
    (error: unknown) => error as DatabaseError,
  )

describe('first start', () => {
  test('creates a UTF-8 database in which pg_trgm finds Chinese and order is by code point', async () => {
    const { connectionString } = await start({ dataDir: copyOf(seed) })
    await run(connectionString, 'create extension pg_trgm; create extension pg_stat_statements; create extension btree_gist')
    const [row] = await run(
      connectionString,
      `select current_setting('server_encoding') as encoding, current_database() as database, current_user as user,
              cardinality(show_trgm('一网通办')) as trigrams, similarity('一网通办服务', '一网通办') > 0.3 as similar,
              upper('é') as upper, (select array_agg(x order by x) from unnest(array['b', 'A', '办', 'a', 'B']) x) as sorted,
              (select count(*) > 0 from pg_stat_statements) as counts`,
    )
    expect(row).toEqual({ encoding: 'UTF8', database: 'onevisit', user: 'onevisit', trigrams: 5, similar: true, upper: 'É', sorted: ['A', 'B', 'a', 'b', '办'], counts: true })
  })

  test('runs with durable settings for a small machine, on loopback only', async () => {
    const { connectionString, pid } = await start({ dataDir: copyOf(seed) })
    const rows = await run(connectionString, 'select name, current_setting(name) as value from pg_settings')
    const settings = Object.fromEntries(rows.map(({ name, value }) => [name, value]))
    expect(settings).toMatchObject({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      shared_buffers: '256MB',
      max_connections: '100',
      wal_level: 'logical',
      max_wal_size: '2GB',
      checkpoint_timeout: '15min',
      jit: 'off',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      shared_preload_libraries: 'pg_stat_statements',
      logging_collector: 'on',
      log_rotation_age: '1d',
      TimeZone: 'UTC',
    })
    if (process.getuid?.() === 0) expect(userOf(pid)).not.toBe(0)
  })

  test('keeps other local users out: a random password in a file only we can read', async () => {
    const dataDir = copyOf(seed)
    const { connectionString } = await start({ dataDir })
    const file = join(dataDir, 'postgres.password')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(new URL(connectionString).password).toBe(readFileSync(file, 'utf8').trim())
    const [{ method } = {}] = await run(connectionString, `select string_agg(distinct auth_method, ',') as method from pg_hba_file_rules`)
    expect(method).toBe('scram-sha-256')
    for (const password of ['', 'onevisit']) {
      const url = new URL(connectionString)
      url.password = password
      await expect(run(url.href, 'select 1')).rejects.toThrow(/password/)
    }
  })

  test('killed while creating the database, the next start creates it whole', async () => {
    const dataDir = join(sandbox(), 'data')
    const child = spawnHolder(dataDir)
    const draft = () => readdirSync(dataDir).find((name) => name.startsWith('postgres.draft-') && statSync(join(dataDir, name)).isDirectory())
    await until(() => attemptList(() => draft() !== undefined && readdirSync(join(dataDir, draft()!, 'pgdata')).includes('PG_VERSION')))
    await kill9(child)
    expect(readdirSync(dataDir)).not.toContain('postgres')

    const { connectionString } = await start({ dataDir })
    expect(await run(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    const isPrivateCopy = (name: string) => name.startsWith('postgresql-')
    expect(readdirSync(dataDir).filter((name) => !isPrivateCopy(name)).sort()).toEqual(['lock', 'postgres', 'postgres.password'])
  })
})

const attemptList = (look: () => boolean): boolean => {
  try {
    return look()
  } catch {
    return false
  }
}

describe('stop and start', () => {
  test('a clean stop ends every process and removes nothing', async () => {
    const dataDir = copyOf(seed)
    const first = await start({ dataDir })
    await run(first.connectionString, 'insert into kept values (42)')
    const before = readdirSync(dataDir)
    await first.stop()
    expect(processesIn(dataDir)).toEqual([])
    expect(readdirSync(dataDir)).toEqual(before)

    const second = await start({ dataDir })
    expect(second.adopted).toBe(false)
    expect(await run(second.connectionString, 'select n from kept')).toEqual([{ n: 42 }])
  })

  test('a stop with sessions open does not wait for them', async () => {
    const dataDir = copyOf(seed)
    const embedded = await start({ dataDir })
    const busy = run(embedded.connectionString, 'select pg_sleep(60)')
    const ended = expect(busy).rejects.toSatisfy(isRetryable)
    await until(async () => (await run(embedded.connectionString, `select from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'`)).length > 0)
    await Promise.all([embedded.stop(), embedded.stop()])
    await ended
    expect(processesIn(dataDir)).toEqual([])
  })

  test('a setting that PostgreSQL rejects is named, and nothing stays behind', async () => {
    const dataDir = copyOf(seed)
    const error = await failed(startEmbedded({ dataDir, settings: { shared_buffers: 'much' } }))
    expect(error.code).toBe('database-start-failed')
    expect(error.message).toContain('invalid value for parameter "shared_buffers": "much"')
    expect(error.message).toContain(join(dataDir, 'postgres', 'log'))
    expect(processesIn(dataDir)).toEqual([])
    await start({ dataDir })
  })

  test('rows and statements stay out of the log', async () => {
    const dataDir = copyOf(seed)
    const { connectionString } = await start({ dataDir })
    await run(connectionString, 'create table person (id text primary key)')
    await run(connectionString, `insert into person values ('330203199001011234')`)
    await expect(run(connectionString, `insert into person values ('330203199001011234')`)).rejects.toMatchObject({ code: '23505' })
    const folder = join(dataDir, 'postgres', 'log')
    const log = () => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')).join('')
    await until(() => log().includes('23505'))
    expect(log()).not.toContain('330203199001011234')
  })

  test('a lost password file is replaced', async () => {
    const dataDir = copyOf(seed)
    rmSync(join(dataDir, 'postgres.password'))
    const { connectionString } = await start({ dataDir })
    expect(await run(connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }])
    expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600)
  })

  test('a database of another major version is refused', async () => {
    const dataDir = copyOf(seed)
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    const error = await failed(startEmbedded({ dataDir }))
    expect(error).toMatchObject({ code: 'database-version-mismatch', params: { found: '17', wanted: '18' } })
  })

  test('a directory with files but no database is refused and kept', async () => {
    const dataDir = join(sandbox(), 'data')
    mkdirSync(join(dataDir, 'postgres'), { recursive: true })
    writeFileSync(join(dataDir, 'postgres', 'precious'), 'x')
    expect((await failed(startEmbedded({ dataDir }))).code).toBe('database-directory-damaged')
    expect(readdirSync(join(dataDir, 'postgres'))).toEqual(['precious'])
  })
})

describe('one process a data directory', () => {
  test('a second start in this process says who holds it', async () => {
    const dataDir = copyOf(seed)
    await start({ dataDir })
    const error = await failed(startEmbedded({ dataDir }))
    expect(error.code).toBe('data-directory-in-use')
    expect(error.message).toMatch(new RegExp(`^The data directory ${dataDir} is in use by another OneVisit process \\(pid ${process.pid}, started 20`))
    expect(error.zh).toMatch(new RegExp(`^数据目录 ${dataDir} 正被另一个 OneVisit 进程（进程号 ${process.pid}，`))
  })

  test('a second start in another process says who holds it and leaves the database alone', async () => {
    const dataDir = copyOf(seed)
    const { connectionString, pid } = await start({ dataDir })
    const second = await hold(dataDir)
    expect(second.said).toMatchObject({ code: 'data-directory-in-use' })
    expect(second.said.message).toContain(`pid ${process.pid}`)
    expect(await run(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(isRunning(pid)).toBe(true)
  })
})

describe('after kill -9', () => {
  test('of the process that held it, the running database is adopted', async () => {
    const dataDir = copyOf(seed)
    const { child, said } = await hold(dataDir)
    await run(said.connectionString, 'insert into kept values (1)')
    await kill9(child)
    expect(isRunning(said.pid)).toBe(true)

    const embedded = await start({ dataDir })
    expect(embedded).toMatchObject({ adopted: true, pid: said.pid, connectionString: said.connectionString })
    expect(await run(embedded.connectionString, 'select n from kept')).toEqual([{ n: 1 }])
    await embedded.stop()
    expect(processesIn(dataDir)).toEqual([])
  })

  test('of the process that held it, a database with other settings is stopped and started anew', async () => {
    const dataDir = copyOf(seed)
    const { child, said } = await hold(dataDir, { settings: { work_mem: '3MB' } })
    await kill9(child)
    const embedded = await start({ dataDir })
    expect(embedded.adopted).toBe(false)
    expect(isRunning(said.pid)).toBe(false)
    expect(await run(embedded.connectionString, 'show work_mem')).toEqual([{ work_mem: '8MB' }])
  })

  test('of the process that held it, a database that does not know our password is stopped and given a new one', async () => {
    const dataDir = copyOf(seed)
    const { child, said } = await hold(dataDir)
    await kill9(child)
    rmSync(join(dataDir, 'postgres.password'))
    const embedded = await start({ dataDir })
    expect(embedded.adopted).toBe(false)
    expect(isRunning(said.pid)).toBe(false)
    expect(await run(embedded.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of everything, committed rows are there at the next start', async () => {
    const dataDir = copyOf(seed)
    const { child, said } = await hold(dataDir)
    await run(said.connectionString, 'insert into kept select generate_series(1, 1000)')
    const all = processesIn(dataDir)
    expect(all.length).toBeGreaterThan(4)
    for (const pid of all) process.kill(pid, 'SIGKILL')
    await until(() => !all.some(isRunning))
    void child

    const embedded = await start({ dataDir })
    expect(embedded.adopted).toBe(false)
    expect(await run(embedded.connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
  })

  test('an old postmaster.pid whose pid went to another program harms neither', async () => {
    const dataDir = copyOf(seed)
    const pgdata = join(dataDir, 'postgres')
    const { uid, gid } = statSync(pgdata)
    const stranger = spawn('sleep', ['300'], process.getuid?.() === 0 ? { uid, gid } : {})
    onTestFinished(() => void stranger.kill('SIGKILL'))
    const lines = [stranger.pid, pgdata, Math.floor(Date.now() / 1000), 20000, '', '127.0.0.1', '  1234567         0', 'ready   ', '']
    writeFileSync(join(pgdata, 'postmaster.pid'), lines.join('\n'), { mode: 0o600 })
    if (process.getuid?.() === 0) chownSync(join(pgdata, 'postmaster.pid'), uid, gid)
    expect(ownership(stranger.pid!, pgdata)).toBe('foreign')

    const embedded = await start({ dataDir })
    expect(embedded.adopted).toBe(false)
    expect(isRunning(stranger.pid!)).toBe(true)
    expect(await run(embedded.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of the database under us, it comes back under the same address; users get errors they may retry', async () => {
    const dataDir = copyOf(seed)
    const embedded = await start({ dataDir })
    const db = openPool({ connectionString: embedded.connectionString })
    onTestFinished(() => db.close())
    await db.query('insert', 'insert into kept values ($1)', [7])
    const exits: (string | null)[] = []
    const restarts: number[] = []
    embedded.onExit(({ signal }) => exits.push(signal))
    embedded.onRestart((pid) => restarts.push(pid))
    const killed = embedded.pid
    process.kill(killed, 'SIGKILL')

    const errors: unknown[] = []
    await until(async () => {
      if (restarts.length > 0) return true
      await db.query('select', 'select n from kept').catch((error: unknown) => errors.push(error))
      return false
    })
    expect(errors.filter((error) => !isRetryable(error))).toEqual([])
    expect(errors.length).toBeGreaterThan(0)
    expect(exits).toEqual(['SIGKILL'])
    expect(restarts).toEqual([embedded.pid])
    expect(embedded.pid).not.toBe(killed)
    await until(async () => (await db.query('select', 'select n from kept').catch(() => ({ rows: [] }))).rows.length === 1)
  })

  test('of an adopted database, it comes back too', async () => {
    const dataDir = copyOf(seed)
    const { child } = await hold(dataDir)
    await kill9(child)
    const embedded = await start({ dataDir })
    const back = new Promise<number>((resolve) => embedded.onRestart(resolve))
    process.kill(embedded.pid, 'SIGKILL')
    expect(await back).toBe(embedded.pid)
    expect(await run(embedded.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of the database while a session computes and does not notice, that session is ended and the database comes back', async () => {
    const dataDir = copyOf(seed)
    const embedded = await start({ dataDir })
    const busy = run(embedded.connectionString, 'select count(*) from generate_series(1, 100000) a, generate_series(1, 1000000) b').catch(() => undefined)
    await until(async () => (await run(embedded.connectionString, `select from pg_stat_activity where query like 'select count%' and state = 'active'`)).length > 0)
    const back = new Promise<number>((resolve) => embedded.onRestart(resolve))
    process.kill(embedded.pid, 'SIGKILL')
    await back
    await busy
    expect(await run(embedded.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('of the database right before a stop, nothing is left running, whether or not it was being started again', async () => {
    const dataDir = copyOf(seed)
    for (const delay of [0, 210, 230, 260, 400]) {
      const embedded = await start({ dataDir })
      const noticed = new Promise((resolve) => embedded.onExit(resolve))
      process.kill(embedded.pid, 'SIGKILL')
      if (delay > 0) await noticed
      await sleep(delay)
      await embedded.stop()
      await until(() => processesIn(dataDir).length === 0)
      await sleep(300)
      expect(processesIn(dataDir)).toEqual([])
    }
  })
})

test('Ctrl-C, which reaches every process of the foreground, leaves stopping the database to us', async () => {
  const dataDir = copyOf(seed)
  const { child, said } = await hold(dataDir)
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid!, 'SIGINT')
  await gone
  const embedded = await start({ dataDir })
  expect(embedded).toMatchObject({ adopted: true, pid: said.pid })
})

describe('accounts', () => {
  test('an ordinary user creates, starts and stops a database of its own', async ({ skip }) => {
    const reason = whyNoAccounts()
    if (reason) skip(reason)
    const nobody = account('nobody')!
    const home = sandbox()
    chownSync(home, nobody.uid, nobody.gid)
    chmodSync(home, 0o700)
    const { child, said } = await hold(join(home, 'data'), { as: nobody })
    expect(said.code).toBeUndefined()
    expect(userOf(said.pid)).toBe(nobody.uid)
    expect(await run(said.connectionString, `select cardinality(show_trgm('办')) as n from (select) x`).catch(() => 'no pg_trgm yet')).toBe('no pg_trgm yet')
    expect(await run(said.connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(statSync(join(home, 'data')).mode & 0o777).toBe(0o700)
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.stdin!.end('stop\n')
    expect(await ended).toBe(0)
    expect(processesIn(home)).toEqual([])
  })

  test('an ordinary user cannot use a database that belongs to another account, and is told whose it is', async ({ skip }) => {
    const reason = whyNoAccounts()
    if (reason) skip(reason)
    const nobody = account('nobody')!
    const dataDir = copyOf(seed)
    chownSync(join(dataDir, 'postgres'), 1, 1)
    for (const path of [dataDir, join(dataDir, 'lock')]) chownSync(path, nobody.uid, nobody.gid)
    const { said } = await hold(dataDir, { as: nobody })
    expect(said.message).toBe(
      `The database directory ${join(dataDir, 'postgres')} belongs to daemon, but this process runs as nobody. Start it as daemon or as root, or change the owner with "chown -R nobody".`,
    )
    expect(said.code).toBe('database-directory-not-owned')
  })

  test('root starts the server as the owner of the data directory', async ({ skip }) => {
    const reason = whyNoAccounts()
    if (reason) skip(reason)
    const nobody = account('nobody')!
    const dataDir = join(sandbox(), 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    chownSync(dataDir, nobody.uid, nobody.gid)
    const { pid } = await start({ dataDir })
    expect(userOf(pid)).toBe(nobody.uid)
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(nobody.uid)
  })

  test('root gives a database that root copied back to the account of the server', async ({ skip }) => {
    const reason = whyNoAccounts()
    if (reason) skip(reason)
    const dataDir = copyOf(seed)
    execFileSync('chown', ['-R', '0:0', join(dataDir, 'postgres')])
    const { pid, connectionString } = await start({ dataDir })
    expect(statSync(join(dataDir, 'postgres', 'base')).uid).toBe(userOf(pid))
    expect(await run(connectionString, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }])
  })

  test('root is told which directory keeps the account of the server out, and what to do', async ({ skip }) => {
    const reason = whyNoAccounts()
    if (reason) skip(reason)
    const home = join(sandbox(), 'home')
    mkdirSync(home, { mode: 0o700 })
    const error = await failed(startEmbedded({ dataDir: join(home, 'city', 'data') }))
    expect(error.code).toBe('database-directory-not-reachable')
    expect(error.params).toMatchObject({ path: join(home, 'city', 'data'), blockedAt: home })
    expect(error.message).toContain(`Run "chmod o+x ${home}", or set ONEVISIT_DATA to a directory it can enter, such as /var/lib/onevisit.`)
    expect(error.zh).toContain(`请执行 chmod o+x ${home}`)
    chmodSync(home, 0o711)
    await start({ dataDir: join(home, 'city', 'data') })
  })
})
