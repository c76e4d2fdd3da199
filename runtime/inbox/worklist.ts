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

const COLUMNS = 'id, scope, due, system, number, type, matter, case_state, moves, opened_at'

/** @throws Problem `cursor-invalid` */
export async function tasksOf(db: Db, scopes: readonly number[], filter: TaskFilter, page: { readonly limit: number; readonly after?: string }): Promise<TaskPage> {
  if (scopes.length === 0) return { items: [], next: null }
  const { text, values } = statementOf(scopes, filter, page)
  const { rows } = await db.query<TaskRow>('tasks', text, values)
  const items = rows.slice(0, page.limit).map(taskOf)
  return { items, next: rows.length > page.limit ? cursorOf([rows[page.limit - 1]!.due, rows[page.limit - 1]!.id]) : null }
}

/** Each scope gives its first rows by its own index range; the merge keeps the first of all. */
function statementOf(scopes: readonly number[], filter: TaskFilter, page: { readonly limit: number; readonly after?: string }): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [scopes, filter.state, page.limit + 1]
  const conditions = ['i.scope = s.scope', 'i.state = $2']
  const add = (condition: (parameter: string) => string, ...more: readonly unknown[]) => {
    const parameters = more.map(value => { values.push(value); return `$${values.length}` })
    conditions.push(condition(parameters.join(', ')))
  }
  if (page.after !== undefined) add(parameters => `(i.due, i.id) > (${parameters})`, ...readCursor(page.after, ['moment', 'id']))
  if (filter.dueFrom !== undefined) add(parameter => `i.due >= ${parameter}`, filter.dueFrom)
  if (filter.dueBefore !== undefined) add(parameter => `i.due < ${parameter}`, filter.dueBefore)
  if (filter.system !== undefined) add(parameter => `i.system = ${parameter}`, filter.system)
  const text = `select ${COLUMNS.split(', ').map(name => `t.${name}`).join(', ')} from unnest($1::int[]) s(scope)
    cross join lateral (select ${COLUMNS.split(', ').map(name => `i.${name}`).join(', ')} from onevisit.inbox i where ${conditions.join(' and ')} order by i.due, i.id limit $3) t
    order by t.due, t.id limit $3`
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
