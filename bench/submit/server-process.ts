/** The server under test, in a process of its own: as it ships, or without background work and with every statement kept. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { AddressInfo } from 'node:net'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { openDatabase } from '../../runtime/database/database.ts'
import { silentLog } from '../../runtime/database/log.ts'
import { openPlatform } from '../../runtime/platform.ts'
import { buildApp } from '../../server/app.ts'
import { systemClock } from '../../server/clock.ts'
import { openParts } from '../../server/parts.ts'
import { startServer } from '../../server/start.ts'
import { rungs, systems } from '../../systems/registry.generated.ts'

export interface SentStatement {
  readonly name: string
  readonly text: string
  readonly values: readonly unknown[]
}

export interface ServerProcess {
  readonly url: string
  /** Statements since the last call; empty unless they are kept. */
  statements(): Promise<readonly SentStatement[]>
  /** Processor time of the server so far, microseconds. */
  processorTime(): Promise<number>
  stop(): Promise<void>
}

type Request = 'statements' | 'processorTime' | 'stop'

export async function startServerProcess(options: { readonly connectionString: string; readonly dataDir: string; readonly keepStatements: boolean }): Promise<ServerProcess> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], { serialization: 'advanced', execArgv: [...process.execArgv, ...(process.env['BENCH_SERVER_NODE_OPTIONS']?.split(' ') ?? [])] })
  const exited = new Promise<void>((resolve, reject) => child.once('exit', (code, signal) => code === 0 ? resolve() : reject(new Error(`the server process ended with ${code ?? signal}`))))
  const answer = () => Promise.race([new Promise<unknown>(resolve => child.once('message', resolve)), exited])
  const ask = (request: Request) => { const answered = answer(); child.send(request); return answered }
  const url = await answer() as string
  return {
    url,
    statements: () => ask('statements') as Promise<readonly SentStatement[]>,
    processorTime: () => ask('processorTime') as Promise<number>,
    async stop() { child.send('stop' satisfies Request); await exited },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.send) await serve(JSON.parse(process.argv[2]!) as Parameters<typeof startServerProcess>[0])

async function serve({ connectionString, dataDir, keepStatements }: Parameters<typeof startServerProcess>[0]): Promise<void> {
  const kept: SentStatement[] = []
  const env = { DATABASE_URL: connectionString }
  const server = keepStatements ? await startKeeping(env, dataDir, kept) : await startServer({ env, dataDir, port: 0, log: silentLog, demo: false })
  process.on('message', (request: Request) => {
    if (request === 'statements') process.send!(kept.splice(0))
    if (request === 'processorTime') { const { user, system } = process.cpuUsage(); process.send!(user + system) }
    if (request === 'stop') void server.close().then(() => process.exit(0))
  })
  process.send!(server.url)
}

/** The same parts as `startServer` puts together, with a hook on the pool. */
async function startKeeping(env: Readonly<Record<string, string>>, dataDir: string, kept: SentStatement[]): Promise<{ readonly url: string; close(): Promise<void> }> {
  const database = await openDatabase({ env, dataDir, onStatement: (name, text, values) => void kept.push({ name, text, values }) })
  const platform = await openPlatform({ db: database.db, systems, calendar: stateCouncilCalendar, dataDir, log: silentLog })
  const app = buildApp({ platform, parts: openParts(platform, { allowPrivateWebhooks: false }), clock: systemClock, rungs, demo: false, log: silentLog })
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    async close() { await app.close(); await platform.close(); await database.stop() },
  }
}
