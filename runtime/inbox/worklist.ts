/**
 * The to-do list of an actor over all systems: their scopes merged in due order, keyset-paged. One SQL text for each
 * set of filters, so that each has its own plan; counts are capped.
 */
import type { Db } from '../database/pool.ts'
import { cursorOf, readCursor } from '../keyset.ts'

export interface TaskFilter {
  readonly state: 'open' | 'done'
  readonly dueBefore?: string
  readonly dueFrom?: string
  readonly system?: string
}

export interface Task {
  readonly id: number
  readonly scope: number
  readonly due: string | null
  readonly system: string
  readonly number: string
  readonly type: string
  readonly matter: string | null
  readonly caseState: string
  readonly moves: readonly string[]
  readonly openedAt: string
}

export interface TaskPage {
  readonly items: readonly Task[]
  readonly next: string | null
}

interface TaskRow {
  readonly id: number
  readonly scope: number
  readonly due: string
  readonly system: string
  readonly number: string
  readonly type: string
  readonly matter: string | null
  readonly case_state: string
  readonly moves: readonly string[]
  readonly opened_at: string
}

const COLUMNS = ['id', 'scope', 'due', 'system', 'number', 'type', 'matter', 'case_state', 'moves', 'opened_at'].map(name => `i.${name}`).join(', ')

/** @throws Problem `cursor-invalid` */
export async function tasksOf(db: Db, scopes: readonly number[], filter: TaskFilter, page: { readonly limit: number; readonly after?: string }): Promise<TaskPage> {
  if (scopes.length === 0) return { items: [], next: null }
  const { text, values } = statementOf(scopes, filter, page)
  const { rows } = await db.query<TaskRow>('tasks', text, values)
  const items = rows.slice(0, page.limit).map(taskOf)
  return { items, next: rows.length > page.limit ? cursorOf([rows[page.limit - 1]!.due, rows[page.limit - 1]!.id]) : null }
}

/** Scopes that are read first, to learn how far the others need to be read. */
const SCOUTS = 8
const MOST_BIGINT = '9223372036854775807'

/**
 * Each scope gives its first rows by its own index range, and no row beyond `bound`: a page ends no later than the page
 * of a few of the scopes would. The oldest scopes are asked for it, since theirs are as a rule the long lists. Keys are
 * merged from the index alone, and only the page's own rows are read.
 */
function statementOf(scopes: readonly number[], filter: TaskFilter, page: { readonly limit: number; readonly after?: string }): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [scopes, filter.state, page.limit + 1]
  const parameter = (value: unknown) => `$${values.push(value)}`
  const conditions = ['i.scope = s.scope', 'i.state = $2']
  if (page.after !== undefined) conditions.push(`(i.due, i.id) > (${readCursor(page.after, ['moment', 'id']).map(parameter).join(', ')})`)
  if (filter.dueFrom !== undefined) conditions.push(`i.due >= ${parameter(filter.dueFrom)}`)
  if (filter.dueBefore !== undefined) conditions.push(`i.due < ${parameter(filter.dueBefore)}`)
  // The posts of a scope are one system's, and so are its tasks.
  const asked = filter.system === undefined ? 'unnest($1::int[]) asked(scope)' : `(select id as scope from onevisit.scope where id = any($1::int[]) and split_part(post, '.', 1) = ${parameter(filter.system)}) asked`
  const keys = (more: string) => `lateral (select i.due, i.id from onevisit.inbox i where ${conditions.join(' and ')}${more} order by i.due, i.id limit $3) k`
  const text = `with bound as materialized (select k.due, k.id from (select scope from ${asked} order by scope limit ${SCOUTS}) s cross join ${keys('')} order by k.due, k.id offset $3 - 1 limit 1),
    page as materialized (select k.id from (select scope from ${asked}) s
      cross join ${keys(` and (i.due, i.id) <= (coalesce((select due from bound), 'infinity'), coalesce((select id from bound), ${MOST_BIGINT}))`)} order by k.due, k.id limit $3)
    select ${COLUMNS} from page join onevisit.inbox i on i.id = page.id order by i.due, i.id`
  return { text, values }
}

/** How many there are, counted no further than `cap`. */
export async function countTasks(db: Db, scopes: readonly number[], state: 'open' | 'done', cap: number): Promise<{ readonly count: number; readonly capped: boolean }> {
  const { rows } = await db.query<{ n: number }>('tasks-count',
    `select count(*)::int as n from (select 1 from unnest($1::int[]) s(scope) cross join lateral (select 1 from onevisit.inbox i where i.scope = s.scope and i.state = $2 limit $3) t limit $3) c`, [scopes, state, cap + 1])
  const n = rows[0]!.n
  return { count: Math.min(n, cap), capped: n > cap }
}

function taskOf(row: TaskRow): Task {
  return {
    id: row.id, scope: row.scope, due: row.due === 'infinity' ? null : row.due, system: row.system, number: row.number, type: row.type, matter: row.matter,
    caseState: row.case_state, moves: row.moves, openedAt: row.opened_at,
  }
}
