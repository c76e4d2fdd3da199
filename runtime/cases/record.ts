/** A case in memory: as loaded or about to be opened. Identifying values are in clear here and sealed in the row. */
import type { PartyHeader } from '../../kernel/context.ts'
import type { Fields } from '../../kernel/field.ts'
import type { Matter } from '../../kernel/matter.ts'
import type { CaseEntry } from '../city.ts'
import type { Vault } from '../secrets/vault.ts'
import { sealValues, unsealValues } from '../secrets/sealed-values.ts'
import type { CaseRow } from '../apply/writes.ts'
import type { ClockState } from './clock.ts'

export interface CaseRecord {
  readonly entry: CaseEntry
  readonly number: string
  readonly matter: string | null
  readonly matterEdition: number | null
  /** Fields of the `form` values, from the pinned edition. */
  readonly form: Fields | undefined
  readonly state: string
  readonly tracks: Readonly<Record<string, string>>
  readonly version: number
  readonly outcome: string | null
  readonly region: string
  readonly acceptingRegion: string
  readonly organ: string
  readonly parties: Readonly<Record<string, PartyHeader>>
  readonly openedAt: string
  readonly enteredAt: string
  readonly closedAt: string | null
  readonly due: { readonly legal: string | null; readonly promised: string | null }
  readonly clock: ClockState
  readonly parent: string | null
  readonly child: string | null
  readonly values: Readonly<Record<string, unknown>>
}

/** A row as the database gives it. */
export type StoredCase = Omit<CaseRow, 'expected'> & { readonly parties: Readonly<Record<string, PartyHeader>>; readonly clock: ClockState; readonly values: Record<string, unknown> }

export const CASE_COLUMN_NAMES = `number, system, type, definition, matter, edition, state, tracks, version, outcome, region, accepting_region, organ, applicant,
  parties, opened_at, entered_at, closed_at, due_legal, due_promised, clock, parent, child, live_key, index1, index2, index3, values`

export function recordOf(row: StoredCase, entry: CaseEntry, form: Fields | undefined, vault: Vault): CaseRecord {
  return {
    entry,
    number: row.number,
    matter: row.matter,
    matterEdition: row.edition,
    form,
    state: currentState(entry, row.state),
    tracks: row.tracks,
    version: row.version,
    outcome: row.outcome,
    region: row.region,
    acceptingRegion: row.accepting_region,
    organ: row.organ,
    parties: row.parties,
    openedAt: row.opened_at,
    enteredAt: row.entered_at,
    closedAt: row.closed_at,
    due: { legal: row.due_legal, promised: row.due_promised },
    clock: row.clock,
    parent: row.parent,
    child: row.child,
    values: withEveryField(entry.type.fields, unsealValues(entry.type.fields, carriedOver(entry.type.fields, row.values), vault, form)),
  }
}

export function rowOf(record: CaseRecord, expected: number, matter: Matter | null, vault: Vault): CaseRow {
  const { entry } = record
  const applicant = Object.keys(entry.type.parties)[0]
  const indexed = (entry.type.indexed ?? []).map(name => textOf(record.values[name]))
  return {
    number: record.number, system: entry.system, type: entry.name, definition: entry.edition,
    matter: record.matter, edition: record.matterEdition,
    state: record.state, tracks: record.tracks, version: record.version, expected, outcome: record.outcome,
    region: record.region, accepting_region: record.acceptingRegion, organ: record.organ,
    applicant: (applicant && record.parties[applicant]?.subject) ?? null,
    parties: record.parties,
    opened_at: record.openedAt, entered_at: record.enteredAt, closed_at: record.closedAt,
    due_legal: record.due.legal, due_promised: record.due.promised, clock: record.clock,
    parent: record.parent, child: record.child,
    live_key: liveKey(record, matter),
    index1: indexed[0] ?? null, index2: indexed[1] ?? null, index3: indexed[2] ?? null,
    values: sealValues(entry.type.fields, record.values, vault, record.form),
  }
}

/** What may exist only once while it lives: one applicant's case of one type and matter. */
export function liveKey(record: CaseRecord, matter: Matter | null): string | null {
  if (!record.entry.type.oneLive || record.outcome !== null || matter?.allowsMultiple) return null
  const applicant = Object.keys(record.entry.type.parties)[0]
  const subject = applicant ? record.parties[applicant]?.subject : undefined
  if (subject === undefined || record.parent !== null) return null
  return `${record.entry.name}/${record.matter ?? ''}/${subject}`
}

/** Unknown stays `null`; every field of the type is present. */
function withEveryField(fields: Fields, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(fields)) out[name] = (Object.hasOwn(values, name) ? values[name] : null) ?? null
  return out
}

/** Values stored under a field's former name belong to the field that names it. */
function carriedOver(fields: Fields, values: Record<string, unknown>): Record<string, unknown> {
  let out = values
  for (const [name, field] of Object.entries(fields)) {
    if (field.renamedFrom === undefined || Object.hasOwn(out, name) || !Object.hasOwn(out, field.renamedFrom)) continue
    const { [field.renamedFrom]: value, ...rest } = out
    out = { ...rest, [name]: value }
  }
  return out
}

function currentState(entry: CaseEntry, stored: string): string {
  if (Object.hasOwn(entry.type.states, stored)) return stored
  const renamed = Object.entries(entry.type.renamedStates ?? {}).find(([, old]) => old === stored)
  return renamed?.[0] ?? stored
}

/** What an index column holds of a value: its first characters, since an index takes no long texts. */
const INDEXED_LENGTH = 200

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return [...typeof value === 'string' ? value : JSON.stringify(value)].slice(0, INDEXED_LENGTH).join('')
}
