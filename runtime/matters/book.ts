/** Editions of matters: authored in code or at run time, approved by a second person, pinned by cases. */
import { createHash } from 'node:crypto'
import type { Matter } from '../../kernel/matter.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { validateMatter } from '../../kernel/validate/matter.ts'
import { line } from '../../kernel/validate/faults.ts'
import type { City } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { shapeFaults } from './shape.ts'

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
    const { rows } = await db.query<EditionRow & { readonly code: string }>(
      'matter-editions', `select code, body, state, origin, author, approver from onevisit.matter_edition where state <> 'draft' order by code, edition`, [])
    const map = new Map<string, StoredEdition[]>()
    for (const { code, ...row } of rows) map.set(code, [...map.get(code) ?? [], storedOf(row)])
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
      const { rows } = await db.query<EditionRow>('matter-editions-of', 'select body, state, origin, author, approver from onevisit.matter_edition where code = $1 order by edition', [code])
      return rows.map(storedOf)
    },
    async draft(input, author, now) {
      const matter = checked(city, input)
      const { rowCount } = await db.query('matter-draft', INSERT, insertValues(city, matter, 'authored', 'draft', author, now))
      if (rowCount === 0) throw new Problem('matter-edition-exists', { detail: `${matter.code} #${matter.edition}` })
      return matter
    },
    async approve(code, edition, approver, now) {
      const found = await stored(db, code, edition)
      if (found.author === approver) throw new Problem('edition-same-author')
      const faults = judged(city, found.matter)
      if (faults.length > 0) throw invalid(faults)
      const { rowCount } = await db.query('matter-approve', `update onevisit.matter_edition set state = 'approved', approver = $3, approved_at = $4 where code = $1 and edition = $2 and state = 'draft'`, [code, edition, approver, now])
      if (rowCount === 0) throw notADraft((await stored(db, code, edition)).state)
      await changed()
      return { ...found, state: 'approved', approver }
    },
    async cancel(code, edition, now) {
      const { rowCount } = await db.query('matter-cancel', `update onevisit.matter_edition set state = 'cancelled', effective_to = ($3::timestamptz at time zone 'Asia/Shanghai')::date where code = $1 and edition = $2 and state <> 'cancelled'`, [code, edition, now])
      if (rowCount === 0) await stored(db, code, edition)
      await changed()
    },
    forget() { known = undefined },
  }
}

function editionOn(editions: readonly StoredEdition[], on: string): StoredEdition | undefined {
  return editions.filter(one => one.state === 'approved' && one.matter.effectiveFrom <= on && (one.matter.effectiveTo === undefined || on <= one.matter.effectiveTo))
    .reduce<StoredEdition | undefined>((latest, one) => latest === undefined || one.matter.effectiveFrom > latest.matter.effectiveFrom || (one.matter.effectiveFrom === latest.matter.effectiveFrom && one.matter.edition > latest.matter.edition) ? one : latest, undefined)
}

interface EditionRow {
  readonly body: Matter
  readonly state: StoredEdition['state']
  readonly origin: StoredEdition['origin']
  readonly author: string | null
  readonly approver: string | null
}

function storedOf({ body, ...rest }: EditionRow): StoredEdition {
  return { matter: body, ...rest }
}

/** @throws Problem `matter-unknown` */
async function stored(db: Db, code: string, edition: number): Promise<StoredEdition> {
  const { rows } = await db.query<EditionRow>('matter-edition-of', 'select body, state, origin, author, approver from onevisit.matter_edition where code = $1 and edition = $2', [code, edition])
  if (rows[0] === undefined) throw new Problem('matter-unknown', { detail: `${code} #${edition}` })
  return storedOf(rows[0])
}

function notADraft(state: StoredEdition['state']): Problem {
  return new Problem('matter-edition-exists', { detail: state === 'cancelled' ? { zh: '该版本已取消', en: 'this edition was cancelled' } : { zh: '该版本已批准', en: 'this edition was approved before' } })
}

/** @throws Problem `matter-invalid` with a line a fault */
function checked(city: City, input: unknown): Matter {
  const misshapen = shapeFaults(input)
  if (misshapen.length > 0) throw invalid(misshapen)
  const matter = input as Matter
  const faults = judged(city, matter)
  if (faults.length > 0) throw invalid(faults)
  return matter
}

function judged(city: City, matter: Matter): readonly string[] {
  try {
    return validateMatter(matter, {
      caseType: city.cases.get(matter.case)?.type,
      hasResource: ref => city.resources.has(ref),
      resourceFields: ref => Object.keys(city.resources.get(ref)?.resource.fields ?? {}),
      credentialFields: ref => city.credentials.has(ref) ? Object.keys(city.credentials.get(ref)!.credential.fields) : undefined,
    }, matter.code).map(line)
  } catch {
    // The validator reads definitions that a compiler has seen; a form typed by hand may be anything further down.
    return [`${matter.code}.form: its fields cannot be read`]
  }
}

function invalid(faults: readonly string[]): Problem {
  return new Problem('matter-invalid', { detail: faults.join('\n'), more: { faults } })
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
