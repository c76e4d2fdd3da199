/**
 * Composes the one SQL statement of a transition from the parts it needs. Statements are cached by shape, so that
 * PostgreSQL prepares each once; expected counts raise inside the statement and undo all of it.
 */
import { createHash } from 'node:crypto'
import { schemaOf } from '../city.ts'
import type { ResourceWrite, Writes } from './writes.ts'

export interface Statement {
  readonly name: string
  readonly text: string
}

/** A shape, and how often it was written. */
interface Shape extends Statement {
  uses: number
}

export interface ComposedStatement extends Statement {
  readonly values: readonly string[]
  /** Whether it comes often enough that each session should keep it prepared. */
  readonly prepared: boolean
}

const CASE_COLUMNS = `number text, system text, type text, definition text, matter text, edition int, state text, tracks jsonb, version int, outcome text,
  region text, accepting_region text, organ text, applicant uuid, parties jsonb, opened_at timestamptz, entered_at timestamptz, closed_at timestamptz,
  due_legal date, due_promised date, clock jsonb, parent text, child text, live_key text, index1 text, index2 text, index3 text, values jsonb`
const EVENT_COLUMNS = `system text, number text, version int, type text, move text, from_state text, to_state text, tracks jsonb, outcome text, actor uuid,
  actor_kind text, actor_role text, at timestamptz, trace uuid, note text, given jsonb, effects jsonb, due_legal date, due_promised date`

interface Part {
  readonly name: string
  /** Groups of rows, each with the statement parts of its own partition. */
  readonly groups: (writes: Writes) => readonly { readonly key: string; readonly rows: readonly unknown[] }[]
  /** CTEs; `$` stands for the parameter. */
  readonly cte: (key: string, parameter: string) => string
  readonly check?: (key: string, parameter: string) => string
}

const insertInto = (table: (key: string) => string, columns: string) => (key: string, parameter: string) => {
  const names = columns.split(',').map(column => column.trim().split(' ')[0]).join(', ')
  return `insert into ${table(key)} (${names}) select ${names} from json_to_recordset(${parameter}::json) as r(${columns})`
}

const one = <T>(pick: (writes: Writes) => readonly T[]) => (writes: Writes) => pick(writes).length === 0 ? [] : [{ key: '', rows: pick(writes) }]
const bySystem = <T extends { readonly system: string }>(pick: (writes: Writes) => readonly T[]) => (writes: Writes) => {
  const rows = pick(writes)
  return [...new Set(rows.map(row => row.system))].sort().map(key => ({ key, rows: rows.filter(row => row.system === key) }))
}
const counted = (name: string, code: string) => (key: string, parameter: string) =>
  `onevisit.expect((select count(*) from ${name}${suffix(key)}), json_array_length(${parameter}::json), '${code}', null)`
const suffix = (key: string) => key === '' ? '' : `_${schemaOf(key)}`

const PARTS: readonly Part[] = [
  {
    name: 'fired', groups: one(w => w.timersFired),
    cte: (_key, p) => `delete from onevisit.timer t using json_to_recordset(${p}::json) as r(number text, key text, due timestamptz) where t.number = r.number and t.key = r.key and t.due = r.due returning 1`,
    check: counted('fired', 'timer-gone'),
  },
  { name: 'idempotency', groups: one(w => w.idempotency), cte: (_key, p) =>
    `insert into onevisit.idempotency (actor, key, request_hash, status, answer, at)
     select actor, key, decode(request_hash, 'hex'), status, answer, at from json_to_recordset(${p}::json) as r(actor uuid, key text, request_hash text, status int, answer jsonb, at timestamptz)` },
  { name: 'opens', groups: bySystem(w => w.opens), cte: insertInto(key => `onevisit.cases_${schemaOf(key)}`, CASE_COLUMNS) },
  {
    // In one order everywhere, so that two transitions of the same cases wait for each other instead of both failing.
    name: 'updates', groups: bySystem(w => [...w.updates].sort((a, b) => a.number < b.number ? -1 : 1)),
    cte: (key, p) => `update onevisit.cases_${schemaOf(key)} c set definition = r.definition, matter = r.matter, edition = r.edition, state = r.state, tracks = r.tracks, version = r.version,
      outcome = r.outcome, region = r.region, organ = r.organ, parties = r.parties, entered_at = r.entered_at, closed_at = r.closed_at,
      due_legal = r.due_legal, due_promised = r.due_promised, clock = r.clock, live_key = r.live_key, index1 = r.index1, index2 = r.index2, index3 = r.index3, values = r.values
      from json_to_recordset(${p}::json) as r(${CASE_COLUMNS}, expected int) where c.system = r.system and c.number = r.number and c.version = r.expected returning 1`,
    check: counted('updates', 'version-stale'),
  },
  { name: 'events', groups: bySystem(w => w.events), cte: insertInto(key => `onevisit.events_${schemaOf(key)}`, EVENT_COLUMNS) },
  { name: 'parties', groups: one(w => w.parties), cte: insertInto(() => 'onevisit.case_party', 'subject uuid, number text, system text, party text, opened_at timestamptz') },
  { name: 'tasks_done', groups: one(w => w.tasksDone), cte: (_key, p) =>
    `update onevisit.inbox i set state = 'done', done_at = r.done_at, done_by = r.done_by from json_to_recordset(${p}::json) as r(number text, key text, done_at timestamptz, done_by uuid)
     where i.number = r.number and i.key = r.key and i.state = 'open'` },
  { name: 'tasks_due', groups: one(w => w.tasksDue), cte: (_key, p) =>
    `update onevisit.inbox i set due = r.due from json_to_recordset(${p}::json) as r(number text, key text, due timestamptz)
     where i.number = r.number and i.key = r.key and i.state = 'open'` },
  { name: 'tasks', groups: one(w => w.tasks), cte: (_key, p) =>
    `insert into onevisit.inbox (scope, state, due, system, number, key, type, matter, case_state, moves, opened_at)
     select scope, 'open', due, system, number, key, type, matter, case_state, moves, opened_at
     from json_to_recordset(${p}::json) as r(scope int, due timestamptz, system text, number text, key text, type text, matter text, case_state text, moves jsonb, opened_at timestamptz)` },
  { name: 'timers_gone', groups: one(w => w.timersGone), cte: (_key, p) =>
    `delete from onevisit.timer t using json_to_recordset(${p}::json) as r(number text, key text) where t.number = r.number and t.key = r.key` },
  { name: 'timers', groups: one(w => w.timers), cte: (key, p) =>
    `${insertInto(() => 'onevisit.timer', 'system text, number text, key text, kind text, move text, due timestamptz, provisional boolean, spec jsonb')(key, p)}
     on conflict (number, key) do update set due = excluded.due, provisional = excluded.provisional, spec = excluded.spec, attempts = 0, retry_at = null, error = null` },
  { name: 'messages', groups: one(w => w.messages), cte: insertInto(() => 'onevisit.message', 'recipient uuid, number text, title jsonb, body jsonb, created_at timestamptz') },
  { name: 'credentials', groups: one(w => w.credentials), cte: insertInto(() => 'onevisit.credential',
    'id text, system text, type text, holder uuid, issuer text, status text, claims jsonb, signed text, number text, issued_at timestamptz, valid_until date') },
  {
    name: 'credential_changes', groups: one(w => w.credentialChanges),
    cte: (_key, p) => `update onevisit.credential c set status = r.status, reason = r.reason, changed_at = r.changed_at
      from json_to_recordset(${p}::json) as r(id text, status text, reason jsonb, changed_at timestamptz) where c.id = r.id returning 1`,
    check: counted('credential_changes', 'credential-unknown'),
  },
  { name: 'leaves', groups: one(w => w.leaves), cte: (_key, p) =>
    `insert into onevisit.ledger_leaf (hash, kind, trace, at) select decode(hash, 'hex'), kind, trace, at from json_to_recordset(${p}::json) as r(hash text, kind text, trace uuid, at timestamptz)` },
  { name: 'outbox', groups: one(w => w.outbox), cte: insertInto(() => 'onevisit.outbox', 'event jsonb, due timestamptz') },
]

const cache = new Map<string, Shape>()
/** Shapes follow from the definitions, so there are finitely many; a bound keeps a surprise from becoming a leak. */
const MOST_SHAPES = 2_000
/** A prepared transition takes a session a quarter of a megabyte. The first that come again are kept, others planned each time. */
const MOST_PREPARED = 200
const kept = new Set<string>()

/** The statement of these writes and its parameters; more than one where a resource's table is written several times. */
export function compose(writes: Writes): readonly ComposedStatement[] {
  const used = PARTS.flatMap(part => part.groups(writes).map(group => ({ part, ...group })))
  const [first = [], ...later] = turnsOf(writes.resources)
  if (used.length === 0 && first.length === 0) return []
  return [composed(used, first), ...later.map(turn => composed([], turn))]
}

/** The n-th write of a table is in the n-th turn. */
function turnsOf(resources: readonly ResourceWrite[]): readonly (readonly ResourceWrite[])[] {
  const turns: ResourceWrite[][] = []
  const seen = new Map<string, number>()
  for (const write of resources) {
    const turn = seen.get(write.table) ?? 0
    seen.set(write.table, turn + 1)
    ;(turns[turn] ??= []).push(write)
  }
  return turns
}

type UsedPart = { readonly part: Part; readonly key: string; readonly rows: readonly unknown[] }

function composed(used: readonly UsedPart[], resources: readonly ResourceWrite[]): ComposedStatement {
  const shape = [...used.map(({ part, key }) => `${part.name}:${key}`), ...resources.map(write => write.shape)].join('|')
  const values = [...used.map(({ rows }) => JSON.stringify(rows)), ...resources.flatMap(write => [JSON.stringify(write.rows), ...write.atMost === undefined ? [] : [String(write.atMost)]])]
  let statement = cache.get(shape)
  if (statement === undefined) {
    if (cache.size >= MOST_SHAPES) cache.clear()
    statement = { ...build(used, resources), uses: 0 }
    cache.set(shape, statement)
  }
  if (++statement.uses > 1 && kept.size < MOST_PREPARED) kept.add(shape)
  return { name: statement.name, text: statement.text, values, prepared: kept.has(shape) }
}

function build(used: readonly UsedPart[], resources: readonly ResourceWrite[]): Statement {
  const ctes = used.map(({ part, key }, i) => `${part.name}${suffix(key)} as (${part.cte(key, `$${i + 1}`)})`)
  const checks = used.flatMap(({ part, key }, i) => part.check ? [part.check(key, `$${i + 1}`)] : [])
  let parameters = used.length
  resources.forEach((write, i) => {
    ctes.push(`resource_${i} as (${write.sql(`$${++parameters}`)})`)
    if (write.atMost === undefined) return
    const bound = `$${++parameters}::bigint`
    checks.push(`onevisit.expect(greatest((select count(*) from resource_${i}), ${bound}), ${bound}, 'rows-over-bound', null)`)
  })
  const text = `with ${ctes.join(',\n')}\nselect ${checks.length > 0 ? checks.join(', ') : '1'}`
  return { name: `apply-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`, text }
}
