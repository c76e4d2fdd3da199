import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { installedPackage } from './binaries.ts'
import { openHome } from './cluster-home.ts'
import { startEmbedded } from './embedded.ts'
import { DatabaseError } from './errors.ts'
import { silentLog, type Log } from './log.ts'
import { copyOf, copyTree, failed, hold, isRunning, kill9, processesIn, run, sandbox, seedDataDir, spawnHolder, start, until, userOf, whyNotRoot } from './testing-embedded.ts'

const whyNot = whyNotRoot()
// Made once by a first start, and copied by the tests that need a database.
const seed = whyNot ? '' : await seedDataDir()

/** A data directory that no account but root can get at, as in a clone below /root, and where databases of such lie. */
function closed(): { top: string; home: string; dataDir: string; elsewhere: string } {
  const top = sandbox()
  const home = join(top, 'root')
  mkdirSync(home, { mode: 0o700 })
  return { top, home, dataDir: join(home, 'data'), elsewhere: join(top, 'lib', 'databases') }
}

/** The same after a first start, which is over. */
function used(): ReturnType<typeof closed> & { directory: string } {
  const made = closed()
  mkdirSync(made.dataDir)
  const home = openHome(made.dataDir, made.elsewhere, silentLog)
  const directory = join(home.path, 'postgres')
  copyTree(join(seed, 'postgres'), directory)
  copyTree(join(seed, 'postgres.password'), made.dataDir)
  home.settle()
  home.release()
  return { ...made, directory }
}

const read = (connectionString: string) => run(connectionString, 'select n from kept')
const pointerIn = (dataDir: string) => JSON.parse(readFileSync(join(dataDir, 'postgres.elsewhere'), 'utf8')) as { directory: string; id: string; created: boolean }

function remembering(): { log: Log; said: [string, object][] } {
  const said: [string, object][] = []
  const remember = (fields: object, message: string) => void said.push([message, fields])
  return { said, log: { info: remember, warn: remember, error: remember } }
}

describe('where the account of the server cannot enter the data directory', () => {
  test('the database lies elsewhere, with programs of its own when these are out of reach too; keys stay', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { home, dataDir, elsewhere } = closed()
    const packageDir = join(home, 'package')
    copyTree(installedPackage(), packageDir)
    execFileSync('chmod', ['-R', 'go-rwx', packageDir])
    const { log, said } = remembering()
    const first = await start({ dataDir, elsewhere, packageDir, log })
    await run(first.connectionString, 'create table kept (n int); insert into kept values (1)')
    const { directory } = pointerIn(dataDir)
    expect(readdirSync(elsewhere).map((name) => join(elsewhere, name))).toEqual([directory])
    expect(first.directory).toBe(join(directory, 'postgres'))
    expect(readdirSync(directory).map((name) => name.replace(/\d.*/, ''))).toEqual(['data-directory', 'lock', 'postgres', 'postgresql-'])
    expect(readdirSync(dataDir).sort()).toEqual(['lock', 'postgres.elsewhere', 'postgres.password'])
    expect(userOf(first.pid)).toBe(statSync(first.directory).uid)
    expect(userOf(first.pid)).not.toBe(0)
    expect(said.filter(([message]) => message.includes('lies elsewhere'))).toEqual([[expect.any(String), expect.objectContaining({ path: directory, blockedAt: home })]])
    expect((await failed(startEmbedded({ dataDir, elsewhere, packageDir }))).code).toBe('data-directory-in-use')
    await first.stop()
    expect(processesIn(elsewhere)).toEqual([])

    const second = await start({ dataDir, elsewhere, packageDir })
    expect(second.directory).toBe(first.directory)
    expect(await read(second.connectionString)).toEqual([{ n: 1 }])
  })

  test('kill -9 of the process, of the server and of everything loses nothing', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir, elsewhere } = used()
    const { child, said } = await hold(dataDir, { elsewhere })
    await run(said.connectionString, 'insert into kept values (1)')
    await kill9(child)
    const adopting = await hold(dataDir, { elsewhere })
    expect(adopting.said).toMatchObject({ adopted: true, pid: said.pid, connectionString: said.connectionString })
    const all = [adopting.child.pid!, ...processesIn(elsewhere)]
    expect(all.length).toBeGreaterThan(4)
    for (const pid of all) process.kill(pid, 'SIGKILL')
    await until(() => !all.some(isRunning))

    const embedded = await start({ dataDir, elsewhere })
    expect(embedded.adopted).toBe(false)
    expect(await read(embedded.connectionString)).toEqual([{ n: 1 }])
    const back = new Promise<number>((resolve) => embedded.onRestart(resolve))
    process.kill(embedded.pid, 'SIGKILL')
    await back
    expect(await read(embedded.connectionString)).toEqual([{ n: 1 }])
  })

  test('killed while creating the database, the next start creates it whole, in the same place', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir, elsewhere } = closed()
    const child = spawnHolder(dataDir, { elsewhere })
    const isUnderWay = () => execFileSync('find', [elsewhere, '-path', '*.draft-*', '-name', 'PG_VERSION'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) !== ''
    await until(() => existsSync(elsewhere) && isUnderWay())
    await kill9(child)
    expect(pointerIn(dataDir).created).toBe(false)

    const { connectionString, directory } = await start({ dataDir, elsewhere })
    expect(await run(connectionString, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(directory).toBe(join(pointerIn(dataDir).directory, 'postgres'))
    expect(readdirSync(elsewhere)).toHaveLength(1)
    expect(readdirSync(pointerIn(dataDir).directory).filter((name) => name.includes('draft'))).toEqual([])
  })

  test('the database goes with a data directory that moves, wherever to, and not with a copy', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { top, home, dataDir, elsewhere, directory } = used()
    const first = await start({ dataDir, elsewhere })
    expect(first.directory).toBe(directory)
    await run(first.connectionString, 'insert into kept values (1)')
    const copy = join(home, 'copy')
    copyTree(dataDir, copy)
    rmSync(join(copy, 'lock'), { recursive: true })
    const refused = () => failed(startEmbedded({ dataDir: copy, elsewhere }))
    expect((await refused()).code).toBe('data-directory-copied')
    await first.stop()
    const error = await refused()
    expect(error.message).toBe(
      `${copy} is a copy of the data directory ${dataDir}, but the database lies in ${pointerIn(copy).directory}, belongs to the original and was not copied. Copy with onevisit backup and onevisit restore, or delete ${join(copy, 'postgres.elsewhere')} to begin with an empty one.`,
    )

    const open = join(top, 'open')
    renameSync(dataDir, open)
    const moved = await start({ dataDir: open, elsewhere })
    expect(moved.directory).toBe(directory)
    expect(await read(moved.connectionString)).toEqual([{ n: 1 }])
    expect((await refused()).params).toMatchObject({ original: open })
  })

  test('a database that is gone is not replaced by an empty one', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir, elsewhere, directory } = used()
    const away = `${directory}.away`
    renameSync(directory, away)
    const error = await failed(startEmbedded({ dataDir, elsewhere }))
    expect(error.code).toBe('database-elsewhere-lost')
    expect(error.message).toContain(pointerIn(dataDir).directory)
    renameSync(away, directory)
    renameSync(elsewhere, `${elsewhere}.away`)
    expect((await failed(startEmbedded({ dataDir, elsewhere }))).code).toBe('database-elsewhere-lost')
    mkdirSync(pointerIn(dataDir).directory, { recursive: true })
    copyTree(join(`${elsewhere}.away`, pointerIn(dataDir).id, 'postgres'), directory)
    expect((await failed(startEmbedded({ dataDir, elsewhere }))).code).toBe('database-elsewhere-lost')
    writeFileSync(join(dataDir, 'postgres.elsewhere'), 'gone')
    expect((await failed(startEmbedded({ dataDir, elsewhere }))).params).toMatchObject({ directory: 'gone' })
  })

  test('a data directory that begins anew is told of the database of its predecessor', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir, elsewhere, directory } = used()
    rmSync(dataDir, { recursive: true })
    mkdirSync(dataDir)
    const { log, said } = remembering()
    const home = openHome(dataDir, elsewhere, log)
    onTestFinished(() => home.release())
    expect(home.path).not.toBe(join(directory, '..'))
    expect(said.filter(([message]) => message.startsWith('an earlier database'))).toEqual([[expect.any(String), { path: join(directory, '..') }]])
  })

  test('a database that is in the data directory already stays, and the way out is said', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const dataDir = copyOf(seed)
    const elsewhere = join(sandbox(), 'databases')
    chmodSync(join(dataDir, '..'), 0o700)
    const error = await failed(startEmbedded({ dataDir, elsewhere }))
    expect(error.code).toBe('database-directory-not-reachable')
    expect(error.message).toContain(`which cannot enter ${join(dataDir, '..')} and so cannot use ${dataDir}; nor can the database lie elsewhere (it is already in ${join(dataDir, 'postgres')}). Run "chmod o+x`)
    expect(existsSync(elsewhere)).toBe(false)
    chmodSync(join(dataDir, '..'), 0o711)
    expect((await start({ dataDir, elsewhere })).directory).toBe(join(dataDir, 'postgres'))
    expect(existsSync(elsewhere)).toBe(false)
  })

  test('of a database here and one elsewhere neither is chosen', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir, elsewhere, directory } = used()
    copyTree(directory, join(dataDir, 'postgres'))
    expect(await failed(startEmbedded({ dataDir, elsewhere }))).toMatchObject({ code: 'database-in-two-places', params: { inside: join(dataDir, 'postgres'), directory } })
  })
})

describe('a place that will not do leaves the error, and nothing else', () => {
  const refusal = async (dataDir: string, elsewhere: string) => {
    const error = await failed(startEmbedded({ dataDir, elsewhere }))
    expect(error.code).toBe('database-directory-not-reachable')
    expect(readdirSync(dataDir)).toEqual(['lock'])
    return (error as DatabaseError<'database-directory-not-reachable'>).params.reason
  }

  test('one that the account cannot enter either', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { home, dataDir } = closed()
    const elsewhere = join(home, 'databases')
    expect(await refusal(dataDir, elsewhere)).toMatch(new RegExp(`^${elsewhere}: \\w+ cannot enter ${home}$`))
    expect(readdirSync(elsewhere)).toEqual([])
  })

  test('one that cannot be made', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { top, dataDir } = closed()
    const file = join(top, 'file')
    writeFileSync(file, '')
    expect(await refusal(dataDir, join(file, 'databases'))).toContain('ENOTDIR')
  })

  test('one that the next boot clears, for a data directory that stays', async ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { dataDir } = closed()
    const shared = '/dev/shm'
    if (!existsSync(shared) || statSync(shared).dev === statSync(join(dataDir, '../..')).dev) skip('needs /dev/shm, and temporary files elsewhere')
    expect(await refusal(dataDir, join(shared, 'onevisit-databases'))).toContain('may be lost')
    expect(existsSync(join(shared, 'onevisit-databases'))).toBe(false)
  })
})

describe('whatever is moved, copied and deleted', () => {
  const names = ['a', 'b', 'c']
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ does: fc.constant('start' as const), at: fc.constantFrom(...names), settles: fc.boolean() }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('move' as const, 'copy' as const), at: fc.constantFrom(...names), to: fc.constantFrom(...names) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), at: fc.constantFrom(...names) }) },
  )

  test('a data directory gets the database it made, or, being a copy of one that is there, none', ({ skip }) => {
    if (whyNot) skip(whyNot)
    const { home, elsewhere } = closed()
    fc.assert(
      fc.property(fc.array(step, { minLength: 3, maxLength: 12 }), (steps) => {
        const folder = mkdtempSync(join(home, 'round-'))
        const at = (name: string) => join(folder, name)
        /** Which database each existing directory believes in, and which directory had each last. */
        const believes = new Map<string, string | undefined>()
        const lastHad = new Map<string, string>()
        for (const s of steps) {
          if (s.does === 'start') {
            if (!believes.has(s.at)) mkdirSync(at(s.at))
            const mark = believes.get(s.at)
            const owner = mark && lastHad.get(mark)
            const expected = owner && owner !== s.at && believes.get(owner) === mark ? 'data-directory-copied' : (mark ?? 'new')
            const [found, made] = startWithout(at(s.at), elsewhere, s.settles)
            expect(found).toBe(expected)
            believes.set(s.at, made ?? mark)
            if (found !== 'data-directory-copied' && made) lastHad.set(made, s.at)
          } else if (believes.has(s.at)) {
            if (s.does !== 'delete' && s.to !== s.at) {
              rmSync(at(s.to), { recursive: true, force: true })
              if (s.does === 'move') renameSync(at(s.at), at(s.to))
              else cpSync(at(s.at), at(s.to), { recursive: true })
              believes.set(s.to, believes.get(s.at))
            }
            if (s.does === 'delete') rmSync(at(s.at), { recursive: true })
            if (s.does === 'delete' || (s.does === 'move' && s.to !== s.at)) believes.delete(s.at)
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  /** Opens and leaves the place, with a mark in it instead of a database: what was found there and what is there now. */
  function startWithout(dataDir: string, elsewhere: string, settles: boolean): [found: string, made: string | undefined] {
    try {
      const home = openHome(dataDir, elsewhere, silentLog)
      const pgdata = join(home.path, 'postgres')
      const isNew = !existsSync(pgdata)
      mkdirSync(pgdata, { recursive: true })
      writeFileSync(join(pgdata, 'PG_VERSION'), '18\n')
      if (settles) home.settle()
      home.release()
      return [isNew ? 'new' : home.path, home.path]
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return [error.code, undefined]
    }
  }
})

test('where the account can enter, the database lies in the data directory', async ({ skip }) => {
  if (whyNot) skip(whyNot)
  const top = sandbox()
  const elsewhere = join(top, 'databases')
  const home = openHome(top, elsewhere, silentLog)
  onTestFinished(() => home.release())
  expect(home.path).toBe(top)
  expect(readdirSync(top)).toEqual([])
})
