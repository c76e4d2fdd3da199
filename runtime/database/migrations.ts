/**
 * Forward-only SQL migrations. What has been applied stands in `onevisit.migration`; ids in it that are not given here
 * are of a newer release and left alone, because release N-1 runs on the schema of N.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseError } from './errors.ts'
import type { Db, Queryable } from './pool.ts'
import { sqlState } from './sql-errors.ts'

export interface Migration {
  id: string
  sql: string
}

export interface MigrationOutcome {
  /** Ids applied by this call, in order. */
  applied: string[]
  /** Ids in the database that were not given: a newer release has been here. */
  unknown: string[]
}

/**
 * Applies in the given order what is not yet in the database, each migration in a transaction of its own. Processes that
 * start together share the work: each migration is applied once.
 */
export async function migrate(db: Db, migrations: readonly Migration[]): Promise<MigrationOutcome> {
  requireDistinct(migrations)
  const done = await readApplied(db)
  requireUnchanged(migrations, done)
  const pending = migrations.filter(({ id }) => !done.has(id))
  const applied: string[] = []
  for (const migration of pending) if (await apply(db, migration)) applied.push(migration.id)
  const given = new Set(migrations.map(({ id }) => id))
  return { applied, unknown: [...done.keys()].filter((id) => !given.has(id)) }
}

/** The files `NNNN-name.sql` of a folder, by number; the id is the file's name without `.sql`. */
export function readMigrations(dir: string): Migration[] {
  const files = readdirSync(dir).filter((file) => file.endsWith('.sql')).sort()
  const byNumber = new Map<string, string>()
  return files.map((file) => {
    const number = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.sql$/.exec(file)?.[1]
    if (number === undefined) throw new DatabaseError('migration-name-invalid', { dir, file })
    if (byNumber.has(number)) throw new DatabaseError('migration-duplicate', { id: number })
    byNumber.set(number, file)
    return { id: file.slice(0, -'.sql'.length), sql: readFileSync(join(dir, file), 'utf8') }
  })
}

/** Identifies a list of migrations, for caches of databases that were made by it. */
export function fingerprint(migrations: readonly Migration[]): string {
  return createHash('sha256').update(JSON.stringify(migrations.map(({ id, sql }) => [id, digest(sql)]))).digest('hex')
}

async function readApplied(db: Queryable): Promise<Map<string, string>> {
  try {
    const { rows } = await db.queryOnce<{ id: string; sha256: string }>('select id, sha256 from onevisit.migration order by at, id')
    return new Map(rows.map(({ id, sha256 }) => [id, sha256]))
  } catch (error) {
    const state = sqlState(error)
    if (state === '42P01' || state === '3F000') return new Map()
    throw error
  }
}

/** False when another process had applied it first. */
async function apply(db: Db, migration: Migration): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.queryOnce('select pg_advisory_xact_lock($1)', [LOCK_KEY])
    await tx.script(BOOTSTRAP)
    const done = await readApplied(tx)
    requireUnchanged([migration], done)
    if (done.has(migration.id)) return false
    const before = await transactionId(tx)
    try {
      await tx.script(migration.sql)
    } catch (error) {
      throw failure(migration, error)
    }
    if ((await transactionId(tx)) !== before) {
      throw new DatabaseError('migration-failed', { id: migration.id, line: 1, reason: 'it ends its transaction; it may hold no begin, commit or rollback' })
    }
    await tx.queryOnce('insert into onevisit.migration (id, sha256) values ($1, $2)', [migration.id, digest(migration.sql)])
    return true
  })
}

async function transactionId(tx: Queryable): Promise<string> {
  return (await tx.queryOnce<{ id: string }>('select pg_current_xact_id()::text as id')).rows[0]!.id
}

/** Any number that nothing else in the database locks; this one spells `onevmigr`. */
const LOCK_KEY = String(Buffer.from('onevmigr').readBigInt64BE())

/** Within the lock: `create … if not exists` of two sessions at once can still collide. */
const BOOTSTRAP = `
  create schema if not exists onevisit;
  create table if not exists onevisit.migration (
    id text primary key,
    sha256 text not null,
    at timestamptz not null default now()
  );`

function requireDistinct(migrations: readonly Migration[]): void {
  const seen = new Set<string>()
  for (const { id } of migrations) {
    if (seen.has(id)) throw new DatabaseError('migration-duplicate', { id })
    seen.add(id)
  }
}

function requireUnchanged(migrations: readonly Migration[], done: ReadonlyMap<string, string>): void {
  for (const { id, sql } of migrations) {
    const before = done.get(id)
    if (before !== undefined && before !== digest(sql)) throw new DatabaseError('migration-changed', { id })
  }
}

/** Line ends do not count: git may have changed them. */
function digest(sql: string): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}

function failure(migration: Migration, error: unknown): unknown {
  if (sqlState(error) === undefined) return error
  const position = Number((error as { position?: string }).position ?? 1)
  const line = [...migration.sql].slice(0, position - 1).filter((character) => character === '\n').length + 1
  return new DatabaseError('migration-failed', { id: migration.id, line, reason: (error as Error).message }, error)
}
