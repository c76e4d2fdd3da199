import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { copyOf, failed, hold, isRunning, kill9, processesIn, run, sandbox, seedDataDir, spawnHolder, start, until, userOf } from './testing-embedded.ts'
import { startEmbedded } from './embedded.ts'
import { isRetryable } from './sql-errors.ts'

// Made once by a first start, and copied by the tests that need a database.
const seed = await seedDataDir()

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
