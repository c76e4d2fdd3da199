/** Lists of cases: those somebody is a party of, and those of one type that their posts cover. Newest first, keyset-paged. */
import { levelOfRegion, type RegionLevel } from '../../kernel/codes/region-code.ts'
import type { Text } from '../../kernel/text.ts'
import type { PostSeat } from '../../kernel/who.ts'
import type { CaseEntry, City } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { pageOf, readCursor, type Listed, type Page } from '../keyset.ts'
import { isRegion, type Holding } from '../access/scopes.ts'

export interface CaseSummary {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly title: Text
  readonly matter: string | null
  readonly state: string
  readonly stateTitle: Text
  readonly version: number
  readonly outcome: string | null
  readonly due: { readonly legal: string | null; readonly promised: string | null }
  readonly openedAt: string
  readonly closedAt: string | null
}

export interface SummaryRow {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly matter: string | null
  readonly state: string
  readonly version: number
  readonly outcome: string | null
  readonly due_legal: string | null
  readonly due_promised: string | null
  readonly opened_at: string
  readonly closed_at: string | null
}

const SUMMARY = ['number', 'system', 'type', 'matter', 'state', 'version', 'outcome', 'due_legal', 'due_promised', 'opened_at', 'closed_at'].map(name => `c.${name}`).join(', ')

/** Cases that a subject is or was a party of. @throws Problem `cursor-invalid` */
export async function casesOfSubject(around: { readonly db: Db; readonly city: City }, subject: string, live: boolean | undefined, page: Page): Promise<Listed<CaseSummary>> {
  const values: unknown[] = [subject, page.limit + 1]
  const before = page.after === undefined ? '' : `and (opened_at, number) < (${added(values, readCursor(page.after, ['instant', 'text']))})`
  // A subject may be several parties of one case.
  const { rows } = await around.db.query<SummaryRow>('cases-of-subject', `select ${SUMMARY} from (
      select distinct opened_at, number, system from onevisit.case_party where subject = $1 ${before} order by opened_at desc, number desc
    ) p join onevisit.cases c on c.system = p.system and c.number = p.number ${live === undefined ? '' : `where c.outcome is ${live ? '' : 'not '}null`}
    order by p.opened_at desc, p.number desc limit $2`, values)
  return listed(around.city, rows, page.limit)
}

/** Cases of one type that sit where a holding reaches, for one of the type's posts. @throws Problem `cursor-invalid` */
export async function casesUnderPosts(around: { readonly db: Db; readonly city: City }, entry: CaseEntry, holdings: readonly Holding[], state: string | undefined, page: Page): Promise<Listed<CaseSummary>> {
  const values: unknown[] = [entry.system, entry.name, page.limit + 1]
  const reach = Object.entries(entry.type.posts).flatMap(([post, { at }]) =>
    holdings.filter(holding => holding.post === `${entry.system}.${post}`).map(({ unit }) => covers(SEAT_COLUMN[at], unit, values)))
  if (reach.length === 0) return { items: [], next: null }
  const conditions = ['c.system = $1', 'c.type = $2', `(${reach.join(' or ')})`]
  if (page.after !== undefined) conditions.push(`(c.opened_at, c.number) < (${added(values, readCursor(page.after, ['instant', 'text']))})`)
  if (state !== undefined) conditions.push(`c.state = ${added(values, [state])}`)
  const { rows } = await around.db.queryOnce<SummaryRow>(`select ${SUMMARY} from onevisit.cases c where ${conditions.join(' and ')} order by c.opened_at desc, c.number desc limit $3`, values)
  return listed(around.city, rows, page.limit)
}

const SEAT_COLUMN: Record<PostSeat, string> = { organ: 'c.organ', region: 'c.region', acceptingRegion: 'c.accepting_region' }
const STEM: Record<RegionLevel, number> = { province: 2, prefecture: 4, county: 6, township: 9, village: 12 }

/** The unit itself; a region also covers what lies in it. Twelve digits tell regions from organs. */
function covers(column: string, unit: string, values: unknown[]): string {
  const same = `${column} = ${added(values, [unit])}`
  return isRegion(unit) ? `(${same} or (length(${column}) = 12 and starts_with(${column}, ${added(values, [unit.slice(0, STEM[levelOfRegion(unit)])])})))` : same
}

function added(values: unknown[], more: readonly unknown[]): string {
  return more.map(value => { values.push(value); return `$${values.length}` }).join(', ')
}

function listed(city: City, rows: readonly SummaryRow[], limit: number): Listed<CaseSummary> {
  return pageOf(rows, limit, row => summaryOf(city, row), row => [row.opened_at, row.number])
}

export function summaryOf(city: City, row: SummaryRow): CaseSummary {
  const { type } = city.caseEntry(`${row.system}.${row.type}`)
  return {
    number: row.number, system: row.system, type: row.type, title: type.title, matter: row.matter,
    state: row.state, stateTitle: type.states[row.state]?.title ?? { zh: row.state, en: row.state }, version: row.version, outcome: row.outcome,
    due: { legal: row.due_legal, promised: row.due_promised }, openedAt: row.opened_at, closedAt: row.closed_at,
  }
}
