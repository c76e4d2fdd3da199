/**
 * The to-do lists of 1,000 officers over a million cases, and over ten thousand with the same officers. Times are those
 * of the calls that `GET /api/v1/tasks` makes: the officer's scopes, then the page.
 */
import { parseArgs } from 'node:util'
import { seeded } from './measure/random.ts'
import { median, spreadOf } from './measure/figures.ts'
import { count, databaseFacts, heading, judge, line, number, progress, table } from './measure/report.ts'
import { run, temporaryCity, type TemporaryCity } from './measure/temporary-city.ts'
import { fill, settleTables } from './worklist/fill.ts'
import { ask, compareWithPlainQuery, cursorsOf, kindsAt, PAGE, type Asked, type Cursors, type Kind } from './worklist/lists.ts'
import { officersOf, seatsOf, type Officer, type Seat } from './worklist/seats.ts'

const NOW = '2026-03-02T02:00:00.000Z'
const SEED = 20_260_302
const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const size = options.quick
  ? { large: 40_000, small: 4_000, officers: 100, rounds: 1, checked: 4 }
  : { large: 1_000_000, small: 10_000, officers: 1_000, rounds: 3, checked: 40 }

interface Side {
  readonly city: TemporaryCity
  readonly cursors: Cursors
}

await run(async cleanUp => {
  heading('Worklist', `npx tsx bench/worklist.ts${options.quick ? ' --quick' : ''}`)
  const seats = seatsOf(seeded(SEED))
  const open = async (cases: number): Promise<TemporaryCity> => {
    const city = await temporaryCity()
    cleanUp(city.remove)
    const from = Date.now()
    await fill(city.platform, seats, cases, NOW, seeded(SEED + 1), done => { if (done % 100_000 === 0) progress(`${count(done)} of ${count(cases)} cases loaded`) })
    await settleTables(city.platform)
    progress(`${count(cases)} cases loaded in ${Math.round((Date.now() - from) / 1_000)} s`)
    return city
  }
  const large = await open(size.large)
  const small = await open(size.small)
  await databaseFacts(large.db)
  line(`seed      ${SEED}`)

  const tasks = await openTasks(large, seats)
  const officers = officersOf(seats, size.officers, seat => tasks.get(seat)!, size.large / 5, seeded(SEED + 2))
  await describe(large, small, officers, tasks)

  const kinds = kindsAt(NOW)
  progress('comparing rows with a plain query')
  const sample = [...officers.filter(one => one.heavy).slice(0, size.checked / 2), ...officers.filter(one => !one.heavy).slice(0, size.checked / 2)]
  for (const [name, { platform }] of [['large', large], ['small', small]] as const) {
    const { pages, rows, faults } = await compareWithPlainQuery(platform, sample, kinds)
    if (faults.length > 0) throw new Error(`rows differ from the plain query (${name} city):\n${faults.join('\n')}`)
    line(`rows      ${name} city: ${count(pages)} pages with ${count(rows)} rows of ${sample.length} officers equal those of a plain query`)
  }

  const sides: Record<'large' | 'small', Side> = {
    large: { city: large, cursors: await cursorsOf(large.platform, officers, kinds) },
    small: { city: small, cursors: await cursorsOf(small.platform, officers, kinds) },
  }
  progress('measuring one at a time')
  const alone = await measure(sides, officers, kinds, 1)
  show('One officer at a time, milliseconds', alone)
  progress('measuring four at a time')
  show('Four officers at a time, milliseconds', await measure(sides, officers, kinds, 4))
  judge(alone.flatMap(({ kind, large, ratio }) => [
    { what: `${kind.name}: p95 of scopes and page`, value: large.p95, unit: ' ms', most: 20 },
    { what: `${kind.name}: p95 of the page against the small city`, value: ratio, unit: ' ×', most: 1.5 },
  ]))
})

async function openTasks({ platform, db }: TemporaryCity, seats: readonly Seat[]): Promise<ReadonlyMap<Seat, number>> {
  const { rows } = await db.queryOnce<{ scope: number; n: number }>(`select scope, count(*)::int as n from onevisit.inbox where state = 'open' group by scope`)
  const byScope = new Map(rows.map(row => [row.scope, row.n]))
  const tasks = new Map<Seat, number>()
  for (const seat of seats) tasks.set(seat, byScope.get(await platform.scopes.idOf(seat.post, seat.unit)) ?? 0)
  return tasks
}

async function describe(large: TemporaryCity, small: TemporaryCity, officers: readonly Officer[], tasks: ReadonlyMap<Seat, number>): Promise<void> {
  const sizes = async ({ db }: TemporaryCity) => {
    const { rows } = await db.queryOnce<{ cases: number; live: number; tasks: number; open: number }>(`select (select count(*) from onevisit.cases)::int as cases,
      (select count(*) from onevisit.cases where outcome is null)::int as live, (select count(*) from onevisit.inbox)::int as tasks, (select count(*) from onevisit.inbox where state = 'open')::int as open`)
    const { cases, live, tasks, open } = rows[0]!
    return `${count(cases)} cases, ${number(100 * live / cases)} % open; ${count(tasks)} to-dos, ${count(open)} of them open`
  }
  const { platform } = large
  const holding = new Map([...tasks].map(([seat, n]) => [`${seat.post}@${seat.unit}`, n]))
  const held: { readonly scopes: number; readonly open: number }[] = []
  for (const { holdings } of officers) {
    const scopes = await platform.scopes.covered(holdings)
    held.push({ scopes: scopes.length, open: scopes.reduce((sum, id) => { const { post, unit } = platform.scopes.holdingOf(id)!; return sum + holding.get(`${post}@${unit}`)! }, 0) })
  }
  const heavy = held.filter((_, i) => officers[i]!.heavy)
  line(`large     ${await sizes(large)}`)
  line(`small     ${await sizes(small)}`)
  line(`officers  ${count(officers.length)} with ${Math.min(...held.map(one => one.scopes))} to ${Math.max(...held.map(one => one.scopes))} of ${count(tasks.size)} scopes; ${heavy.length} with at least ${count(Math.min(...heavy.map(one => one.open)))} open to-dos in scope, the others with ${count(median(held.map(one => one.open)))} at the median`)
}

interface Measured {
  readonly kind: Kind
  readonly large: { readonly n: number; readonly p50: number; readonly p95: number; readonly p99: number }
  readonly heavy: { readonly p95: number } | null
  readonly pageLarge: number
  readonly pageSmall: number
  readonly ratio: number
}

/** Large and small take turns, so that a busy moment of the machine touches both; each figure is the median of the rounds. */
async function measure({ large, small }: Record<'large' | 'small', Side>, officers: readonly Officer[], kinds: readonly Kind[], concurrency: number): Promise<readonly Measured[]> {
  const rounds: { kind: Kind; large: readonly Asked[]; small: readonly Asked[] }[] = []
  for (let round = 0; round <= size.rounds; round++) {
    for (const kind of kinds) {
      const taken = { kind, large: await ask(large.city.platform, officers, kind, large.cursors, concurrency), small: await ask(small.city.platform, officers, kind, small.cursors, concurrency) }
      // The first round only warms caches and prepared statements.
      if (round > 0) rounds.push(taken)
    }
  }
  return kinds.flatMap(kind => {
    const taken = rounds.filter(round => round.kind === kind)
    if (taken.some(round => round.small.length === 0)) return []
    const middle = (figure: (round: typeof taken[number]) => number) => median(taken.map(figure))
    const whole = (asked: readonly Asked[]) => spreadOf(asked.map(one => one.scopes + one.page))
    const pages = (asked: readonly Asked[]) => spreadOf(asked.map(one => one.page)).p95
    const both = (round: typeof taken[number]) => new Set(round.small.map(one => one.officer))
    const pageLarge = middle(round => pages(round.large.filter(one => both(round).has(one.officer))))
    const pageSmall = middle(round => pages(round.small))
    return [{
      kind, pageLarge, pageSmall, ratio: middle(round => pages(round.large.filter(one => both(round).has(one.officer))) / pages(round.small)),
      large: { n: taken[0]!.large.length, p50: middle(round => whole(round.large).p50), p95: middle(round => whole(round.large).p95), p99: middle(round => whole(round.large).p99) },
      heavy: taken.every(round => round.large.some(one => one.officer.heavy)) ? { p95: middle(round => whole(round.large.filter(one => one.officer.heavy)).p95) } : null,
    }]
  })
}

function show(title: string, measured: readonly Measured[]): void {
  line()
  line(`${title} (pages of ${PAGE}; ${size.rounds === 1 ? 'one round' : `medians of ${size.rounds} rounds`})`)
  table(['list', 'officers', 'p50', 'p95', 'p99', 'p95 of the 5 %', 'page alone p95', 'small p95', 'ratio'], measured.map(({ kind, large, heavy, pageLarge, pageSmall, ratio }) =>
    [kind.name, count(large.n), number(large.p50), number(large.p95), number(large.p99), heavy === null ? '–' : number(heavy.p95), number(pageLarge), number(pageSmall), `${number(ratio)} ×`]))
}
