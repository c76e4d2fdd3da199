/**
 * Scopes: one small number for each (post, unit) that has ever had a to-do. Inbox rows carry the number; what an
 * actor may see is a list of numbers, so that a change of posts alters the actor's list and never the rows.
 */
import { regionLineage } from '../../kernel/codes/region-code.ts'
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

interface ScopeRow {
  readonly id: number
  readonly post: string
  readonly unit: string
}

export function openScopeBook(db: Db): ScopeBook {
  const ids = new Map<string, number>()
  const holdings = new Map<number, Holding>()
  /** Of a post at a region: the scopes there and anywhere below it. */
  const within = new Map<string, Set<number>>()
  let readUpTo = '0'

  const remember = ({ id, post, unit }: ScopeRow) => {
    if (holdings.has(id)) return
    ids.set(`${post}@${unit}`, id)
    holdings.set(id, { post, unit })
    if (!isRegion(unit)) return
    for (const region of regionLineage(unit)) {
      const below = within.get(`${post}@${region}`) ?? new Set()
      within.set(`${post}@${region}`, below.add(id))
    }
  }

  /** Scopes made since the last look, in committed order: whatever was still under way then is read again. */
  async function refresh(): Promise<void> {
    const { rows } = await db.query<{ up_to: string; made: readonly ScopeRow[] | null }>('scope-read', `select pg_snapshot_xmin(pg_current_snapshot())::text as up_to,
      (select json_agg(json_build_object('id', id, 'post', post, 'unit', unit)) from onevisit.scope where tx >= $1::xid8) as made`, [readUpTo])
    rows[0]!.made?.forEach(remember)
    if (BigInt(rows[0]!.up_to) > BigInt(readUpTo)) readUpTo = rows[0]!.up_to
  }

  return {
    async idOf(post, unit) {
      const cached = ids.get(`${post}@${unit}`)
      if (cached !== undefined) return cached
      const { rows } = await db.query<{ id: number }>('scope-make',
        `with made as (insert into onevisit.scope (post, unit) values ($1, $2) on conflict do nothing returning id)
         select id from made union all select id from onevisit.scope where post = $1 and unit = $2 limit 1`, [post, unit])
      if (rows[0] === undefined) return this.idOf(post, unit)
      remember({ id: rows[0].id, post, unit })
      return rows[0].id
    },
    async covered(held) {
      await refresh()
      const found = new Set<number>()
      for (const { post, unit } of held) {
        const exact = ids.get(`${post}@${unit}`)
        if (exact !== undefined) found.add(exact)
        for (const id of within.get(`${post}@${unit}`) ?? []) found.add(id)
      }
      return [...found]
    },
    holdingOf: id => holdings.get(id),
  }
}

export function isRegion(unit: string): boolean {
  return /^\d{12}$/.test(unit)
}
