import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installedPackage, usableBinaries } from './binaries.ts'
import { account, copyTree, hold, sandbox, start, whyNoAccounts } from './testing-embedded.ts'

interface Link {
  target: string
}

/** A copy of the platform package as `npm ci --ignore-scripts` leaves it: without the links. */
function packageWithoutLinks(): string {
  const copy = join(sandbox(), 'package')
  copyTree(installedPackage(), copy)
  for (const { target } of linksOf(copy)) rmSync(join(copy, target), { force: true })
  return copy
}

const linksOf = (root: string) => JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as Link[]
const isLinked = (root: string) => linksOf(root).every(({ target }) => existsSync(join(root, target)) && lstatSync(join(root, target)).isSymbolicLink())

test('the installed package is used where it lies', () => {
  const binaries = usableBinaries(installedPackage(), sandbox(), undefined)
  expect(binaries.root).toBe(installedPackage())
  expect(binaries.version).toMatch(/^18\.\d+$/)
  expect(binaries.has('pg_stat_statements')).toBe(true)
  expect(binaries.has('postgis')).toBe(false)
})

test('library links that an install without scripts left out are made, and the programs run', () => {
  const packageDir = packageWithoutLinks()
  const version = () => spawnSync(join(packageDir, 'native', 'bin', 'postgres'), ['--version'], { encoding: 'utf8' })
  expect(version().stderr).toContain('error while loading shared libraries')
  const dataDir = sandbox()
  expect(usableBinaries(packageDir, dataDir, undefined).root).toBe(packageDir)
  expect(isLinked(packageDir)).toBe(true)
  expect(version().stdout).toContain('postgres (PostgreSQL) 18')
  expect(readdirSync(dataDir)).toEqual([])
})

test('in a package that cannot be written the links are made in a private copy, once', async ({ skip }) => {
  const reason = whyNoAccounts()
  if (reason) skip(reason)
  const nobody = account('nobody')!
  const packageDir = packageWithoutLinks()
  const home = sandbox()
  chownSync(home, nobody.uid, nobody.gid)
  const first = await hold(join(home, 'data'), { as: nobody, packageDir })
  expect(first.said.code).toBeUndefined()
  expect(isLinked(packageDir)).toBe(false)
  const copies = () => readdirSync(join(home, 'data')).filter((name) => name.startsWith('postgresql-'))
  expect(copies()).toHaveLength(1)
  const copy = join(home, 'data', copies()[0]!)
  expect(isLinked(copy)).toBe(true)
  const made = statSync(copy).ino

  const ended = new Promise((resolve) => first.child.once('exit', resolve))
  first.child.stdin!.end('stop\n')
  await ended
  const second = await hold(join(home, 'data'), { as: nobody, packageDir })
  expect(second.said.code).toBeUndefined()
  expect(copies()).toHaveLength(1)
  expect(statSync(copy).ino).toBe(made)
})

test('a package that the account of the server cannot reach is copied to where it can', async ({ skip }) => {
  const reason = whyNoAccounts()
  if (reason) skip(reason)
  const closed = sandbox()
  chmodSync(closed, 0o700)
  const packageDir = join(closed, 'package')
  copyTree(installedPackage(), packageDir)
  const dataDir = join(sandbox(), 'data')
  await start({ dataDir, packageDir })
  expect(readdirSync(dataDir).filter((name) => name.startsWith('postgresql-'))).toHaveLength(1)
})

test('a library that is lost altogether is named', () => {
  const packageDir = packageWithoutLinks()
  const library = readdirSync(join(packageDir, 'native', 'lib')).find((name) => name.startsWith('libicui18n'))!
  rmSync(join(packageDir, 'native', 'lib', library))
  expect(() => usableBinaries(packageDir, sandbox(), undefined)).toThrow(
    new RegExp(`^The package of the embedded PostgreSQL at \\S+ is incomplete: libicui18n\\.\\S+ is missing\\. Run npm install again\\.$`),
  )
})

test('a program that is lost is named', () => {
  const packageDir = join(sandbox(), 'package')
  copyTree(installedPackage(), packageDir)
  rmSync(join(packageDir, 'native', 'bin', 'initdb'))
  expect(() => usableBinaries(packageDir, sandbox(), undefined)).toThrow(/initdb is missing/)
})
