import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { account, copyOf, failed, hold, processesIn, run, sandbox, seedDataDir, start, userOf, whyNoAccounts } from './testing-embedded.ts'
import { startEmbedded } from './embedded.ts'

// Made once by a first start, and copied by the tests that need a database.
const seed = await seedDataDir()

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
  const error = await failed(startEmbedded({ dataDir: join(home, 'city', 'data'), elsewhere: false }))
  expect(error.code).toBe('database-directory-not-reachable')
  expect(error.params).toMatchObject({ path: join(home, 'city', 'data'), blockedAt: home })
  expect(error.message).toContain(`Run "chmod o+x ${home}", or set ONEVISIT_DATA to a directory it can enter, such as /var/lib/onevisit.`)
  expect(error.zh).toContain(`请执行 chmod o+x ${home}`)
  chmodSync(home, 0o711)
  await start({ dataDir: join(home, 'city', 'data') })
})
