/** The people behind a party or a post of a case, to whom messages go. */
import { regionLineage } from '../../kernel/codes/region-code.ts'
import type { LocalDate } from '../../kernel/field.ts'
import { isRegion } from '../access/scopes.ts'
import type { Db } from '../database/pool.ts'
import { unitOf } from './duties.ts'
import type { CaseRecord } from './record.ts'

/** Subjects; none where the case has no such party, nobody holds the post, or the definition knows neither any more. */
export async function recipientsOf(db: Db, record: CaseRecord, who: string, today: LocalDate): Promise<readonly string[]> {
  const { type, system } = record.entry
  if (!who.startsWith('post:')) return Object.hasOwn(record.parties, who) ? [record.parties[who]!.subject] : []
  const post = who.slice(5)
  return Object.hasOwn(type.posts, post) ? holdersOf(db, `${system}.${post}`, unitOf(record, type.posts[post]!), today) : []
}

/** At the unit itself or, where it is a region, at one above it. */
async function holdersOf(db: Db, post: string, unit: string, today: LocalDate): Promise<readonly string[]> {
  const { rows } = await db.query<{ subject: string }>('post-holders',
    `select distinct a.subject from onevisit.account_post p join onevisit.account a on a.id = p.account
     where p.post = $1 and p.unit = any($2) and p.valid_from <= $3 and (p.valid_to is null or p.valid_to >= $3) and a.subject is not null and not a.disabled`,
    [post, isRegion(unit) ? regionLineage(unit) : [unit], today])
  return rows.map(row => row.subject)
}
