/** What officers ask of their to-do lists, asked as the HTTP interface asks it, and the same by plain SQL. */
import { performance } from 'node:perf_hooks'
import { tasksOf, type TaskFilter } from '../../runtime/inbox/worklist.ts'
import { cursorOf } from '../../runtime/keyset.ts'
import type { Platform } from '../../runtime/platform.ts'
import type { Officer } from './seats.ts'

/** The page size of `GET /api/v1/tasks`. */
export const PAGE = 20
const PAGES = 50
const DAY_MS = 86_400_000

export interface Kind {
  readonly name: string
  readonly filter: TaskFilter
  readonly fiftieth: boolean
}

export function kindsAt(now: string): readonly Kind[] {
  const inAWeek = new Date(Date.parse(now) + 7 * DAY_MS).toISOString()
  const filters: readonly (readonly [string, TaskFilter])[] = [
    ['open', { state: 'open' }],
    ['open, overdue', { state: 'open', dueBefore: now }],
    ['open, due within a week', { state: 'open', dueFrom: now, dueBefore: inAWeek }],
    ['done', { state: 'done' }],
  ]
  return filters.flatMap(([name, filter]) => [{ name: `${name}, page 1`, filter, fiftieth: false }, { name: `${name}, page 50`, filter, fiftieth: true }])
}

/** An officer's cursor to the fiftieth page; absent where the list is shorter. */
export type Cursors = ReadonlyMap<Kind, ReadonlyMap<Officer, string>>

export async function cursorsOf({ db, scopes }: Platform, officers: readonly Officer[], kinds: readonly Kind[]): Promise<Cursors> {
  const cursors = new Map<Kind, ReadonlyMap<Officer, string>>()
  for (const kind of kinds.filter(one => one.fiftieth)) {
    const found = new Map<Officer, string>()
    for (const officer of officers) {
      const { rows } = await db.query<PlainRow>('bench-cursor', plainQuery(kind.filter, 'due, id', `limit 2 offset ${(PAGES - 1) * PAGE - 1}`), plainValues(await scopes.covered(officer.holdings), kind.filter))
      if (rows.length === 2) found.set(officer, cursorOf([rows[0]!.due, rows[0]!.id]))
    }
    cursors.set(kind, found)
  }
  return cursors
}

export interface Asked {
  readonly officer: Officer
  /** Milliseconds to find the officer's scopes, and then to read the page. */
  readonly scopes: number
  readonly page: number
}

/** Every officer that has such a page asks for it once. */
export async function ask({ db, scopes }: Platform, officers: readonly Officer[], kind: Kind, cursors: Cursors, concurrency: number): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  const waiting = kind.fiftieth ? [...cursors.get(kind)!] : officers.map(officer => [officer, undefined] as const)
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [officer, after] = next
      const start = performance.now()
      const covered = await scopes.covered(officer.holdings)
      const found = performance.now()
      await tasksOf(db, covered, kind.filter, { limit: PAGE, ...(after === undefined ? {} : { after }) })
      asked.push({ officer, scopes: found - start, page: performance.now() - found })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return asked
}

export interface Compared {
  readonly pages: number
  readonly rows: number
  readonly faults: readonly string[]
}

/** Walks the first fifty pages of each list and holds every row against a plain query over the whole table. */
export async function compareWithPlainQuery({ db, scopes }: Platform, officers: readonly Officer[], kinds: readonly Kind[]): Promise<Compared> {
  let [pages, rows] = [0, 0]
  const faults: string[] = []
  for (const [i, officer] of officers.entries()) {
    const covered = await scopes.covered(officer.holdings)
    for (const { name, filter } of kinds.filter(kind => kind.fiftieth)) {
      const { rows: expected } = await db.query<PlainRow>('bench-plain', plainQuery(filter, 'id, scope, due, number, moves', `limit ${PAGES * PAGE + 1}`), plainValues(covered, filter))
      let after: string | undefined
      for (let page = 1; page <= PAGES; page++) {
        const found = await tasksOf(db, covered, filter, { limit: PAGE, ...(after === undefined ? {} : { after }) })
        const from = (page - 1) * PAGE
        const more = expected.length > from + PAGE
        const right = JSON.stringify(expected.slice(from, from + PAGE).map(shown)) === JSON.stringify(found.items.map(item => shown({ ...item, due: item.due ?? 'infinity' })))
        if (!right || more !== (found.next !== null)) faults.push(`officer ${i}, ${name.replace(/, page.*/, '')}, page ${page}`)
        pages++
        rows += found.items.length
        if (found.next === null) break
        after = found.next
      }
    }
  }
  return { pages, rows, faults }
}

interface PlainRow {
  readonly id: number
  readonly scope: number
  readonly due: string
  readonly number: string
  readonly moves: readonly string[]
}

function shown({ id, scope, due, number, moves }: PlainRow): unknown {
  return [id, scope, due, number, moves]
}

/** Every row of the officer's scopes, sorted: what the lists are held against. */
function plainQuery({ dueFrom, dueBefore }: TaskFilter, columns: string, limit: string): string {
  const conditions = [...dueFrom === undefined ? [] : ['due >= $3'], ...dueBefore === undefined ? [] : [`due < $${dueFrom === undefined ? 3 : 4}`]]
  return `select ${columns} from onevisit.inbox where scope = any($1) and state = $2 ${conditions.map(condition => `and ${condition}`).join(' ')} order by due, id ${limit}`
}

function plainValues(scopes: readonly number[], { state, dueFrom, dueBefore }: TaskFilter): readonly unknown[] {
  return [scopes, state, ...[dueFrom, dueBefore].filter(one => one !== undefined)]
}
