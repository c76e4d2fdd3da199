/** One run of the PostgreSQL server: starts it or takes over a running one, waits until it is ready, stops it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { lastLine, serverEnvironment } from './cluster.ts'
import { DatabaseError } from './errors.ts'
import { readPostmasterPid } from './postmaster-pid.ts'
import { startedAt } from './process-identity.ts'
import { runAs, type Account } from './unprivileged.ts'

/** smart waits for sessions to end, fast ends them, immediate leaves recovery to the next start. */
export type StopMode = 'smart' | 'fast' | 'immediate'

export interface PostmasterExit {
  pid: number
  /** null when a signal ended it, or when it was adopted and the code is not to be had. */
  code: number | null
  signal: string | null
}

export interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly adopted: boolean
  readonly exited: Promise<PostmasterExit>
  isRunning(): boolean
}

/** Why a server did not come up. `locked`: an earlier one is not gone yet; `port`: somebody has the port. */
export class StartFailure extends Error {
  readonly kind: 'locked' | 'port' | 'other'
  readonly reason: string
  readonly output: string

  constructor(kind: StartFailure['kind'], output: string) {
    const reason = lastLine(output)
    super(reason)
    this.kind = kind
    this.reason = reason
    this.output = output
  }
}

const POLL_MS = 10
const STILL_STARTING_MS = 10_000
const LOG_FLUSH_MS = 2_000

/**
 * Starts the server and returns when it accepts connections, however long recovery takes.
 * Throws StartFailure, or DatabaseError when the programs cannot run on this machine at all.
 */
export async function startPostmaster(
  binaries: Binaries,
  pgdata: string,
  port: number,
  args: string[],
  account: Account | undefined,
  onSlow: (seconds: number) => void,
): Promise<Postmaster> {
  // A session of its own: Ctrl-C at the terminal must not stop the database before the processes that use it.
  const child = spawn(binaries.postgres, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: serverEnvironment(), cwd: '/', ...runAs(account) })
  let stderr = ''
  child.stderr!.on('data', (chunk: Buffer) => (stderr = (stderr + chunk).slice(-8192)))
  // The process that writes the log ends after the postmaster, and with it the last holder of stderr.
  const allWritten = new Promise((resolve) => child.once('close', resolve))
  const postmaster = await spawned(child, port)
  let ended: PostmasterExit | undefined
  void postmaster.exited.then((exit) => (ended = exit))
  for (let waited = 0; ; waited += POLL_MS) {
    if (ended) {
      await Promise.race([allWritten, sleep(LOG_FLUSH_MS)])
      throw startFailure(pgdata, ended, stderr)
    }
    const file = readPostmasterPid(pgdata)
    if (file?.pid === postmaster.pid && file.status === 'ready') break
    if (waited > 0 && waited % STILL_STARTING_MS === 0) onSlow(waited / 1000)
    await sleep(POLL_MS)
  }
  child.unref()
  ;(child.stderr as unknown as { unref?(): void }).unref?.()
  return postmaster
}

/** A server that somebody else started; its end is noticed by looking, every quarter of a second. */
export function adoptPostmaster(pid: number, port: number): Postmaster {
  const identity = startedAt(pid)
  const isRunning = () => identity !== undefined && startedAt(pid) === identity
  const exited = new Promise<PostmasterExit>((resolve) => {
    const timer = setInterval(() => {
      if (isRunning()) return
      clearInterval(timer)
      resolve({ pid, code: null, signal: null })
    }, 250)
    timer.unref()
  })
  return { pid, port, adopted: true, exited, isRunning }
}

/** Returns when the server is gone; a server that does not obey within a minute is ended ever more harshly. */
export async function stopPostmaster(postmaster: Postmaster, mode: StopMode, pgdata: string): Promise<void> {
  const first = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const
  const steps = [
    { signal: first[mode], wait: 60_000 },
    { signal: 'SIGQUIT', wait: 10_000 },
    { signal: 'SIGKILL', wait: 5_000 },
  ] as const
  for (const { signal, wait } of steps) {
    if (!postmaster.isRunning()) return
    try {
      process.kill(postmaster.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw new DatabaseError('database-stop-failed', { path: pgdata, pid: postmaster.pid, reason: (error as Error).message }, error)
    }
    if (await isGoneWithin(postmaster, wait)) return
  }
  throw new DatabaseError('database-stop-failed', { path: pgdata, pid: postmaster.pid, reason: 'it survived SIGKILL' })
}

async function isGoneWithin(postmaster: Postmaster, ms: number): Promise<boolean> {
  for (let waited = 0; waited < ms; waited += POLL_MS) {
    if (!postmaster.isRunning()) return true
    await sleep(POLL_MS)
  }
  return false
}

function spawned(child: ChildProcess, port: number): Promise<Postmaster> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => reject(cannotRun(error)))
    child.once('spawn', () => {
      const pid = child.pid!
      const exited = new Promise<PostmasterExit>((done) => child.once('exit', (code, signal) => done({ pid, code, signal })))
      resolve({ pid, port, adopted: false, exited, isRunning: () => child.exitCode === null && child.signalCode === null })
    })
  })
}

/** The program is there, so ENOENT means that its loader (glibc's) is not. */
function cannotRun(error: NodeJS.ErrnoException): DatabaseError {
  const reason = error.code === 'ENOENT' ? 'the programs need glibc' : error.message
  return new DatabaseError('database-platform-unsupported', { platform: `${process.platform}-${process.arch}`, reason }, error)
}

function startFailure(pgdata: string, exit: PostmasterExit, stderr: string): StartFailure {
  const output = `${stderr}\n${logSince(pgdata, exit.pid)}`
  if (/"postmaster\.pid" already exists|pre-existing shared memory block/.test(output)) return new StartFailure('locked', output)
  if (/could not bind|Address already in use/.test(output)) return new StartFailure('port', output)
  return new StartFailure('other', output.trim() || `it ended with ${exit.signal ?? `status ${exit.code}`}`)
}

/** The server's log from the first line that the given postmaster wrote. */
function logSince(pgdata: string, pid: number): string {
  try {
    const current = readFileSync(join(pgdata, 'current_logfiles'), 'utf8').match(/^stderr (.*)$/m)?.[1]
    const lines = readFileSync(join(pgdata, current!), 'utf8').slice(-65536).split('\n')
    const first = lines.findIndex((line) => line.includes(`[${pid}]`))
    return first < 0 ? '' : lines.slice(first).join('\n')
  } catch {
    return ''
  }
}
