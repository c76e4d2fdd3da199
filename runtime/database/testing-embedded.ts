/** For tests that start, kill and copy embedded databases: whatever they leave is ended and deleted, also when they fail. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, onTestFinished, vi } from 'vitest'
import { startEmbedded, type Embedded, type EmbeddedOptions } from './embedded.ts'
import type { DatabaseError } from './errors.ts'
import { canRun, knownAccounts, type Account } from './unprivileged.ts'

// Starting and killing servers takes seconds; on a busy machine tens of them.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A new directory that every account may pass; gone, with all processes that use it, when the test ends. */
export function sandbox(): string {
  const dir = mkdtempSync(join(tmpdir(), 'onevisit-sandbox-'))
  chmodSync(dir, 0o711)
  onTestFinished(() => clear(dir))
  return dir
}

/** A stopped data directory with an empty table `kept`, made by a first start; deleted after the file's tests. */
export async function seedDataDir(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'onevisit-sandbox-'))
  chmodSync(dir, 0o711)
  afterAll(() => clear(dir))
  const dataDir = join(dir, 'data')
  const embedded = await startEmbedded({ dataDir, elsewhere: false })
  await run(embedded.connectionString, 'create table kept (n int)')
  await embedded.stop()
  return dataDir
}

/** One statement, or several, on a session of its own. */
export async function run(connectionString: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[]
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The error that the promise fails with. */
export const failed = (promise: Promise<unknown>): Promise<DatabaseError> =>
  promise.then(
    () => Promise.reject(new Error('expected it to fail')),
    (error: unknown) => error as DatabaseError,
  )

/** A data directory that holds a copy of the given stopped one. */
export function copyOf(dataDir: string): string {
  const copy = join(sandbox(), 'data')
  copyTree(dataDir, copy)
  return copy
}

/** Starts the embedded database in this process; stopped when the test ends. */
export async function start(options: EmbeddedOptions): Promise<Embedded> {
  const embedded = await startEmbedded(options)
  onTestFinished(() => embedded.stop('immediate'))
  return embedded
}

export interface Holder {
  child: ChildProcess
  /** What the process printed: a started database, or an error. */
  said: { connectionString: string; pid: number; adopted: boolean; code: string; message: string; zh: string }
}

export interface HoldOptions extends Omit<EmbeddedOptions, 'dataDir' | 'log'> {
  as?: Account
}

/** Starts the embedded database in a process of its own. */
export async function hold(dataDir: string, options: HoldOptions = {}): Promise<Holder> {
  const child = spawnHolder(dataDir, options)
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout!).once('line', resolve)
    // Not at its exit: what it printed last may still be on the way.
    child.once('close', (code, signal) => reject(new Error(`the process ended with ${code ?? signal} and said nothing`)))
  })
  return { child, said: JSON.parse(line) as Holder['said'] }
}

export function spawnHolder(dataDir: string, { as, ...options }: HoldOptions = {}): ChildProcess {
  const script = join(import.meta.dirname, 'fixtures', 'hold-database.ts')
  const args = ['--import', 'tsx', script, JSON.stringify({ dataDir, ...options })]
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    // A process group of its own, as a shell gives to what runs in the foreground.
    detached: true,
    ...(as ? { uid: as.uid, gid: as.gid } : {}),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Ends the process as `kill -9` does and waits until it is gone. */
export async function kill9(target: ChildProcess | number): Promise<void> {
  if (typeof target === 'number') {
    process.kill(target, 'SIGKILL')
    return until(() => !isRunning(target))
  }
  const gone = new Promise((resolve) => target.once('exit', resolve))
  target.kill('SIGKILL')
  await gone
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error('waited a minute in vain')
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The numeric user that runs the process. */
export function userOf(pid: number): number {
  return Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1])
}

/** Processes that work in the directory or name it among their arguments. */
export function processesIn(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => attempt(() => readlinkSync(`/proc/${name}/cwd`)).startsWith(dir) || attempt(() => readFileSync(`/proc/${name}/cmdline`, 'utf8')).includes(dir))
    .map(Number)
    .filter(isRunning)
}

/** Why tests that need to be root cannot run here; undefined when they can. */
export function whyNotRoot(): string | undefined {
  if (process.platform !== 'linux') return 'needs /proc'
  return process.getuid?.() === 0 ? undefined : 'needs root'
}

/** Why tests that start processes under several accounts cannot run here; undefined when they can. */
export function whyNoAccounts(): string | undefined {
  const reason = whyNotRoot()
  if (reason) return reason
  const nobody = account('nobody')
  if (!nobody) return 'needs an account nobody'
  const readable = canRun(process.execPath, nobody) && canRun(join(import.meta.dirname, '../../node_modules/.bin/tsx'), nobody)
  return readable ? undefined : 'the repository lies where other accounts cannot read it'
}

export function account(name: string): Account | undefined {
  return knownAccounts().find((a) => a.name === name)
}

/** With owners, modes and links as they are; fs.cp does not keep owners. */
export function copyTree(from: string, to: string): void {
  execFileSync('cp', ['-a', from, to])
}

async function clear(dir: string): Promise<void> {
  for (let round = 0; round < 50 && processesIn(dir).length > 0; round++) {
    for (const pid of processesIn(dir)) attempt(() => String(process.kill(pid, 'SIGKILL')))
    await sleep(20)
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
}

function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
