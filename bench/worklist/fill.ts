/**
 * Fills the case and inbox tables in bulk with rows of the shape that the applier writes: what every case has in common
 * comes from one case that was opened through the application desk, to-dos come from the case type's own duties.
 * Everything else is drawn by hashing the running number, so that the same size gives the same city.
 */
import type { PoolClient } from 'pg'
import { dutiesAt } from '../../engines/case-flow/index.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { addWorkdays } from '../../engines/legal-clock/index.ts'
import type { Platform } from '../../runtime/platform.ts'
import { openedCase } from './template.ts'
import { postOf, type Seat } from './seats.ts'

export const NOW = '2026-03-02T02:00:00.000Z'
const TODAY = '2026-03-02'
/** Days over which the cases were opened; the younger a case the likelier it is open. */
const DAYS = 120
const CHUNK = 100_000

interface Journey {
  readonly state: string
  readonly outcome: string | null
  /** States passed, each with its to-dos done. */
  readonly passed: readonly string[]
}

const JOURNEYS: readonly Journey[] = [
  { state: 'submitted', outcome: null, passed: [] },
  { state: 'correcting', outcome: null, passed: ['submitted'] },
  { state: 'accepted', outcome: null, passed: ['submitted'] },
  { state: 'reviewing', outcome: null, passed: ['submitted', 'accepted'] },
  { state: 'approved', outcome: 'approved', passed: ['submitted', 'accepted'] },
  { state: 'refused', outcome: 'refused', passed: ['submitted', 'accepted'] },
]
/** Working days that the to-dos of a state have. */
const LIMITS: Readonly<Record<string, number>> = { submitted: 5, correcting: 30, accepted: 15, reviewing: 20 }

/** Adds `cases` cases, 30 % of them open. Scopes are made by the platform's own scope book. */
export async function fill(platform: Platform, seats: readonly Seat[], cases: number, told: (done: number) => void): Promise<void> {
  const template = await openedCase(platform, NOW)
  await platform.db.withClient(async client => {
    await client.query(PREPARE)
    await storeSeats(client, platform, seats)
    await storeTodos(client, platform)
    for (let from = 1; from <= cases; from += CHUNK) {
      const to = Math.min(cases, from + CHUNK - 1)
      await client.query('begin')
      await client.query('truncate bench_case')
      await client.query(DRAW, [from, to, cases, NOW, DAYS, bounds(seats), bounds(seats.filter(seat => postOf(seat) === 'clerk')), bounds(seats.filter(seat => postOf(seat) === 'approver'))])
      await client.query(CASES, [template])
      await client.query(TASKS)
      await client.query('commit')
      told(to)
    }
    await client.query('delete from onevisit.cases where number = $1', [template])
    await client.query('delete from onevisit.inbox where number = $1', [template])
    await client.query('drop table bench_case, bench_seat, bench_todo, bench_due')
  })
}

/** What the database does by itself some time after such a load. */
export async function settleTables(platform: Platform): Promise<void> {
  await platform.db.queryOnce('vacuum (analyze) onevisit.inbox')
  await platform.db.queryOnce('vacuum (analyze) onevisit.cases')
}

const PREPARE = `
  create temp table bench_seat (post text, place int, id int, unit text, organ_place int, primary key (post, place));
  create temp table bench_todo (state text, done boolean, at_state text, key text, post text, moves jsonb);
  create temp table bench_due (at_state text, opened date, due timestamptz, primary key (at_state, opened));
  create temp table bench_case (n bigint, number text, state text, outcome text, opened_at timestamptz, entered_at timestamptz, clerk int, accepting_region text, approver int, reviewer int, organ text);
  create function pg_temp.drawn(n bigint, salt int) returns float8 language sql immutable as 'select (hashint8extended(n, salt) & 4503599627370495)::float8 / 4503599627370496'`

/** A place is a seat's rank among all seats, and again among those of its post; \`organ_place\` is the approver's of the same organ. */
async function storeSeats(client: PoolClient, platform: Platform, seats: readonly Seat[]): Promise<void> {
  const rows: unknown[] = []
  const places = new Map<string, number>()
  const next = (group: string) => { const place = places.get(group) ?? 0; places.set(group, place + 1); return place }
  const approvers = seats.filter(seat => postOf(seat) === 'approver')
  for (const seat of seats) {
    const id = await platform.scopes.idOf(seat.post, seat.unit)
    const organPlace = approvers.findIndex(approver => approver.unit === seat.unit)
    for (const post of ['any', postOf(seat)]) rows.push({ post, place: next(post), id, unit: seat.unit, organ_place: organPlace })
    rows.push({ post: `any:${postOf(seat)}`, place: places.get('any')! - 1, id, unit: seat.unit, organ_place: organPlace })
  }
  await client.query('insert into bench_seat select * from json_populate_recordset(null::bench_seat, $1)', [JSON.stringify(rows)])
  await client.query('analyze bench_seat')
}

async function storeTodos(client: PoolClient, platform: Platform): Promise<void> {
  const { type } = platform.city.caseEntry('one-stop.application')
  const todos = JOURNEYS.flatMap(({ state, passed, outcome }) => [...passed.map(at => ({ at, done: true })), ...outcome === null ? [{ at: state, done: false }] : []]
    .flatMap(({ at, done }) => dutiesAt(type, { state: at, tracks: {} }).map(({ key, post, moves }) => ({ state, done, at_state: at, key, post, moves }))))
  await client.query('insert into bench_todo select * from json_populate_recordset(null::bench_todo, $1)', [JSON.stringify(todos)])
  const days = Array.from({ length: DAYS + 2 }, (_, back) => new Date(Date.parse(TODAY) - (back - 1) * 86_400_000).toISOString().slice(0, 10))
  const dues = Object.entries(LIMITS).flatMap(([at_state, workdays]) => days.map(opened => ({ at_state, opened, due: `${addWorkdays(stateCouncilCalendar, opened, workdays)}T16:00:00.000Z` })))
  await client.query('insert into bench_due select * from json_populate_recordset(null::bench_due, $1)', [JSON.stringify(dues)])
  await client.query('analyze bench_due')
}

/** Upper bounds of each seat's part of the unit interval. */
function bounds(seats: readonly Seat[]): readonly number[] {
  const total = seats.reduce((sum, seat) => sum + seat.share, 0)
  let sum = 0
  return seats.slice(0, -1).map(seat => (sum += seat.share) / total)
}

/** The seat that has the case decides its state; the other posts of the case are drawn among their own seats. */
const DRAW = `
  insert into bench_case
  select n, 'OS' || to_char(opened_at + interval '8 hours', 'YYYYMMDD') || lpad(n::text, 8, '0') || n % 10, state,
    case state when 'approved' then 'approved' when 'refused' then 'refused' end, opened_at, opened_at,
    clerk.id, clerk.unit, approver.id, seat.id, approver.unit
  from (
    select n, $4::timestamptz - make_interval(secs => $5::int * 86400.0 * (1 - n::float8 / $3)) as opened_at,
      pg_temp.drawn(n, 1) < 0.6 * n / $3 as open, pg_temp.drawn(n, 2) as turn, width_bucket(pg_temp.drawn(n, 3), $6::float8[]) as place,
      width_bucket(pg_temp.drawn(n, 4), $7::float8[]) as clerk_place, width_bucket(pg_temp.drawn(n, 5), $8::float8[]) as approver_place
    from generate_series($1::bigint, $2::bigint) n) drawn
  join bench_seat seat on seat.post = 'any' and seat.place = drawn.place
  left join bench_seat sits on sits.place = drawn.place and sits.post in ('any:clerk', 'any:approver', 'any:reviewer')
  cross join lateral (select case when not open then case when turn < 0.85 then 'approved' else 'refused' end
    when sits.post = 'any:clerk' then case when turn < 0.7 then 'submitted' else 'correcting' end
    when sits.post = 'any:reviewer' then 'reviewing'
    else case when turn < 0.2 then 'submitted' else 'accepted' end end as state) stands
  join bench_seat clerk on (sits.post = 'any:clerk' and clerk.post = 'any' and clerk.place = drawn.place) or (sits.post <> 'any:clerk' and clerk.post = 'clerk' and clerk.place = drawn.clerk_place)
  join bench_seat approver on approver.post = 'approver' and approver.place = case sits.post when 'any:clerk' then drawn.approver_place else seat.organ_place end
  order by n`

const CASES = ''
const TASKS = ''
