/**
 * Replays a real event log: first judged in memory with its swapped traces, then every case through the real runtime
 * on a database of its own, at the events' own times. Only this command gives the desk a clock; no route does.
 */
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PERMIT, permitType, permitWords, replayCity, replaySteps } from '../../demo/replay/city.ts'
import { EventLogError, readEventLog, type EventLog, type LogCase } from '../../demo/replay/eventlog.ts'
import { isEven, replayFigures } from '../../demo/replay/figures.ts'
import { figureLines, meetsThresholds, refusedLines } from '../../demo/replay/report.ts'
import { composeUscc } from '../../kernel/codes/uscc.ts'
import { isProblem } from '../../kernel/errors/problem.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../../runtime/access/actor.ts'
import type { CaseView } from '../../runtime/cases/view.ts'
import { openDatabase } from '../../runtime/database/database.ts'
import { silentLog } from '../../runtime/database/log.ts'
import type { Db } from '../../runtime/database/pool.ts'
import { openPlatform, type Platform } from '../../runtime/platform.ts'
import { CommandFailed } from '../failure.ts'

type Env = Readonly<Record<string, string | undefined>>

const AT_ONCE = 8
const ORGAN = composeUscc({ registrar: '1', category: '1', region: '330200', organBody: '0REPLAY1' })

export async function runReplay(what: string, file: string, options: { readonly cases: string }, env: Env): Promise<void> {
  if (what !== 'eventlog') throw new CommandFailed(`nothing called '${what}' to replay; it is: replay eventlog FILE`)
  const most = Number(options.cases)
  if (!Number.isInteger(most) || most < 0) throw new CommandFailed(`--cases is a whole number, not '${options.cases}'`)
  const log = await readEventLog(file).catch((error: Error) => { throw error instanceof EventLogError ? new CommandFailed(error.message) : error })
  for (const row of log.rejected) say(`line ${row.line} rejected: ${row.code}: ${row.reason.en}`)
  await judgeInMemory(log)
  await throughRuntime({ ...log, cases: most === 0 ? log.cases : log.cases.slice(0, most) }, env)
}

async function judgeInMemory(log: EventLog): Promise<void> {
  const figures = await replayFigures(permitType, permitWords, log)
  for (const line of figureLines(figures, Object.keys(permitType.moves).length, 'en')) say(line)
  for (const line of [...refusedLines(figures.even, 'en'), ...refusedLines(figures.odd, 'en')]) say(`refused: ${line}`)
  if (!meetsThresholds(figures.odd)) throw new CommandFailed('the odd cases miss the thresholds (95 % of events accepted, 80 % of swapped traces refused)', 1)
}

interface Tally {
  accepted: number
  refused: number
  readonly reasons: Map<string, number>
}

async function throughRuntime(log: EventLog, env: Env): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-replay-'))
  chmodSync(dataDir, 0o711)
  const database = await openDatabase({ env: { ...env, ...(env['REPLAY_DATABASE_URL'] ? { DATABASE_URL: env['REPLAY_DATABASE_URL'] } : { DATABASE_URL: undefined }) }, dataDir, max: AT_ONCE + 2 })
  try {
    const platform = await openPlatform({ db: database.db, systems: replayCity, calendar: stateCouncilCalendar, dataDir, log: silentLog })
    try {
      const started = performance.now()
      const tally = { even: emptyTally(), odd: emptyTally() }
      await eachAtOnce(log.cases, AT_ONCE, async (one, done) => {
        await replayCase(platform, one, isEven(one) ? tally.even : tally.odd)
        if (done % 200 === 0) say(`… ${done} of ${log.cases.length} cases`)
      })
      const seconds = (performance.now() - started) / 1_000
      say(`through the runtime on PostgreSQL (${database.kind}): ${log.cases.length} cases in ${seconds.toFixed(1)} s`)
      for (const half of ['even', 'odd'] as const) say(`  ${half}: events accepted ${tally[half].accepted}, refused ${tally[half].refused}${[...tally[half].reasons].map(([reason, n]) => `\n    ${n} × ${reason}`).join('')}`)
      for (const line of await databaseFigures(database.db)) say(line)
    } finally {
      await platform.close()
    }
  } finally {
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function replayCase(platform: Platform, one: LogCase, tally: Tally): Promise<void> {
  let seen: CaseView | undefined
  for (const step of replaySteps(one)) {
    try {
      if (step.kind === 'open') {
        const answer = await platform.desk.open({
          actor: HANDLER, type: PERMIT, matter: null, given: step.values, parties: {}, region: '330200000000', acceptingRegion: '330200000000', organ: ORGAN, now: step.at,
          answer: (_work, working) => ({ status: 201, body: { number: working.record.number, version: working.record.version, state: working.record.state } }),
        })
        seen = answer.body as CaseView
      } else if (seen === undefined) {
        throw new Refused('the case was not opened')
      } else {
        seen = await moveOne(platform, seen, step.kind === 'close' ? [step.move] : step.candidates, step.values, step.at)
      }
      if (step.kind !== 'close') tally.accepted++
    } catch (error) {
      if (!(error instanceof Refused) && !isProblem(error)) throw error
      if (step.kind === 'close') continue
      tally.refused++
      const reason = `${step.activity}: ${error.message}`
      tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1)
    }
  }
}

class Refused extends Error {}

/** The first candidate that is possible; the last refusal stands when none is. */
async function moveOne(platform: Platform, seen: CaseView, candidates: readonly string[], values: Readonly<Record<string, unknown>>, now: string): Promise<CaseView> {
  let refusal: unknown = new Refused('the case type knows no such activity')
  for (const move of candidates) {
    try {
      const { body } = await platform.desk.move({ actor: HANDLER, number: seen.number, move, given: values, note: null, version: seen.version, now, trace: randomUUID() })
      return body as CaseView
    } catch (error) {
      if (!isProblem(error)) throw error
      refusal = error
    }
  }
  throw refusal
}

/** One actor with all posts: the log does not say which group was right to act, so groups are not enforced. */
const HANDLER: SignedIn = {
  account: '00000000-0000-8000-8000-000000000001', kind: 'staff', subject: '00000000-0000-8000-8000-000000000002', class: 'person', name: 'replay',
  holdings: Object.keys(permitType.posts).map(post => ({ post: `permit-replay.${post}`, unit: ORGAN })),
}

/** The same durations, read back from what the runtime stored. */
async function databaseFigures(db: Db): Promise<readonly string[]> {
  const { rows } = await db.queryOnce<{ cases: number; events: number; median: number; p90: number; closed: number; late: number; open: number; start_end: number }>(`
    with span as (select number, extract(epoch from max(at) filter (where move <> 'close') - min(at)) / 86400 as days from onevisit.events group by number),
      ends as (select number, (values->>'endedAt')::timestamptz as ended, (values->>'deadline')::timestamptz as deadline, (values->>'receivedAt')::timestamptz as received from onevisit.cases)
    select (select count(*)::int from onevisit.cases) as cases, (select count(*)::int from onevisit.events where move <> 'close') as events,
      (select percentile_cont(0.5) within group (order by days) from span) as median, (select percentile_cont(0.9) within group (order by days) from span) as p90,
      (select count(ended)::int from ends) as closed, (select count(*)::int from ends where ended > deadline) as late, (select count(*)::int from ends where ended is null) as open,
      (select percentile_cont(0.5) within group (order by extract(epoch from ended - received) / 86400) from ends where ended is not null) as start_end`)
  const row = rows[0]!
  return [`from the database: ${row.cases} cases, ${row.events} accepted events; event span median ${Number(row.median).toFixed(3)} d, p90 ${Number(row.p90).toFixed(1)} d; start to end median ${Number(row.start_end).toFixed(1)} d over ${row.closed}; ended after deadline ${row.late}; without end ${row.open}`]
}

async function eachAtOnce<T>(items: readonly T[], width: number, run: (item: T, done: number) => Promise<void>): Promise<void> {
  let next = 0
  let done = 0
  await Promise.all(Array.from({ length: width }, async () => {
    for (let i = next++; i < items.length; i = next++) await run(items[i]!, ++done)
  }))
}

function emptyTally(): Tally {
  return { accepted: 0, refused: 0, reasons: new Map() }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
