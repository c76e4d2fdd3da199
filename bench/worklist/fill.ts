/**
 * Fills the case and inbox tables in bulk with rows of the shape that the applier writes: what all cases have in common
 * is copied from one that was filed through the application desk, to-dos come from the case type's own duties.
 */
import type { PoolClient } from 'pg'
import { dutiesAt } from '../../engines/case-flow/index.ts'
import { addWorkdays } from '../../engines/legal-clock/index.ts'
import { mod11And10 } from '../../kernel/codes/check-characters.ts'
import type { Platform } from '../../runtime/platform.ts'
import type { Random } from '../measure/random.ts'
import { drawCases, type DrawnCase } from './draw.ts'
import { postOf, type Post, type Seat } from './seats.ts'
import { openTemplate } from './template.ts'

interface Todo {
  readonly key: string
  readonly post: Post
  readonly moves: readonly string[]
  /** The state that gave it. */
  readonly at: string
  readonly done: boolean
}

/** States passed before each state. */
const PASSED: Readonly<Record<string, readonly string[]>> = {
  submitted: [], correcting: ['submitted'], accepted: ['submitted'], reviewing: ['submitted', 'accepted'], approved: ['submitted', 'accepted'], refused: ['submitted', 'accepted'],
}
/** Working days that the to-dos of a state have. */
const LIMITS: Readonly<Record<string, number>> = { submitted: 5, correcting: 30, accepted: 15, reviewing: 20 }
/** A few cases are of matters without limits. */
const WITHOUT_LIMIT = 0.02
const CHUNK = 20_000

/** Adds `cases` cases that were opened before `now`, 30 % of them open. Scopes get their numbers in the order of their first to-do. */
export async function fill(platform: Platform, seats: readonly Seat[], cases: number, now: string, random: Random, told: (done: number) => void): Promise<void> {
  const template = await openTemplate(platform, now)
  const scopeOf = (seat: Seat) => platform.scopes.idOf(seat.post, seat.unit)
  const todos = todosOf(platform)
  const dues = duesOf(platform)
  let caseRows: CaseDraft[] = []
  let taskRows: TaskDraft[] = []
  let n = 0
  await platform.db.withClient(async client => {
    for (const drawn of drawCases(seats, cases, random)) {
      const draft = caseDraft(drawn, ++n, now)
      caseRows.push(draft)
      const limited = random.next() >= WITHOUT_LIMIT
      for (const todo of todos[drawn.state]!) taskRows.push(taskDraft(draft, todo, await scopeOf(drawn[todo.post]!), limited ? dues(draft.opened_at, todo.at) : 'infinity', now))
      if (n % CHUNK !== 0 && n !== cases) continue
      await insert(client, template, caseRows, taskRows)
      ;[caseRows, taskRows] = [[], []]
      told(n)
    }
  })
  for (const seat of seats) await scopeOf(seat)
  await platform.db.queryOnce('delete from onevisit.cases where number = $1', [template])
  await platform.db.queryOnce('delete from onevisit.inbox where number = $1', [template])
}

/** What the server does by itself some time after such a load. */
export async function settleTables(platform: Platform): Promise<void> {
  for (const table of ['scope', 'inbox', 'cases']) await platform.db.queryOnce(`vacuum (analyze) onevisit.${table}`)
  await platform.db.queryOnce('checkpoint')
}

interface CaseDraft {
  readonly number: string
  readonly state: string
  readonly outcome: string | null
  readonly accepting_region: string
  readonly organ: string
  readonly opened_at: string
  readonly closed_at: string | null
}

interface TaskDraft {
  readonly scope: number
  readonly state: 'open' | 'done'
  readonly due: string
  readonly number: string
  readonly key: string
  readonly case_state: string
  readonly moves: readonly string[]
  readonly opened_at: string
  readonly done_at: string | null
}

function caseDraft({ state, age, clerk, approver }: DrawnCase, n: number, now: string): CaseDraft {
  const openedAt = new Date(Date.parse(now) - age).toISOString()
  const digits = new Date(Date.parse(openedAt) + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '') + String(n).padStart(8, '0')
  const outcome = state === 'approved' || state === 'refused' ? state : null
  return { number: `OS${digits}${mod11And10(digits)}`, state, outcome, accepting_region: clerk.unit, organ: approver.unit, opened_at: openedAt, closed_at: outcome && now }
}

function taskDraft({ number, opened_at }: CaseDraft, todo: Todo, scope: number, due: string, now: string): TaskDraft {
  return { scope, state: todo.done ? 'done' : 'open', due, number, key: todo.key, case_state: todo.at, moves: todo.moves, opened_at, done_at: todo.done ? now : null }
}

function todosOf(platform: Platform): Readonly<Record<string, readonly Todo[]>> {
  const { type } = platform.city.caseEntry('one-stop.application')
  return Object.fromEntries(Object.entries(PASSED).map(([state, passed]) => [state, [...passed, state].flatMap(at =>
    dutiesAt(type, { state: at, tracks: {} }).map(({ key, post, moves }): Todo => ({ key, post: post as Post, moves, at, done: at !== state })))]))
}

/** The end of the last working day, as the clock of a case gives it. */
function duesOf(platform: Platform): (openedAt: string, state: string) => string {
  const known = new Map<string, string>()
  return (openedAt, state) => {
    const key = `${openedAt.slice(0, 10)}${state}`
    const due = known.get(key) ?? new Date(Date.parse(`${addWorkdays(platform.city.calendar, openedAt.slice(0, 10), LIMITS[state]!)}T16:00:00.000Z`)).toISOString()
    known.set(key, due)
    return due
  }
}

/** Synchronous commit would only slow the load down: nothing is measured yet, and a lost load is begun again. */
async function insert(client: PoolClient, template: string, cases: readonly CaseDraft[], tasks: readonly TaskDraft[]): Promise<void> {
  await client.query('set synchronous_commit = off')
  await client.query({ name: 'bench-cases', text: INSERT_CASES, values: [template, JSON.stringify(cases)] })
  await client.query({ name: 'bench-tasks', text: INSERT_TASKS, values: [template, JSON.stringify(tasks)] })
  await client.query('reset synchronous_commit')
}

const INSERT_CASES = `
  insert into onevisit.cases (number, system, type, definition, matter, edition, state, tracks, version, outcome, region, accepting_region, organ, applicant,
    parties, opened_at, entered_at, closed_at, due_legal, due_promised, clock, parent, child, live_key, index1, index2, index3, values)
  select r.number, t.system, t.type, t.definition, t.matter, t.edition, r.state, t.tracks, t.version, r.outcome, t.region, r.accepting_region, r.organ, t.applicant,
    t.parties, r.opened_at, r.opened_at, r.closed_at, t.due_legal, t.due_promised, t.clock, null, null, null, t.index1, t.index2, t.index3, t.values
  from onevisit.cases t, json_to_recordset($2::json) as r(number text, state text, outcome text, accepting_region text, organ text, opened_at timestamptz, closed_at timestamptz)
  where t.number = $1 and t.system = 'one-stop'`

const INSERT_TASKS = `
  insert into onevisit.inbox (scope, state, due, system, number, key, type, matter, case_state, moves, opened_at, done_at)
  select r.scope, r.state, r.due, t.system, r.number, r.key, t.type, t.matter, r.case_state, r.moves, r.opened_at, r.done_at
  from onevisit.cases t, json_to_recordset($2::json) as r(scope int, state text, due timestamptz, number text, key text, case_state text, moves jsonb, opened_at timestamptz, done_at timestamptz)
  where t.number = $1 and t.system = 'one-stop'`
