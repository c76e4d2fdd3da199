/**
 * One POST, one case decided at once with its credential, every commit on disk. The statement that writes the case is
 * replayed by pgbench on the same database: what the server reaches of that is its share.
 */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import { silentLog } from '../runtime/database/log.ts'
import { openPlatform } from '../runtime/platform.ts'
import { elderlyCardMatter } from '../systems/one-stop/matters/elderly-card.ts'
import { systems } from '../systems/registry.generated.ts'
import { median, spreadOf } from './measure/figures.ts'
import { count, databaseFacts, heading, judge, line, number, progress, table } from './measure/report.ts'
import { run, temporaryDatabase, type TemporaryDatabase } from './measure/temporary-city.ts'
import { makeApplicants } from './submit/applicants.ts'
import { post, postOnce, type Load } from './submit/http-load.ts'
import { pgbenchVersion, runPgbench } from './submit/pgbench.ts'
import { replayScript, type Identity } from './submit/replay-script.ts'
import { startServerProcess, type SentStatement } from './submit/server-process.ts'

const CLIENTS = 16
const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const size = options.quick ? { runs: 1, seconds: 5, warmUp: 1_500, counted: 40 } : { runs: 3, seconds: 20, warmUp: 6_000, counted: 400 }
const REQUEST = { path: '/api/v1/cases', body: JSON.stringify({ matter: elderlyCardMatter.code, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true }), connections: CLIENTS }

await run(async cleanUp => {
  heading('Submit', `npx tsx bench/submit.ts${options.quick ? ' --quick' : ''}`)
  const database = await temporaryDatabase()
  cleanUp(database.remove)
  await databaseFacts(database.db)
  line(`clients   ${CLIENTS} keep-alive connections over bare sockets, in another process than the server`)
  const tokens = await applicants(database)

  const captured = await capture(database, tokens)
  line(`POST      ${number(captured.perPost)} statements each: ${captured.statements.map(one => one.name).join(', ')} (${count(size.counted)} counted, background work off)`)
  const scripts = writeScripts(database.dataDir, captured)
  const version = pgbenchVersion()
  line(`pgbench   ${version ?? 'SKIPPED: not found on PATH, so there is nothing to hold the server against'}`)

  const rounds: Round[] = []
  for (let i = 1; i <= size.runs; i++) {
    progress(`run ${i} of ${size.runs}`)
    const server = await measureServer(database, tokens)
    if (version === undefined) rounds.push({ server, writing: NaN, whole: NaN })
    else rounds.push({ server, writing: await measurePgbench(database, scripts.writing, 2 * i), whole: await measurePgbench(database, scripts.whole, 2 * i + 1) })
  }
  await requireEveryCase(database, rounds.reduce((sum, { server }) => sum + server.answered, 0))
  show(rounds)
})

interface Captured {
  readonly statements: readonly SentStatement[]
  /** The one that writes the case. */
  readonly writing: SentStatement
  readonly identity: Identity
  readonly perPost: number
}

interface Served {
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  /** Microseconds of processor time a POST. */
  readonly server: number
  readonly clients: number
  /** With those of the warm-up. */
  readonly answered: number
}

interface Round {
  readonly server: Served
  readonly writing: number
  readonly whole: number
}

async function applicants({ db, dataDir }: TemporaryDatabase): Promise<readonly string[]> {
  const platform = await openPlatform({ db, systems, calendar: stateCouncilCalendar, dataDir, log: silentLog })
  const tokens = await makeApplicants(platform, 4 * CLIENTS, new Date().toISOString())
  await platform.close()
  return tokens
}

async function capture({ connectionString, dataDir }: TemporaryDatabase, tokens: readonly string[]): Promise<Captured> {
  const server = await startServerProcess({ connectionString, dataDir, keepStatements: true })
  const load: Load = { ...REQUEST, url: server.url, tokens }
  // The first ones fill caches: sessions, the matter, a block of numbers.
  for (const _ of [1, 2, 3]) await postOnce(load, randomUUID())
  await server.statements()
  const idempotencyKey = randomUUID()
  const answer = await postOnce(load, idempotencyKey)
  const statements = await server.statements()
  for (let i = 0; i < size.counted; i++) await postOnce(load, randomUUID())
  const perPost = (await server.statements()).length / size.counted
  await server.stop()
  const body = JSON.parse(answer.body) as { readonly number: string; readonly credentials: readonly { readonly id: string }[] }
  const writing = statements.find(one => one.text.includes('insert into onevisit.cases'))
  const trace = /^trace-id: *(\S+)$/im.exec(answer.head)?.[1]
  if (writing === undefined || trace === undefined) throw new Error('no statement that writes the case was seen')
  return { statements, writing, identity: { number: body.number, credential: body.credentials[0]!.id, idempotencyKey, trace }, perPost }
}

function writeScripts(dir: string, { statements, writing, identity }: Captured): { readonly writing: string; readonly whole: string } {
  const write = (name: string, replayed: readonly SentStatement[]) => {
    const file = join(dir, `${name}.sql`)
    writeFileSync(file, replayScript(replayed, identity), { mode: 0o600 })
    return file
  }
  return { writing: write('writing', [writing]), whole: write('whole', statements) }
}

/** A fresh server, warmed up; the checkpoint comes last, so that both sides begin alike. */
async function measureServer(database: TemporaryDatabase, tokens: readonly string[]): Promise<Served> {
  const server = await startServerProcess({ connectionString: database.connectionString, dataDir: database.dataDir, keepStatements: false })
  const load: Load = { ...REQUEST, url: server.url, tokens }
  const warmUp = await post(load, { requests: size.warmUp })
  await ledgerNumbered(database)
  await database.db.queryOnce('checkpoint')
  const before = { server: await server.processorTime(), own: process.cpuUsage() }
  const { answers, seconds, times } = await post(load, { seconds: size.seconds })
  const own = process.cpuUsage(before.own)
  const used = await server.processorTime() - before.server
  await server.stop()
  const { p50, p95, p99 } = spreadOf(times)
  return { perSecond: answers / seconds, p50, p95, p99, server: used / answers, clients: (own.user + own.system) / answers, answered: answers + warmUp.answers }
}

/** Leaves of the replay are numbered by the next server; its own run must not pay for them. */
async function ledgerNumbered({ db }: TemporaryDatabase): Promise<void> {
  for (;;) {
    const { rows } = await db.queryOnce('select 1 from onevisit.ledger_leaf where position is null limit 1')
    if (rows.length === 0) return
    await sleep(200)
  }
}

async function measurePgbench({ db, connectionString }: TemporaryDatabase, script: string, run: number): Promise<number> {
  await db.queryOnce('checkpoint')
  return (await runPgbench({ script, connectionString, clients: CLIENTS, seconds: size.seconds, run })).perSecond
}

/** What was answered is there: cases numbered by the server, each approved, each with a credential. */
async function requireEveryCase({ db }: TemporaryDatabase, answered: number): Promise<void> {
  const { rows } = await db.queryOnce<{ n: number }>(`select count(*)::int as n from onevisit.cases c join onevisit.credential k on k.number = c.number where c.state = 'approved' and length(c.number) < 20`)
  const expected = answered + size.counted + 4
  if (rows[0]!.n !== expected) throw new Error(`${expected} POSTs were answered with 201, and ${rows[0]!.n} decided cases with a credential are stored`)
  line(`rows      ${count(expected)} POSTs answered 201, as many decided cases with a credential stored`)
}

function show(rounds: readonly Round[]): void {
  line()
  line(`Runs of ${size.seconds} s, server and pgbench in turn, checkpoint before each; ${count(size.warmUp)} POSTs before each run of the server to warm it up`)
  table(['run', 'POST/s', 'p50 ms', 'p95 ms', 'p99 ms', 'server µs', 'clients µs', 'pgbench/s, writing statement', 'pgbench/s, all statements'], rounds.map(({ server, writing, whole }, i) => [
    String(i + 1), number(server.perSecond), number(server.p50), number(server.p95), number(server.p99), number(server.server), number(server.clients), Number.isNaN(writing) ? '–' : number(writing), Number.isNaN(whole) ? '–' : number(whole),
  ]))
  const posts = median(rounds.map(round => round.server.perSecond))
  line(`median POST/s ${number(posts)}`)
  if (rounds.some(round => Number.isNaN(round.writing))) return
  const [writing, whole] = [median(rounds.map(round => round.writing)), median(rounds.map(round => round.whole))]
  line(`median pgbench/s ${number(writing)} with the writing statement, ${number(whole)} with all statements of a POST`)
  judge([{ what: 'POST/s against the writing statement by pgbench', value: 100 * posts / writing, unit: ' %', least: 50 }])
  line(`          against all statements of a POST: ${number(100 * posts / whole)} %`)
}
