/**
 * A thin typed layer over pg's pool: named prepared statements, transactions, notifications. A session whose state is
 * in doubt never goes back to the pool.
 */
import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { DatabaseError } from './errors.ts'
import { createListener, type Unlisten } from './listener.ts'
import { silentLog, type Log } from './log.ts'
import { isConflict, isConnectionLost, isStalePlan } from './sql-errors.ts'
import { typeParsers } from './type-parsers.ts'

export type Row = Record<string, unknown>

export interface Result<R> {
  rows: R[]
  /** Rows returned or changed. */
  rowCount: number
}

export interface Queryable {
  /** A prepared statement, parsed once a session. `name` says what it is for; the text tells statements apart. */
  query<R = Row>(name: string, text: string, values?: readonly unknown[]): Promise<Result<R>>
  /** A statement that is not worth preparing: composed for one use, or DDL. */
  queryOnce<R = Row>(text: string, values?: readonly unknown[]): Promise<Result<R>>
  /** Several statements in one text, without values; they are one transaction unless the text says otherwise. */
  script(text: string): Promise<void>
}

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  /** How often to run it in all when it loses against another transaction; 1 unless given. `fn` must then be repeatable. */
  attempts?: number
}

export interface Db extends Queryable {
  /** Commits when `fn` returns, rolls back when it throws. */
  transaction<T>(fn: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>
  /**
   * Calls back for each NOTIFY on the channel, from a connection of its own that is opened again when it breaks.
   * `onGap` is called after such a break: notifications may have been missed, so look for yourself.
   */
  listen(channel: string, onNotify: (payload: string) => void, onGap?: () => void): Promise<Unlisten>
  /** A session for what this layer does not cover, such as COPY; ended when `fn` throws. */
  withClient<T>(fn: (client: pg.PoolClient) => Promise<T>): Promise<T>
  stats(): { total: number; idle: number; waiting: number }
  /** Ends all sessions after the work under way. */
  close(): Promise<void>
}

/** Sees every round trip; `begin`, `commit` and `rollback` count as statements. Values may be personal data. */
export type StatementHook = (name: string, text: string, values: readonly unknown[], ms: number) => void

export interface PoolOptions {
  connectionString: string
  /** Most sessions at once; 10 unless given. */
  max?: number
  applicationName?: string
  /** How long to wait for a session, milliseconds; 10 s unless given. */
  connectTimeoutMs?: number
  onStatement?: StatementHook
  log?: Log
  /**
   * `lookups`: plans take an index wherever there is one, however small the table was when the plan was made; a prepared
   * plan is kept while its table grows. For short statements; leave it out where whole tables are read.
   */
  plans?: 'lookups'
}

const LOOKUPS = ['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map((name) => ` -c ${name}=off`).join('')

/** Opens no session yet; see `waitUntilReady`. */
export function openPool(options: PoolOptions): Db {
  const log = options.log ?? silentLog
  const max = options.max ?? 10
  const config: pg.PoolConfig = {
    connectionString: options.connectionString,
    application_name: options.applicationName ?? 'onevisit',
    // A mistaken zone or date style of the server would change what texts mean.
    options: `-c TimeZone=UTC -c DateStyle=ISO${options.plans === 'lookups' ? LOOKUPS : ''}`,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    keepAlive: true,
    types: typeParsers,
  }
  const pool = new pg.Pool({ ...config, max, idleTimeoutMillis: 60_000 })
  let closing = false
  // pg's pool reports itself ended before its sessions are; a server that stops then is no news.
  pool.on('error', (error) => closing || log.warn({ error: error.message }, 'an idle database session was lost'))
  // Without a listener of its own a session that breaks between two statements of a transaction ends the process.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const listener = createListener({ ...config, application_name: `${config.application_name} listener` }, log)

  const withSession = async <T>(fn: (client: pg.PoolClient) => Promise<T>, isSpoilt: (client: pg.PoolClient, error: unknown) => boolean): Promise<T> => {
    const client = await pool.connect()
    try {
      const value = await fn(client)
      client.release(isUnfinished(client))
      return value
    } catch (error) {
      client.release(isSpoilt(client, error))
      throw error
    }
  }
  // The usual case, with callbacks: each promise fewer on this path is felt in the rate.
  const run: Run = (name, config) =>
    new Promise((resolve, reject) => {
      pool.connect((lost, client) => {
        if (!client) return reject(lost as Error)
        send(client, options.onStatement, name, config, (error, result) => {
          if (error) {
            return whenSettled(client, error, () => {
              client.release(isInDoubt(client, error))
              reject(error)
            })
          }
          client.release(isUnfinished(client))
          resolve(result)
        })
      })
    })
  const session = sessionOf(run)

  return {
    ...session,
    // Each session may hold a plan from before the table changed; each that does is dropped, so this ends.
    query: (name, text, values) => repeat(max + 1, isStalePlan, () => session.query(name, text, values)),
    transaction: (fn, how = {}) => repeat(how.attempts ?? 1, didNotHappen, () => withSession((client) => transact(client, options.onStatement, fn, how), isInDoubt)),
    listen: listener.listen,
    // After an error nobody knows what the session still waits for.
    withClient: (fn) => withSession(fn, () => true),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: async () => {
      closing = true
      await listener.close()
      await pool.end()
    },
  }
}

/** One round trip. */
type Run = (name: string, config: pg.QueryConfig) => Promise<pg.QueryResult>

function sessionOf(run: Run): Queryable {
  const rows = async <R>(name: string, config: pg.QueryConfig): Promise<Result<R>> => {
    try {
      const { rows, rowCount } = await run(name, config)
      return { rows: rows as R[], rowCount: rowCount ?? 0 }
    } catch (error) {
      // The trace so far leads to a socket; this one leads to who asked.
      if (error instanceof Error) Error.captureStackTrace(error)
      throw error
    }
  }
  return {
    query: <R>(name: string, text: string, values: readonly unknown[] = []) => rows<R>(name, { name: statementName(name, text), text, values: values as unknown[] }),
    queryOnce: <R>(text: string, values: readonly unknown[] = []) => rows<R>('once', { text, values: values as unknown[] }),
    script: async (text) => void (await rows('script', { text })),
  }
}

function send(client: pg.PoolClient, hook: StatementHook | undefined, name: string, config: pg.QueryConfig, done: (error: Error | null, result: pg.QueryResult) => void): void {
  if (!hook) return client.query(config, done)
  const start = performance.now()
  client.query(config, (error, result) => {
    hook(name, config.text, (config.values as unknown[] | undefined) ?? [], performance.now() - start)
    done(error, result)
  })
}

async function transact<T>(client: pg.PoolClient, hook: StatementHook | undefined, fn: (tx: Queryable) => Promise<T>, how: TransactionOptions): Promise<T> {
  const run: Run = (name, config) => new Promise((resolve, reject) => send(client, hook, name, config, (error, result) => (error ? reject(error) : resolve(result))))
  let open = true
  // Statements that were not waited for run one after the other.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn: Run = (name, config) => {
    if (!open) return Promise.reject(new DatabaseError('transaction-finished', { name }))
    const turn = last.then(() => run(name, config))
    last = turn.catch(() => undefined)
    return turn
  }
  await run('begin', { text: beginText(how) })
  try {
    const value = await fn(sessionOf(inTurn))
    open = false
    await last
    const { command } = await run('commit', { text: 'commit' })
    // PostgreSQL answers COMMIT with ROLLBACK, and no error, when a statement had failed and nobody minded.
    if (command !== 'COMMIT') throw new DatabaseError('transaction-aborted', {})
    return value
  } catch (error) {
    open = false
    await last
    if (!isConnectionLost(error) && isUnfinished(client)) await run('rollback', { text: 'rollback' }).catch(() => undefined)
    throw error
  }
}

function beginText({ isolation, readOnly }: TransactionOptions): string {
  return ['begin', isolation ? `isolation level ${isolation}` : '', readOnly ? 'read only' : ''].filter((part) => part !== '').join(' ')
}

/** pg passes an error on before the server has said in which state it leaves the session; an empty statement waits for that. */
function whenSettled(client: pg.PoolClient, error: unknown, then: () => void): void {
  if (isConnectionLost(error)) then()
  else client.query('', then)
}

/** Whether the session is inside a transaction, as the server last said: `T` in one, `E` in a failed one. */
function isUnfinished(client: pg.PoolClient): boolean {
  const status = client.getTransactionStatus()
  return status === 'T' || status === 'E'
}

function didNotHappen(error: unknown): boolean {
  return isConflict(error) || isStalePlan(error)
}

/** Whether the session must not be used again. */
function isInDoubt(client: pg.PoolClient, error: unknown): boolean {
  return isConnectionLost(error) || isStalePlan(error) || isUnfinished(client)
}

async function repeat<T>(attempts: number, mayRepeat: (error: unknown) => boolean, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || !mayRepeat(error)) throw error
    }
  }
}

const names = new Map<string, string>()
const MOST_NAMES = 5000

/**
 * One name a text, within PostgreSQL's 63 bytes. Beyond the bound a text is sent unprepared: somebody is composing
 * texts without end, and each would stay in every session's memory.
 */
function statementName(name: string, text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MOST_NAMES) return known
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12)
  const made = `${name.replace(/[^\w.-]/g, '_').slice(0, 48)}:${hash}`
  names.set(text, made)
  return made
}
