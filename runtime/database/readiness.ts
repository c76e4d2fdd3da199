/** Waits for a database to answer and checks that it is one OneVisit can run on. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { DatabaseError } from './errors.ts'
import { isRetryable } from './sql-errors.ts'

/** Oldest PostgreSQL that OneVisit supports, major version. */
export const OLDEST_SUPPORTED = 14

export interface ServerInfo {
  /** As the server shows it, like `18.4`. */
  version: string
  major: number
  encoding: string
  /** What decides which characters are letters; with `C` pg_trgm finds no Chinese. */
  ctype: string
}

/**
 * Returns once the server accepts a session, trying again while it is starting or not reachable.
 * Throws `database-not-ready` after the time, `database-refused` at once for a wrong password or database name.
 */
export async function waitUntilReady(connectionString: string, timeoutMs: number): Promise<ServerInfo> {
  const address = addressOf(connectionString)
  const deadline = performance.now() + timeoutMs
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    const left = Math.max(1, deadline - performance.now())
    try {
      return await ask(connectionString, left)
    } catch (error) {
      const reason = reasonOf(error)
      if (!isRetryable(error)) throw new DatabaseError('database-refused', { address, reason }, error)
      if (performance.now() + wait > deadline) throw new DatabaseError('database-not-ready', { address, seconds: timeoutMs / 1000, reason }, error)
      await sleep(wait)
    }
  }
}

/** Throws when the server is too old or not in UTF-8. */
export function requireSupported(info: ServerInfo, connectionString: string): void {
  const address = addressOf(connectionString)
  if (info.major < OLDEST_SUPPORTED) throw new DatabaseError('database-version-unsupported', { address, found: info.version, oldest: OLDEST_SUPPORTED })
  if (info.encoding !== 'UTF8') throw new DatabaseError('database-encoding-unsupported', { address, found: info.encoding })
}

/** Host, port and database, without the password; for messages and logs. */
export function addressOf(connectionString: string): string {
  const client = new pg.Client({ connectionString })
  return `${client.host}:${client.port}/${client.database}`
}

async function ask(connectionString: string, timeoutMs: number): Promise<ServerInfo> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<ServerInfo>(`
      select current_setting('server_version') as version, current_setting('server_version_num')::int / 10000 as major,
             current_setting('server_encoding') as encoding, datctype as ctype
      from pg_database where datname = current_database()`)
    return rows[0]!
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Connecting to several addresses fails with an AggregateError whose own message is empty. */
function reasonOf(error: unknown): string {
  const inner = error instanceof AggregateError ? (error.errors[0] as Error) : (error as Error)
  return inner.message || String(inner)
}
