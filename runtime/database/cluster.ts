/**
 * The database's files: creates them once, so that a kill at any moment leaves either a whole database or none, and
 * keeps the superuser's password beside them in a file that only this process's user can read.
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { DatabaseError } from './errors.ts'
import { giveTree, requireOwned, runAs, type Account } from './unprivileged.ts'
import { draftIn, removeDrafts, syncDirectory, writeWhole } from './whole-file.ts'

export const SUPERUSER = 'onevisit'

export interface ClusterPaths {
  dataDir: string
  /** The directory that holds `pgdata`; usually the data directory, see cluster-home.ts. */
  home: string
  pgdata: string
  passwordFile: string
}

export function clusterPaths(dataDir: string, home = dataDir): ClusterPaths {
  return { dataDir, home, pgdata: join(home, 'postgres'), passwordFile: join(dataDir, 'postgres.password') }
}

/** Creates the database unless it is there; returns whether it was created. Call it only while holding the lock. */
export async function ensureCluster(paths: ClusterPaths, binaries: Binaries, account: Account | undefined): Promise<boolean> {
  for (const directory of new Set([paths.dataDir, paths.home])) removeDrafts(directory)
  if (isCluster(paths, binaries)) {
    requireOwned(paths.pgdata)
    if (account && statSync(paths.pgdata).uid !== account.uid) giveTree(paths.pgdata, account)
    return false
  }
  const password = readPassword(paths) ?? createPassword(paths)
  await initialise(paths, binaries, account, password)
  return true
}

/** The superuser's password; undefined when its file is lost. */
export function readPassword({ passwordFile }: ClusterPaths): string | undefined {
  try {
    return readFileSync(passwordFile, 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new DatabaseError('data-directory-not-writable', { path: passwordFile, reason: (error as Error).message }, error)
  }
}

/** Gives the superuser a new password without knowing the old one; no server may run on the database. */
export function resetPassword(paths: ClusterPaths, binaries: Binaries, account: Account | undefined): string {
  const password = newPassword()
  const result = spawnSync(binaries.postgres, ['--single', '-D', paths.pgdata, '-c', 'log_min_messages=fatal', 'postgres'], {
    input: `alter role ${SUPERUSER} password '${password}'\n`,
    encoding: 'utf8',
    env: serverEnvironment(),
    cwd: paths.pgdata,
    ...runAs(account),
  })
  if (result.status !== 0 || /ERROR|FATAL/.test(result.stderr)) {
    throw new DatabaseError('database-start-failed', { reason: lastLine(result.stderr), log: join(paths.pgdata, 'log') })
  }
  writePassword(paths, password)
  return password
}

/** Nothing of this process's environment (PGDATA, PGPORT, a locale that is absent) may reach the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' }
}

function isCluster({ pgdata }: ClusterPaths, binaries: Binaries): boolean {
  if (!existsSync(pgdata)) return false
  requireOwned(pgdata)
  const versionFile = join(pgdata, 'PG_VERSION')
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim()
    const wanted = binaries.version.split('.')[0]!
    if (found !== wanted) throw new DatabaseError('database-version-mismatch', { path: pgdata, found, wanted })
    return true
  }
  if (readdirSync(pgdata).length > 0) throw new DatabaseError('database-directory-damaged', { path: pgdata })
  rmdirSync(pgdata)
  return false
}

async function initialise(paths: ClusterPaths, binaries: Binaries, account: Account | undefined, password: string): Promise<void> {
  const draft = draftIn(paths.home)
  mkdirSync(draft, { mode: 0o700 })
  try {
    writeFileSync(join(draft, 'password'), password, { mode: 0o600 })
    mkdirSync(join(draft, 'pgdata'), { mode: 0o700 })
    giveTree(draft, account)
    await runInitdb(binaries, account, join(draft, 'pgdata'), join(draft, 'password'))
    renameSync(join(draft, 'pgdata'), paths.pgdata)
    syncDirectory(paths.home)
  } finally {
    rmSync(draft, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Text is compared by code point with PostgreSQL's own C.UTF-8, which no update of the system's locales can change
 * (and with it the order in indexes). `lc_ctype` still has to be a UTF-8 one: pg_trgm asks it what a letter is, and
 * with C finds no trigrams in Chinese.
 */
async function runInitdb(binaries: Binaries, account: Account | undefined, pgdata: string, passwordFile: string): Promise<void> {
  const failures: string[] = []
  for (const ctype of ['C.UTF-8', 'en_US.UTF-8']) {
    const args = ['-D', pgdata, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--data-checksums']
    const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', `--lc-ctype=${ctype}`]
    const { status, output } = await run(binaries.initdb, [...args, ...locale], account)
    if (status === 0) return
    failures.push(output)
    if (!/invalid locale name/.test(output)) break
  }
  throw new DatabaseError('database-initdb-failed', { path: pgdata, reason: lastLine(failures[0] ?? '') })
}

function run(program: string, args: string[], account: Account | undefined): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment(), cwd: '/', ...runAs(account) })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk))
    child.on('error', (error) => resolve({ status: null, output: error.message }))
    child.on('close', (status, signal) => resolve({ status, output: signal ? `${output}\ninitdb was ended by ${signal}` : output }))
  })
}

function newPassword(): string {
  return randomBytes(24).toString('hex')
}

function createPassword(paths: ClusterPaths): string {
  const password = newPassword()
  writePassword(paths, password)
  return password
}

/** On disk before the database that depends on it. */
function writePassword({ passwordFile }: ClusterPaths, password: string): void {
  writeWhole(passwordFile, `${password}\n`, 0o600)
}

/** The line that says what went wrong: PostgreSQL's last error, else the last line there is. */
export function lastLine(output: string): string {
  const lines = output.split('\n').map((line) => line.trim()).filter((line) => line !== '')
  const error = lines.findLast((line) => /\b(FATAL|PANIC|ERROR|error):/.test(line))
  return (error ?? lines.at(-1) ?? 'no output').replace(/^.*?\b(FATAL|PANIC|ERROR|error):\s*/, '')
}
