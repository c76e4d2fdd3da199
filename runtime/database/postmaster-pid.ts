/** Reads PostgreSQL's `postmaster.pid` and tells whether the process in it is this database's server. */
import { readFileSync, readdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { commandLine, startedAt, workingDirectory } from './process-identity.ts'

export interface PostmasterPid {
  pid: number
  dataDirectory: string
  /** Seconds since 1970 when the postmaster wrote the file. */
  startedAtSeconds: number
  port: number
  /** `starting`, `stopping`, `ready` or `standby`; empty before the first report. */
  status: string
}

/** What `<pgdata>/postmaster.pid` says; undefined when it is absent or not yet written to the end. */
export function readPostmasterPid(pgdata: string): PostmasterPid | undefined {
  let lines: string[]
  try {
    lines = readFileSync(join(pgdata, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return {
    pid,
    dataDirectory: lines[1] ?? '',
    startedAtSeconds: Number(lines[2] ?? 0),
    port: Number(lines[3] ?? 0),
    status: (lines[7] ?? '').trim(),
  }
}

/** `ours`: this database's server. `dead`: nothing runs under that pid. `foreign`: the pid was given to something else. */
export function ownership(pid: number, pgdata: string): 'ours' | 'dead' | 'foreign' {
  if (startedAt(pid) === undefined) return 'dead'
  const [program = '', ...args] = commandLine(pid) ?? []
  const directory = args[args.indexOf('-D') + 1] ?? ''
  const isPostgres = basename(program) === 'postgres' && args.includes('-D')
  return isPostgres && (same(directory, pgdata) || same(workingDirectory(pid), pgdata)) ? 'ours' : 'foreign'
}

function same(a: string | undefined, b: string): boolean {
  if (!a) return false
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return a === b
  }
}

/**
 * Server processes that outlived their postmaster (a busy query does not notice its death) and so keep the database's
 * shared memory in use. Found by working directory, on Linux only; elsewhere the list is empty.
 */
export function orphanBackends(pgdata: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => same(workingDirectory(pid), pgdata) && /^postgres\b/.test(basename(commandLine(pid)?.[0] ?? '')))
}
