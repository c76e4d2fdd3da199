/** Editions of matters: authored in code or at run time, approved by a second person, pinned by cases. */
import { createHash } from 'node:crypto'
import type { Matter } from '../../kernel/matter.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { validateMatter } from '../../kernel/validate/matter.ts'
import { line } from '../../kernel/validate/faults.ts'
import type { City } from '../city.ts'
import type { Db } from '../database/pool.ts'

export interface StoredEdition {
  readonly matter: Matter
  readonly state: 'draft' | 'approved' | 'cancelled'
  readonly origin: 'code' | 'authored' | 'imported'
  readonly author: string | null
  readonly approver: string | null
}

export interface MatterBook {
  /** A pinned edition, whatever has become of it. @throws Problem `matter-unknown` */
  edition(code: string, edition: number): Promise<Matter>
  /** The edition in force on a day. @throws Problem `matter-unknown`, `matter-not-in-force` */
  inForce(code: string, on: string): Promise<Matter>
  all(on: string): Promise<readonly Matter[]>
  editions(code: string): Promise<readonly StoredEdition[]>
  draft(matter: unknown, author: string, now: string): Promise<Matter>
  approve(code: string, edition: number, approver: string, now: string): Promise<StoredEdition>
  cancel(code: string, edition: number, now: string): Promise<void>
  /** Forgets what it holds in memory: an edition changed elsewhere. */
  forget(): void
}

export const MATTER_CHANNEL = 'onevisit_matter'

export function openMatterBook(db: Db, city: City): MatterBook {
  const pinned = new Map<string, Matter>()
  let known: Promise<ReadonlyMap<string, readonly StoredEdition[]>> | undefined

  async function load(): Promise<ReadonlyMap<string, readonly StoredEdition[]>> {
    const { rows } = await db.query<{ code: string; body: Matter; state: StoredEdition['state']; origin: StoredEdition['origin']; author: string | null; approver: string | null }>(
      'matter-editions', `select code, body, state, origin, author, approver from onevisit.matter_edition where state <> 'draft' order by code, edition`, [])
    const map = new Map<string, StoredEdition[]>()
    for (const { body, code, ...rest } of rows) map.set(code, [...map.get(code) ?? [], { matter: body, ...rest }])
    return map
  }
  const book = () => known ??= load().catch((error: unknown) => { known = undefined; throw error })

  async function changed(): Promise<void> {
    known = undefined
    await db.query('matter-notify', 'select pg_notify($1, $2)', [MATTER_CHANNEL, ''])
  }

  return {
    async edition(code, edition) {
      const cached = pinned.get(`${code}#${edition}`)
      if (cached) return cached
      const { rows } = await db.query<{ body: Matter }>('matter-edition', 'select body from onevisit.matter_edition where code = $1 and edition = $2', [code, edition])
      if (rows[0] === undefined) throw new Problem('matter-unknown', { detail: `${code} #${edition}` })
      pinned.set(`${code}#${edition}`, rows[0].body)
      return rows[0].body
    },
    async inForce(code, on) {
      const editions = (await book()).get(code)
      if (editions === undefined) throw new Problem('matter-unknown', { detail: code })
      const found = editionOn(editions, on)
      if (found === undefined) throw new Problem('matter-not-in-force', { detail: code })
      return found.matter
    },
    async all(on) {
      return [...(await book()).values()].flatMap(editions => editionOn(editions, on)?.matter ?? [])
    },
    async editions(code) {
      const { rows } = await db.query<{ body: Matter; state: StoredEdition['state']; origin: StoredEdition['origin']; author: string | null; approver: string | null }>(
        'matter-editions-of', 'select body, state, origin, author, approver from onevisit.matter_edition where code = $1 order by edition', [code])
      return rows.map(({ body, ...rest }) => ({ matter: body, ...rest }))
    },
    async draft(input, author, now) {
      const matter = checked(city, input)
      const { rowCount } = await db.query('matter-draft', INSERT, insertValues(city, matter, 'authored', 'draft', author, now))
      if (rowCount === 0) throw new Problem('matter-edition-exists', { detail: `${matter.code} #${matter.edition}` })
      return matter
    },
    async approve(code, edition, approver, now) {
      const found = (await this.editions(code)).find(one => one.matter.edition === edition)
      if (found === undefined) throw new Problem('matter-unknown', { detail: `${code} #${edition}` })
      if (found.author === approver) throw new Problem('edition-same-author')
      await db.query('matter-approve', `update onevisit.matter_edition set state = 'approved', approver = $3, approved_at = $4 where code = $1 and edition = $2 and state = 'draft'`, [code, edition, approver, now])
      await changed()
      return { ...found, state: 'approved', approver }
    },
    async cancel(code, edition, now) {
      await db.query('matter-cancel', `update onevisit.matter_edition set state = 'cancelled', effective_to = ($3::timestamptz at time zone 'Asia/Shanghai')::date where code = $1 and edition = $2`, [code, edition, now])
      await changed()
    },
    forget() { known = undefined },
  }
}

function editionOn(editions: readonly StoredEdition[], on: string): StoredEdition | undefined {
  return editions.filter(one => one.state === 'approved' && one.matter.effectiveFrom <= on && (one.matter.effectiveTo === undefined || on <= one.matter.effectiveTo))
    .reduce<StoredEdition | undefined>((latest, one) => latest === undefined || one.matter.effectiveFrom > latest.matter.effectiveFrom || (one.matter.effectiveFrom === latest.matter.effectiveFrom && one.matter.edition > latest.matter.edition) ? one : latest, undefined)
}

/** @throws Problem `matter-invalid` with a line a fault */
function checked(city: City, input: unknown): Matter {
  const matter = input as Matter
  let faults: readonly string[]
  try {
    faults = validateMatter(matter, {
      caseType: city.cases.get(matter.case)?.type,
      hasResource: ref => city.resources.has(ref),
      resourceFields: ref => Object.keys(city.resources.get(ref)?.resource.fields ?? {}),
      credentialFields: ref => city.credentials.has(ref) ? Object.keys(city.credentials.get(ref)!.credential.fields) : undefined,
    }, String(matter.code)).map(line)
  } catch (error) {
    // A draft typed by hand may lack whole members; the validator reads definitions, not arbitrary JSON.
    throw new Problem('matter-invalid', { detail: 'the matter lacks a member', cause: error })
  }
  if (faults.length > 0) throw new Problem('matter-invalid', { detail: faults.join('\n'), more: { faults } })
  return matter
}

const INSERT = `insert into onevisit.matter_edition (code, edition, system, type, body, sha256, origin, state, effective_from, effective_to, author, created_at, approved_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing`

function insertValues(city: City, matter: Matter, origin: StoredEdition['origin'], state: StoredEdition['state'], author: string | null, now: string): readonly unknown[] {
  const entry = city.caseEntry(matter.case)
  const body = JSON.stringify(matter)
  return [matter.code, matter.edition, entry.system, entry.name, body, createHash('sha256').update(body).digest('hex'), origin, state, matter.effectiveFrom, matter.effectiveTo ?? null, author, now, state === 'approved' ? now : null]
}

/**
 * Stores the matters authored in code. An edition once stored never changes under the cases that pinned it.
 * @throws Problem `definition-invalid` when a matter in code differs from its stored edition
 */
export async function storeCodedMatters(db: Db, city: City, now: string): Promise<void> {
  for (const matter of city.systems.flatMap(system => system.matters ?? [])) {
    const values = insertValues(city, matter, 'code', 'approved', null, now)
    const { rowCount } = await db.query('matter-draft', INSERT, values)
    if (rowCount === 1) continue
    const { rows } = await db.query<{ sha256: string }>('matter-sha', 'select sha256 from onevisit.matter_edition where code = $1 and edition = $2', [matter.code, matter.edition])
    if (rows[0]!.sha256 !== values[5]) throw new Problem('definition-invalid', { detail: `matter ${matter.code}: edition ${matter.edition} is stored and differs; raise 'edition'` })
  }
}
