/** For tests of what leaves the platform: receivers of HTTP requests, and events as transitions write them. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import type { EventRow } from '../apply/writes.ts'
import { migrate, readMigrations } from '../database/migrations.ts'
import { testDatabase, type TestDatabase } from '../database/testing.ts'
import type { CloudEvent } from './cloud-event.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: CloudEvent
}

export interface Receiver {
  readonly url: string
  readonly port: number
  readonly received: readonly Received[]
}

/** What to answer to the n-th request, from 0; it may also write the answer itself, or never. */
export type Answering = (request: Received, n: number, response: ServerResponse) => number | void | Promise<number | void>

/** A real server on a free port of loopback, closed after the file's last test. */
export async function receiver(answer: Answering = () => 204): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const one: Received = { method: request.method!, path: request.url!, headers: request.headers, body, event: JSON.parse(body) as CloudEvent }
      received.push(one)
      void Promise.resolve(answer(one, received.length - 1, response)).then(status => { if (status !== undefined) response.writeHead(status).end() })
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook`, port, received }
}

/** A database with the platform's tables and the partitions of two systems, `alpha` and `beta`. */
export async function feedDatabase(): Promise<TestDatabase> {
  const database = await testDatabase({ template: { name: 'migrations only', migrate: fresh => migrate(fresh, readMigrations(join(import.meta.dirname, '../migrations'))) }, max: 10 })
  await database.db.script(['alpha', 'beta'].flatMap(system => ['cases', 'events'].map(table => `create table onevisit.${table}_${system} partition of onevisit.${table} for values in ('${system}')`)).join(';'))
  return database
}

let made = 0

export function eventRow(event: Partial<EventRow> = {}): EventRow {
  return {
    system: 'alpha', number: `AL${String(++made).padStart(8, '0')}`, version: 1, type: 'request', move: 'open', from_state: null, to_state: 'draft', tracks: {}, outcome: 'done', actor: null, actor_kind: 'person',
    actor_role: 'applicant', at: '2026-03-02T01:00:00.000Z', trace: randomUUID(), note: null, given: {}, effects: [], due_legal: null, due_promised: null, ...event,
  }
}

/** Does `round` until `done`. What holds the feed up (a transaction of another database on the same server) passes. */
export async function until(done: () => boolean | Promise<boolean>, round: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  for (let n = 0; n < 1_500; n++) {
    if (await done()) return
    await round()
    if (await done()) return
    await sleep(10)
  }
  throw new Error('what was waited for did not come about')
}

/** An account with a subject of its own. */
export async function account(db: TestDatabase['db'], kind: 'person' | 'firm' | 'staff' | 'app' | 'admin'): Promise<{ readonly id: string; readonly subject: string }> {
  const [id, subject] = [randomUUID(), randomUUID()]
  await db.queryOnce(`insert into onevisit.subject (id, class, name, created_at) values ($1, 'person', 'sealed', now())`, [subject])
  await db.queryOnce(`insert into onevisit.account (id, username, password, kind, subject, name, created_at) values ($1, $2, '-', $3, $4, '-', now())`, [id, `${kind} ${id}`, kind, subject])
  return { id, subject }
}
