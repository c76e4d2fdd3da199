import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { account, sandbox, whyNoAccounts } from './testing-embedded.ts'
import { closedTo, giveTree, knownAccounts, serverAccount } from './unprivileged.ts'

const PASSWD = ['root:x:0:0:root:/root:/bin/sh', '# note', '+::::::', 'nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false', 'postgres:x:101:104:a,b:/var/lib:/bin/sh', ''].join('\n')

test('accounts are read from passwd, a negative uid as the system means it', () => {
  const file = join(sandbox(), 'passwd')
  writeFileSync(file, PASSWD)
  expect(knownAccounts(file)).toContainEqual({ name: 'nobody', uid: 4294967294, gid: 4294967294 })
  expect(knownAccounts(file)).toContainEqual({ name: 'postgres', uid: 101, gid: 104 })
  expect(knownAccounts(join(file, 'absent'))).toEqual([])
})

test('root runs the server as the owner of the database, else of the data directory, else a system account, never as root', ({ skip }) => {
  const reason = whyNoAccounts()
  if (reason) skip(reason)
  const dataDir = sandbox()
  const pgdata = join(dataDir, 'postgres')
  const [root, nobody, postgres, owner, other] = [
    { name: 'root', uid: 0, gid: 0 },
    { name: 'nobody', uid: 65534, gid: 65534 },
    { name: 'postgres', uid: 101, gid: 104 },
    { name: 'owner', uid: 1, gid: 1 },
    { name: 'other', uid: 2, gid: 2 },
  ] as const
  const accounts = [root, nobody, postgres, owner, other]
  expect(serverAccount(dataDir, pgdata, accounts)).toEqual(postgres)
  expect(serverAccount(dataDir, pgdata, [root, nobody])).toEqual(nobody)
  expect(serverAccount(dataDir, pgdata, [])).toMatchObject({ uid: 65534 })
  chownSync(dataDir, 1, 1)
  expect(serverAccount(dataDir, pgdata, accounts)).toEqual(owner)
  mkdirSync(pgdata)
  chownSync(pgdata, 2, 2)
  expect(serverAccount(dataDir, pgdata, accounts)).toEqual(other)
  chownSync(pgdata, 4242, 4242)
  expect(serverAccount(dataDir, pgdata, accounts)).toEqual(owner)
})

test('the directory that keeps an account out is named, the outermost one', ({ skip }) => {
  const reason = whyNoAccounts()
  if (reason) skip(reason)
  const nobody = account('nobody')!
  const top = sandbox()
  const inner = join(top, 'a', 'b', 'c')
  mkdirSync(inner, { recursive: true })
  expect(closedTo(nobody, inner)).toBeUndefined()
  chmodSync(join(top, 'a', 'b'), 0o700)
  expect(closedTo(nobody, inner)).toBe(join(top, 'a', 'b'))
  chmodSync(join(top, 'a'), 0o750)
  expect(closedTo(nobody, inner)).toBe(join(top, 'a'))
  chownSync(join(top, 'a'), 0, nobody.gid)
  expect(closedTo(nobody, inner)).toBe(join(top, 'a', 'b'))
  chownSync(join(top, 'a', 'b'), nobody.uid, 0)
  expect(closedTo(nobody, inner)).toBeUndefined()
})

test('a tree is given with its links, not with what they point at', ({ skip }) => {
  const reason = whyNoAccounts()
  if (reason) skip(reason)
  const top = sandbox()
  const outside = join(sandbox(), 'outside')
  writeFileSync(outside, '')
  mkdirSync(join(top, 'a'))
  writeFileSync(join(top, 'a', 'file'), '')
  symlinkSync(outside, join(top, 'a', 'link'))
  giveTree(top, account('nobody'))
  expect(statSync(join(top, 'a', 'file')).uid).toBe(account('nobody')!.uid)
  expect(statSync(outside).uid).toBe(0)
})
