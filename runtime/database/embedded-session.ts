/** The few statements that the supervisor itself runs on the server it starts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { SUPERUSER } from './cluster.ts'
import type { PostmasterPid } from './postmaster-pid.ts'

/** Longer than a busy machine takes; a server that is slower is as good as dead. */
const ANSWER_MS = 10_000

/** Whether a running server answers our password, is of our version and was started with our arguments. */
export async function adoptable(left: PostmasterPid, password: string, wanted: { args: string[]; version: string }): Promise<boolean> {
  if (!hasArguments(left.dataDirectory, wanted.args)) return false
  const connectionString = `postgresql://${SUPERUSER}:${password}@127.0.0.1:${left.port}/postgres?sslmode=disable`
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>(`select split_part(current_setting('server_version'), ' ', 1) as version`)
    return rows[0]?.version === wanted.version
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Creates our database unless it is there; the usual start costs one connection. */
export async function ensureDatabase(connectionString: string): Promise<void> {
  try {
    await withClient(connectionString, async () => undefined)
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error
    const url = new URL(connectionString)
    const name = url.pathname.slice(1)
    url.pathname = '/postgres'
    await withClient(url.href, (client) => client.query(`create database ${pg.escapeIdentifier(name)}`))
  }
}

async function withClient<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The server notes its arguments, each in double quotes, in `postmaster.opts`. */
function hasArguments(pgdata: string, args: string[]): boolean {
  try {
    const line = readFileSync(join(pgdata, 'postmaster.opts'), 'utf8').trimEnd()
    return line.slice(line.indexOf(' "') + 1) === args.map((arg) => `"${arg}"`).join(' ')
  } catch {
    return false
  }
}
