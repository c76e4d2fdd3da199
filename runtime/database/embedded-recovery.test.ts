import { spawn } from 'node:child_process'
import { chownSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { copyOf, hold, isRunning, kill9, processesIn, run, seedDataDir, start, until } from './testing-embedded.ts'
import { openPool } from './pool.ts'
import { ownership } from './postmaster-pid.ts'
import { isRetryable } from './sql-errors.ts'

// Made once by a first start, and copied by the tests that need a database.
const seed = await seedDataDir()

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
