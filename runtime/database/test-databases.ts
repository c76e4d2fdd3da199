/**
 * Fresh real databases for tests, on the server that `tests/global-setup.ts` provides or, when
 * ONEVISIT_TEST_DATABASE_URL is set, on that one (its user must be allowed to create databases).
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openPool, type Db, type PoolOptions, type StatementHook } from './pool.ts'

export interface TestDatabase {
  db: Db
  connectionString: string
  name: string
}

export interface TestDatabaseOptions {
  /**
   * A state to start from, made once a run by `migrate` and then copied. Two files that give the same name must mean the
   * same state.
   */
  template?: { name: string; migrate: (db: Db, connectionString: string) => Promise<unknown> }
  onStatement?: StatementHook
  /** Sessions in the pool; 5 unless given. */
  max?: number
  plans?: PoolOptions['plans']
}

/** The caller drops it; tests use `testDatabase` of testing.ts. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase & { drop(): Promise<void> }> {
  const server = await testServerUrl()
  const template = options.template ? await ensureTemplate(server, options.template) : 'template1'
  const name = `${runPrefix()}${randomBytes(6).toString('hex')}`
  await onServer(server, (admin) => admin.query(`create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)}`))
  const connectionString = urlOf(server, name)
  const db = openPool({ connectionString, max: options.max ?? 5, applicationName: 'test', ...(options.onStatement ? { onStatement: options.onStatement } : {}), ...(options.plans ? { plans: options.plans } : {}) })
  const drop = async () => {
    await db.close()
    await dropDatabase(server, name)
  }
  return { db, connectionString, name, drop }
}

/** A connection string with the right to create databases. */
export async function testServerUrl(): Promise<string> {
  const given = process.env['ONEVISIT_TEST_DATABASE_URL']
  if (given) return given
  const address = process.env['ONEVISIT_TEST_DATABASE']
  if (!address) throw new Error('no test database: run the tests with the repository\'s vitest.config.ts, or set ONEVISIT_TEST_DATABASE_URL')
  const response = await fetch(address)
  const answer = await response.text()
  if (!response.ok) throw new Error(`the test database did not start: ${answer}`)
  return answer
}

/** What every database of this run begins with, so that the end of the run can drop what a killed test left. */
function runPrefix(): string {
  return `onevisit_test_${process.env['ONEVISIT_TEST_RUN'] ?? 'solo'}_`
}

async function ensureTemplate(server: string, { name, migrate }: NonNullable<TestDatabaseOptions['template']>): Promise<string> {
  const template = `${runPrefix()}template_${name.replace(/\W/g, '_')}`.slice(0, 63)
  await onServer(server, async (admin) => {
    // Two files may want it at once; the lock goes with the session.
    await admin.query('select pg_advisory_lock(hashtextextended($1, 0))', [template])
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [template])
    if (rowCount) return
    const draft = `${runPrefix()}draft_${randomBytes(4).toString('hex')}`
    await admin.query(`create database ${pg.escapeIdentifier(draft)}`)
    const db = openPool({ connectionString: urlOf(server, draft), max: 2, applicationName: 'test template' })
    try {
      await migrate(db, urlOf(server, draft))
    } finally {
      await db.close()
    }
    await admin.query(`alter database ${pg.escapeIdentifier(draft)} rename to ${pg.escapeIdentifier(template)}`)
  })
  return template
}

/** Drops all databases of this run; for the end of a run on a server that stays. */
export async function dropRunDatabases(server: string): Promise<void> {
  const names = await onServer(server, (admin) => admin.query<{ datname: string }>('select datname from pg_database where starts_with(datname, $1)', [runPrefix()]))
  for (const { datname } of names.rows) await dropDatabase(server, datname)
}

async function dropDatabase(server: string, name: string): Promise<void> {
  await onServer(server, (admin) => admin.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`))
}

async function onServer<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server })
  admin.on('error', () => undefined)
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end().catch(() => undefined)
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
