/**
 * Scopes: one small number for each (post, unit) that has ever had a to-do. Inbox rows carry the number; what an
 * actor may see is a list of numbers, so that a change of posts alters the actor's list and never the rows.
 */
import { isWithin } from '../../kernel/codes/region-code.ts'
import type { Db } from '../database/pool.ts'

export interface ScopeBook {
  /** The scope of a post at a unit, made when new. */
  idOf(post: string, unit: string): Promise<number>
  /** All scopes that these holdings cover; units that are regions cover everything below them. */
  covered(holdings: readonly Holding[]): Promise<readonly number[]>
  /** The post and unit of a scope. */
  holdingOf(id: number): Holding | undefined
}

export interface Holding {
  /** `system.post` */
  readonly post: string
  /** An organ's code or a twelve-digit region. */
  readonly unit: string
}

export function openScopeBook(db: Db): ScopeBook {
  const ids = new Map<string, number>()
  const holdings = new Map<number, Holding>()
  const regionsOfPost = new Map<string, { readonly id: number; readonly unit: string }[]>()
  let known = 0

  const remember = (id: number, post: string, unit: string) => {
    if (id > known) known = id
    if (holdings.has(id)) return
    ids.set(`${post}@${unit}`, id)
    holdings.set(id, { post, unit })
    if (isRegion(unit)) {
      const listed = regionsOfPost.get(post) ?? []
      listed.push({ id, unit })
      regionsOfPost.set(post, listed)
    }
  }

  async function refresh(): Promise<void> {
    // A lower id may commit after a higher one, so a margin is read again.
    const { rows } = await db.query<{ id: number; post: string; unit: string }>('scope-read', 'select id, post, unit from onevisit.scope where id > $1', [Math.max(0, known - 1_000)])
    for (const row of rows) remember(row.id, row.post, row.unit)
  }

  return {
    async idOf(post, unit) {
      const cached = ids.get(`${post}@${unit}`)
      if (cached !== undefined) return cached
      const { rows } = await db.query<{ id: number }>('scope-make',
        `with made as (insert into onevisit.scope (post, unit) values ($1, $2) on conflict do nothing returning id)
         select id from made union all select id from onevisit.scope where post = $1 and unit = $2 limit 1`, [post, unit])
      if (rows[0] === undefined) return this.idOf(post, unit)
      remember(rows[0].id, post, unit)
      return rows[0].id
    },
    async covered(held) {
      const { rows } = await db.query<{ last: number | null }>('scope-last', 'select max(id) as last from onevisit.scope', [])
      if ((rows[0]?.last ?? 0) > known || ids.size === 0) await refresh()
      const found = new Set<number>()
      for (const { post, unit } of held) {
        const exact = ids.get(`${post}@${unit}`)
        if (exact !== undefined) found.add(exact)
        if (!isRegion(unit)) continue
        for (const held of regionsOfPost.get(post) ?? []) if (isWithin(held.unit, unit)) found.add(held.id)
      }
      return [...found]
    },
    holdingOf: id => holdings.get(id),
  }
}

export function isRegion(unit: string): boolean {
  return /^\d{12}$/.test(unit)
}
