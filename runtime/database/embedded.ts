/**
 * Supervises the embedded PostgreSQL of one data directory: creates it, starts it or adopts the one a killed process
 * left running, starts it again when it dies, stops it cleanly. A convenience for development and small deployments;
 * a city sets DATABASE_URL.
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { installedPackage, usableBinaries, type Binaries } from './binaries.ts'
import { ELSEWHERE, openHome, type ClusterHome } from './cluster-home.ts'
import { SUPERUSER, clusterPaths, ensureCluster, readPassword, resetPassword, type ClusterPaths } from './cluster.ts'
import { DatabaseError } from './errors.ts'
import { adoptable, ensureDatabase } from './embedded-session.ts'
import { acquireLock, type Lock } from './lock.ts'
import { silentLog, type Log } from './log.ts'
import { freePort } from './port.ts'
import { orphanBackends, ownership, readPostmasterPid } from './postmaster-pid.ts'
import { StartFailure, adoptPostmaster, startPostmaster, stopPostmaster, type Postmaster, type PostmasterExit, type StopMode } from './postmaster.ts'
import { defaultSettings, serverArguments, type ServerSettings } from './server-settings.ts'
import type { Account } from './unprivileged.ts'

export type { StopMode, PostmasterExit, ServerSettings }

export interface EmbeddedOptions {
  /** OneVisit's data directory; the database lies in its folder `postgres`, or elsewhere where that cannot be. */
  dataDir: string
  /**
   * Where the databases lie of data directories that the server's account cannot enter; /var/lib/onevisit-postgres
   * unless given, false for a data directory that is soon deleted.
   */
  elsewhere?: string | false
  log?: Log
  /** Server settings that replace or extend the defaults. */
  settings?: ServerSettings
  /** Where the platform package lies, when npm did not put it in the usual place. */
  packageDir?: string
}

export interface Embedded {
  /** Stays the same for as long as this process supervises the server, through its restarts. */
  readonly connectionString: string
  readonly pid: number
  /** The directory with PostgreSQL's own files. */
  readonly directory: string
  /** Whether the server was found running, left over by a process that was killed. */
  readonly adopted: boolean
  /** Stops the server and gives the data directory free; files stay. */
  stop(mode?: StopMode): Promise<void>
  /** Called each time the server ends without having been told to; it is then started again. */
  onExit(listener: (exit: PostmasterExit) => void): void
  /** Called each time the server is back after such an end. */
  onRestart(listener: (pid: number) => void): void
}

/** Returns when the database accepts connections. Throws DatabaseError, having left nothing running. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = makeDataDir(resolve(options.dataDir))
  const locks: Lock[] = [acquireLock(dataDir)]
  const free: Lock = { release: () => [...locks].reverse().forEach((lock) => lock.release()) }
  try {
    const home = openHome(dataDir, options.elsewhere ?? ELSEWHERE, options.log ?? silentLog)
    locks.push(home)
    return await supervise(await prepare(dataDir, home, options), free)
  } catch (error) {
    free.release()
    throw error
  }
}

interface Site {
  paths: ClusterPaths
  binaries: Binaries
  account: Account | undefined
  settings: ServerSettings
  log: Log
}

function makeDataDir(dataDir: string): string {
  if (existsSync(dataDir)) return dataDir
  try {
    mkdirSync(dataDir, { recursive: true })
    // The server's account has to pass through; nobody else has to read.
    chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
    return dataDir
  } catch (error) {
    throw new DatabaseError('data-directory-not-writable', { path: dataDir, reason: (error as Error).message }, error)
  }
}

async function prepare(dataDir: string, home: ClusterHome, options: EmbeddedOptions): Promise<Site> {
  const log = options.log ?? silentLog
  const { account } = home
  const paths = clusterPaths(dataDir, home.path)
  const binaries = usableBinaries(options.packageDir ?? installedPackage(), home.path, account)
  const settings = { ...defaultSettings(binaries.has('pg_stat_statements')), ...options.settings }
  if (await ensureCluster(paths, binaries, account)) log.info({ path: paths.pgdata, version: binaries.version }, 'database created')
  home.settle()
  return { paths, binaries, account, settings, log }
}

async function supervise(site: Site, lock: Lock): Promise<Embedded> {
  const found = await takeOver(site)
  const password = readPassword(site.paths) ?? resetPassword(site.paths, site.binaries, site.account)
  let postmaster = found ?? (await startWithRetries(site))
  let stopping = false
  const abort = new AbortController()
  const exitListeners: ((exit: PostmasterExit) => void)[] = []
  const restartListeners: ((pid: number) => void)[] = []
  const connectionString = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${postmaster.port}/onevisit?sslmode=disable`
  site.log.info({ pid: postmaster.pid, port: postmaster.port, adopted: postmaster.adopted }, 'database running')

  const guard = async (): Promise<void> => {
    while (!stopping) {
      const startedAtMs = performance.now()
      const exit = await postmaster.exited
      if (stopping) return
      site.log.error({ ...exit }, 'database ended unexpectedly; starting it again')
      tell(site, exitListeners, exit)
      const back = await restart(site, postmaster.port, performance.now() - startedAtMs, abort.signal)
      if (!back) return
      postmaster = back
      site.log.info({ pid: back.pid, port: back.port }, 'database running again')
      tell(site, restartListeners, back.pid)
    }
  }

  try {
    await ensureDatabase(connectionString)
  } catch (error) {
    await stopPostmaster(postmaster, 'fast', site.paths.pgdata)
    throw error
  }
  const guarding = guard()
  let stopped: Promise<void> | undefined

  return {
    connectionString,
    get pid() {
      return postmaster.pid
    },
    directory: site.paths.pgdata,
    adopted: found !== undefined,
    stop: (mode = 'fast') =>
      (stopped ??= (async () => {
        stopping = true
        abort.abort()
        // A restart under way ends first, so that its server is not left behind.
        if (!postmaster.isRunning()) await guarding
        await stopPostmaster(postmaster, mode, site.paths.pgdata)
        lock.release()
        site.log.info({ pid: postmaster.pid }, 'database stopped')
      })()),
    onExit: (listener) => void exitListeners.push(listener),
    onRestart: (listener) => void restartListeners.push(listener),
  }
}

/** A listener's own mistake must not end the supervision. */
function tell<T>(site: Site, listeners: ((event: T) => void)[], event: T): void {
  for (const listener of listeners) {
    try {
      listener(event)
    } catch (error) {
      site.log.error({ error: String(error) }, 'a listener of the database supervisor failed')
    }
  }
}

/**
 * Deals with a server that an earlier process left: adopts it when it answers, has this release's version and settings;
 * stops it otherwise. A pid that meanwhile belongs to another program (or to a zombie nobody buries) is left alone, and
 * only its mention removed, because PostgreSQL would refuse to start for as long as the pid is taken.
 */
async function takeOver(site: Site): Promise<Postmaster | undefined> {
  const { pgdata } = site.paths
  const left = readPostmasterPid(pgdata)
  if (!left) return undefined
  const owner = ownership(left.pid, pgdata)
  if (owner !== 'ours') {
    if (pidIsTaken(left.pid)) rmSync(join(pgdata, 'postmaster.pid'), { force: true })
    return undefined
  }
  const postmaster = adoptPostmaster(left.pid, left.port)
  const password = readPassword(site.paths)
  const wanted = { args: serverArguments(pgdata, left.port, site.settings), version: site.binaries.version }
  if (left.status === 'ready' && password && (await adoptable(left, password, wanted))) return postmaster
  site.log.warn({ pid: left.pid }, 'stopping the database that an earlier process left running')
  await stopPostmaster(postmaster, 'fast', pgdata)
  return undefined
}

function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

const LOCKED_RETRIES = 25
const LOCKED_RETRY_MS = 200

/** Starts the server on the port, or on a free one; waits for what an earlier server still holds. */
async function startWithRetries(site: Site, fixedPort?: number): Promise<Postmaster> {
  const { pgdata } = site.paths
  const onSlow = (seconds: number) => site.log.warn({ seconds }, 'database is still starting (recovering its journal)')
  let portsTried = 0
  for (let attempt = 1; ; attempt++) {
    const port = fixedPort ?? (await freePort())
    try {
      return await startPostmaster(site.binaries, pgdata, port, serverArguments(pgdata, port, site.settings), site.account, onSlow)
    } catch (error) {
      if (!(error instanceof StartFailure)) throw error
      const again = error.kind === 'locked' ? attempt < LOCKED_RETRIES : error.kind === 'port' && fixedPort === undefined && ++portsTried < 5
      if (!again) throw new DatabaseError('database-start-failed', { reason: error.reason, log: join(pgdata, 'log') }, error)
      if (error.kind === 'locked') {
        endOrphans(site, attempt)
        await sleep(LOCKED_RETRY_MS)
      }
    }
  }
}

/** After a second of waiting, sessions without a postmaster are told to go, and later made to. */
function endOrphans(site: Site, attempt: number): void {
  if (attempt !== 5 && attempt !== 15) return
  const left = readPostmasterPid(site.paths.pgdata)
  if (left && ownership(left.pid, site.paths.pgdata) === 'ours') return
  for (const pid of orphanBackends(site.paths.pgdata)) {
    site.log.warn({ pid }, 'ending a database session whose server has died')
    try {
      process.kill(pid, attempt === 5 ? 'SIGQUIT' : 'SIGKILL')
    } catch {
      // It went by itself.
    }
  }
}

const LONGEST_BACKOFF_MS = 10_000
const STABLE_AFTER_MS = 60_000

/** Tries until the server is back on its port; undefined when told to give up. Waits before the first try only if it had just been started. */
async function restart(site: Site, port: number, ranForMs: number, signal: AbortSignal): Promise<Postmaster | undefined> {
  for (let wait = ranForMs < STABLE_AFTER_MS ? 200 : 0; ; wait = Math.min(LONGEST_BACKOFF_MS, Math.max(200, wait * 2))) {
    await sleep(wait, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    try {
      return await startWithRetries(site, port)
    } catch (error) {
      site.log.error({ error: String(error) }, 'database did not start; trying again')
    }
  }
}
