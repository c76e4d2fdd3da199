/**
 * Where the database lies: in the data directory; or, when the account that root runs the server as cannot enter that
 * (a clone below /root), in a directory of its own below /var/lib. The data directory's file `postgres.elsewhere` names
 * that directory, and the file `data-directory` in there names the data directory, so that a copied data directory is
 * told from a moved one and never gets at the original's database.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, statfsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseError } from './errors.ts'
import { acquireLock } from './lock.ts'
import type { Log } from './log.ts'
import { closedTo, requireOwned, serverAccount, type Account } from './unprivileged.ts'
import { writeWhole } from './whole-file.ts'

/** Not below a folder that somebody may have made his data directory. */
export const ELSEWHERE = '/var/lib/onevisit-postgres'

export interface ClusterHome {
  /** Holds `postgres`, and the programs where these need a copy. */
  path: string
  account: Account | undefined
  /** To be called when the database is whole: from now on its absence is an error, no reason to create another. */
  settle(): void
  /** Gives the directory free for other processes, if it is not the data directory. */
  release(): void
}

/** Call it only while holding the data directory's lock. Throws DatabaseError when there is no place or no right to it. */
export function openHome(dataDir: string, elsewhere: string | false, log: Log): ClusterHome {
  const pointer = readPointer(dataDir)
  const home = pointer && locate(dataDir, pointer)
  if (home) return occupy(dataDir, home, log)
  const inside = join(dataDir, 'postgres')
  const account = serverAccount(dataDir, inside)
  const blockedAt = account && closedTo(account, dataDir)
  if (!blockedAt) return { path: dataDir, account, settle() {}, release() {} }
  if (existsSync(inside)) throw notReachable(dataDir, account, blockedAt, `it is already in ${inside}`)
  if (elsewhere === false) throw notReachable(dataDir, account, blockedAt, 'this data directory is a temporary one')
  const made = make(dataDir, elsewhere, account, blockedAt)
  log.warn({ path: made.directory, account: account.name, blockedAt }, 'the account of the database server cannot enter the data directory, so the database lies elsewhere')
  for (const directory of earlierHomes(dataDir, made)) log.warn({ path: directory }, 'an earlier database of this data directory is still there; delete it if it is not needed')
  return occupy(dataDir, made, log)
}

interface Pointer {
  directory: string
  id: string
  /** Whether a database was ever whole in there. */
  created: boolean
}

interface Note {
  id: string
  dataDir: string
}

/** The directory the pointer names, proved to be its own; undefined when a kill came before anything was in it. */
function locate(dataDir: string, pointer: Pointer): Pointer | undefined {
  const { directory, id, created } = pointer
  const [inside, pgdata] = [join(dataDir, 'postgres'), join(directory, 'postgres')]
  requireOwned(pgdata)
  const note = readNote(directory)
  const isThere = note?.id === id && (!created || existsSync(join(pgdata, 'PG_VERSION')))
  if (!isThere && created) throw new DatabaseError('database-elsewhere-lost', { path: dataDir, directory, pointer: pointerFile(dataDir) })
  if (!isThere) return undefined
  if (existsSync(inside)) throw new DatabaseError('database-in-two-places', { path: dataDir, inside, directory: pgdata, pointer: pointerFile(dataDir) })
  requireOriginal(dataDir, pointer, note)
  return pointer
}

/** A data directory whose note names another that is there and points to the same place is a copy of that one. */
function requireOriginal(dataDir: string, { directory, id }: Pointer, note: Note): void {
  if (isSame(note.dataDir, dataDir) || readPointer(note.dataDir)?.id !== id) return
  throw new DatabaseError('data-directory-copied', { path: dataDir, original: note.dataDir, directory, pointer: pointerFile(dataDir) })
}

function occupy(dataDir: string, pointer: Pointer, log: Log): ClusterHome {
  const { directory } = pointer
  const account = serverAccount(dataDir, join(directory, 'postgres'))
  const blockedAt = account && closedTo(account, directory)
  if (blockedAt) throw notReachable(directory, account, blockedAt, `it is already in ${directory}`)
  const lock = acquireLock(directory)
  try {
    const note = readNote(directory)!
    // Once more: of two that were moved or copied at the same time the other may have come first.
    requireOriginal(dataDir, pointer, note)
    const here = realpathSync(dataDir)
    if (note.dataDir !== here) {
      writeNote(directory, { ...note, dataDir: here })
      log.info({ from: note.dataDir, to: here, path: directory }, 'the data directory was moved; its database stays')
    }
  } catch (error) {
    lock.release()
    throw error
  }
  const settle = () => {
    if (!pointer.created) writePointer(dataDir, { ...pointer, created: true })
  }
  return { path: directory, account, settle, release: lock.release }
}

function make(dataDir: string, elsewhere: string, account: Account, blockedAt: string): Pointer {
  const id = randomBytes(8).toString('hex')
  const directory = join(elsewhere, id)
  const refused = (reason: string, cause?: unknown) => notReachable(dataDir, account, blockedAt, `${elsewhere}: ${reason}`, cause)
  if (mayVanishFirst(elsewhere, dataDir)) throw refused('what is there may be lost with this container or at the next boot')
  try {
    for (const path of [elsewhere, directory]) makePassable(path)
    writeNote(directory, { id, dataDir: realpathSync(dataDir) })
  } catch (error) {
    throw refused((error as Error).message, error)
  }
  const closed = closedTo(account, directory)
  if (closed) {
    rmSync(directory, { recursive: true, force: true })
    throw refused(`${account.name} cannot enter ${closed}`)
  }
  const pointer = { directory, id, created: false }
  writePointer(dataDir, pointer)
  return pointer
}

/** To be passed by the server's account and read by nobody. */
function makePassable(path: string): void {
  if (existsSync(path)) return
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o711)
}

/** tmpfs, ramfs, overlayfs (a container's own files), aufs. */
const SHORT_LIVED_FILE_SYSTEMS = new Set([0x01021994, 0x858458f6, 0x794c7630, 0x61756673])
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv']

/** Keys and files on a volume must not get a database that goes with the container. */
function mayVanishFirst(elsewhere: string, dataDir: string): boolean {
  let place = elsewhere
  while (!existsSync(place)) place = dirname(place)
  if (statSync(place).dev === statSync(dataDir).dev) return false
  return SHORT_LIVED_FILE_SYSTEMS.has(statfsSync(place).type) || CONTAINER_MARKS.some((path) => existsSync(path))
}

function earlierHomes(dataDir: string, { directory }: Pointer): string[] {
  const elsewhere = dirname(directory)
  const others = readdirSync(elsewhere).map((name) => join(elsewhere, name)).filter((path) => path !== directory)
  return others.filter((path) => readNote(path)?.dataDir === realpathSync(dataDir) && existsSync(join(path, 'postgres')))
}

const pointerFile = (dataDir: string) => join(dataDir, 'postgres.elsewhere')
const noteFile = (directory: string) => join(directory, 'data-directory')

function writePointer(dataDir: string, pointer: Pointer): void {
  writeWhole(pointerFile(dataDir), `${JSON.stringify(pointer)}\n`, 0o644)
}

function writeNote(directory: string, note: Note): void {
  writeWhole(noteFile(directory), `${JSON.stringify(note)}\n`, 0o644)
}

/** A pointer that somebody spoilt still keeps an empty database from being taken for his. */
function readPointer(dataDir: string): Pointer | undefined {
  const text = readText(pointerFile(dataDir))
  if (text === undefined) return undefined
  const { directory, id, created } = parse<Pointer>(text)
  return directory && id ? { directory, id, created: created !== false } : { directory: text.trim(), id: '', created: true }
}

function readNote(directory: string): Note | undefined {
  const { id, dataDir } = parse<Note>(readText(noteFile(directory)) ?? '')
  return id && dataDir ? { id, dataDir } : undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parse<T>(text: string): Partial<T> {
  try {
    return (JSON.parse(text) as Partial<T> | null) ?? {}
  } catch {
    return {}
  }
}

/** Links and bind mounts give one directory several paths. */
function isSame(a: string, b: string): boolean {
  const [one, two] = [a, b].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino
}

function notReachable(path: string, { name }: Account, blockedAt: string, reason: string, cause?: unknown): DatabaseError {
  return new DatabaseError('database-directory-not-reachable', { path, user: name, blockedAt, reason }, cause)
}
