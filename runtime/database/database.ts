/** Opens the one database of this process: `DATABASE_URL` when it is set, the embedded one otherwise. */
import { startEmbedded, type Embedded, type ServerSettings } from './embedded.ts'
import { DatabaseError } from './errors.ts'
import { silentLog, type Log } from './log.ts'
import { openPool, type Db, type PoolOptions } from './pool.ts'
import { addressOf, requireSupported, waitUntilReady } from './readiness.ts'

export interface DatabaseOptions extends Pick<PoolOptions, 'max' | 'applicationName' | 'onStatement'> {
  env: Readonly<Record<string, string | undefined>>
  /** OneVisit's data directory; used by the embedded database only. */
  dataDir: string
  log?: Log
  /** How long to wait for `DATABASE_URL` to answer, milliseconds; 30 s unless given. */
  readyTimeoutMs?: number
  settings?: ServerSettings
}

export interface Database {
  /** For short statements by key; what reads whole tables opens a pool of its own on `connectionString`. */
  db: Db
  kind: 'embedded' | 'external'
  connectionString: string
  /** The supervisor, when the database is embedded. */
  embedded: Embedded | undefined
  /** Ends the sessions after their work, and the server if it is ours. */
  stop(): Promise<void>
}

/** Returns when the database answers and is fit to use; throws DatabaseError. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const log = options.log ?? silentLog
  const url = options.env['DATABASE_URL']?.trim()
  const embedded = url ? undefined : await startEmbedded({ dataDir: options.dataDir, log, ...(options.settings ? { settings: options.settings } : {}) })
  const connectionString = embedded ? embedded.connectionString : requireUrl(url!)
  try {
    const info = await waitUntilReady(connectionString, options.readyTimeoutMs ?? 30_000)
    requireSupported(info, connectionString)
    if (/^(C|POSIX)$/.test(info.ctype)) log.warn({ ctype: info.ctype }, 'LC_CTYPE of the database is C: searching for parts of Chinese words will find nothing')
    log.info({ address: addressOf(connectionString), version: info.version }, 'database ready')
  } catch (error) {
    await embedded?.stop()
    throw error
  }
  const { max, applicationName, onStatement } = options
  const db = openPool({ connectionString, log, plans: 'lookups', ...defined({ max, applicationName, onStatement }) })
  const stop = async () => {
    await db.close()
    await embedded?.stop()
  }
  return { db, kind: embedded ? 'embedded' : 'external', connectionString, embedded, stop }
}

function requireUrl(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch (error) {
    throw new DatabaseError('database-url-invalid', { reason: 'it is no URL' }, error)
  }
  if (!['postgres:', 'postgresql:'].includes(url.protocol)) throw new DatabaseError('database-url-invalid', { reason: `it begins with ${url.protocol}` })
  if (url.pathname.length < 2) throw new DatabaseError('database-url-invalid', { reason: 'it names no database' })
  return text
}

function defined<T extends object>(values: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]: NonNullable<T[K]> }
}
