/**
 * One OneVisit process a data directory.
 *
 * `<dataDir>/lock/` holds files named by a generation number; the highest one names the holder. A stale holder is
 * never replaced in place: the successor creates the next number, which only one process can do. Node has no flock,
 * and removing a stale file and creating a new one under the same name would let two starts each remove the other's.
 * Processes in separate pid namespaces (two containers on one volume) cannot see each other and are not kept apart.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseError } from './errors.ts'
import { startedAt } from './process-identity.ts'

export interface Lock {
  release(): void
}

export interface LockHolder {
  pid: number
  /** Tells this process from a later one with the same pid. */
  startedAt: string
  /** Instant when the lock was taken. */
  since: string
}

/** Takes the data directory for this process; `data-directory-in-use` when a live process holds it. */
export function acquireLock(dataDir: string): Lock {
  const folder = join(dataDir, 'lock')
  try {
    return acquireIn(dataDir, folder)
  } catch (error) {
    if (error instanceof DatabaseError) throw error
    throw new DatabaseError('data-directory-not-writable', { path: dataDir, reason: (error as Error).message }, error)
  }
}

/** The live process that holds the data directory, if any. */
export function lockHolder(dataDir: string): LockHolder | undefined {
  const folder = join(dataDir, 'lock')
  try {
    const top = highest(folder)
    const holder = top === 0 ? undefined : readHolder(join(folder, String(top)))
    return holder && isLive(holder) ? holder : undefined
  } catch {
    return undefined
  }
}

function acquireIn(dataDir: string, folder: string): Lock {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const self: LockHolder = { pid: process.pid, startedAt: startedAt(process.pid) ?? '', since: new Date().toISOString() }
  const steps = acquisition(folder, self, isLive)
  for (;;) {
    const { done, value } = steps.next()
    if (!done) continue
    if (typeof value !== 'string') throw new DatabaseError('data-directory-in-use', { path: dataDir, pid: value.pid, since: value.since })
    return { release: () => markReleased(folder, value) }
  }
}

/**
 * Returns the file that makes us the holder, or the live holder. Pauses between any two looks at or changes to the
 * folder, where another process may come in between; the test goes through such orders.
 */
export function* acquisition(folder: string, self: LockHolder, isLive: (holder: LockHolder) => boolean): Generator<void, string | LockHolder> {
  for (;;) {
    const top = highest(folder)
    yield
    const holder = top === 0 ? undefined : readHolder(join(folder, String(top)))
    if (holder && isLive(holder)) return holder
    yield
    const mine = join(folder, String(top + 1))
    if (!createWhole(folder, mine, self)) continue
    yield
    if (highest(folder) > top + 1) {
      // We had looked before a successor came and tidied up below itself.
      yield
      rmSync(mine, { force: true })
      continue
    }
    yield
    for (const name of readdirSync(folder)) if (name !== String(top + 1)) rmSync(join(folder, name), { force: true })
    return mine
  }
}

function highest(folder: string): number {
  return Math.max(0, ...readdirSync(folder).filter((name) => /^\d+$/.test(name)).map(Number))
}

/** Whom the file names; nobody when a successor removed it, it was released, or a power cut tore it. */
function readHolder(file: string): LockHolder | undefined {
  try {
    const holder = JSON.parse(readFileSync(file, 'utf8')) as Partial<LockHolder> | null
    return holder?.pid && holder.startedAt ? (holder as LockHolder) : undefined
  } catch {
    return undefined
  }
}

function isLive({ pid, startedAt: start }: LockHolder): boolean {
  return startedAt(pid) === start
}

/** Creates `file` with its whole content in one step; false when it exists or a successor removed our draft. */
function createWhole(folder: string, file: string, holder: LockHolder): boolean {
  const draft = join(folder, `draft-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(draft, JSON.stringify(holder))
    chmodSync(draft, 0o644)
    linkSync(draft, file)
    return true
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The number stays taken, so that a start that looked earlier cannot create it again. */
export function markReleased(folder: string, file: string): void {
  const draft = join(folder, `draft-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(draft, '{"released":true}')
    renameSync(draft, file)
  } catch {
    // The data directory is gone: nothing left to hold.
  }
}
