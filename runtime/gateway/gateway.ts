/**
 * The gateway: every read of another system's rows goes through one batched `ask` that says who, for what purpose and
 * for which case, and is logged before the answer is seen. Found, none, down and refused are four different answers.
 */
import type { Answer } from '../../kernel/context.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Field } from '../../kernel/field.ts'
import { checkValue } from '../../kernel/values.ts'
import type { SubjectBook } from '../accounts/subjects.ts'
import type { City, ResourceEntry } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { isRetryable } from '../database/sql-errors.ts'
import type { Vault } from '../secrets/vault.ts'
import { unsealValues } from '../secrets/sealed-values.ts'
import { isUuid, tableSource, type Source, type SourceRow } from './source.ts'

export interface Question {
  readonly resource: string
  readonly keys: readonly string[]
  readonly fields: readonly string[]
  readonly purpose: string
  /** The live case it is asked for. */
  readonly number: string | null
  /** The system that asks. */
  readonly system: string
  readonly actor: string | null
  readonly actorKind: string
  readonly trace: string
  readonly now: string
}

export interface Gateway {
  /** One answer a key, in the order of the keys. */
  ask(question: Question): Promise<readonly Answer<Record<string, unknown>>[]>
}

type Row = Answer<Record<string, unknown>>

/** `sources` replaces a resource's own table by a connector, by the resource's ref. */
export function openGateway(around: { readonly city: City; readonly db: Db; readonly vault: Vault; readonly subjects: Pick<SubjectBook, 'identities'>; readonly sources?: ReadonlyMap<string, Source> }): Gateway {
  const { city, db, vault, subjects } = around

  async function ownRows(entry: ResourceEntry, question: Question): Promise<readonly Row[]> {
    const answers = await answersOf(tableSource(db, entry, question), question, async (source, keys) => ({ rows: await source.read(keys, question.fields), unknown: [] }),
      values => unsealValues(entry.resource.fields, values, vault))
    // The log row is part of a read; one that failed has none yet. Where nothing can be logged, nothing was told either.
    if (answers.some(answer => answer.state === 'down')) await log(db, question, answers).catch(() => undefined)
    return answers
  }

  async function departmentRows(connector: Source, entry: ResourceEntry, question: Question): Promise<readonly Row[]> {
    const answers = await answersOf(connector, question, (source, keys) => readByIdentity(source, keys, question.fields, subjects), values => conforming(entry, values))
    await log(db, question, answers)
    return answers
  }

  async function answersTo(question: Question): Promise<readonly Row[]> {
    const entry = city.resources.get(question.resource)
    const refusal = entry === undefined ? `no resource '${question.resource}'` : refusalOf(city, entry, question)
    if (entry === undefined || refusal !== null) {
      const answers = question.keys.map(key => ({ key, state: 'refused' as const, reason: refusal! }))
      await log(db, question, answers)
      return answers
    }
    const connector = around.sources?.get(entry.ref)
    return connector === undefined ? ownRows(entry, question) : departmentRows(connector, entry, question)
  }

  return {
    async ask(question) {
      const keys = [...new Set(question.keys)]
      if (keys.length === 0) return []
      const answers = new Map((await answersTo({ ...question, keys })).map(answer => [answer.key, answer]))
      return question.keys.map(key => answers.get(key)!)
    },
  }
}

/** Who may ask at all: the owner, and systems that declare its use, for fields and keys that exist and a stated purpose. */
function refusalOf(city: City, entry: ResourceEntry, question: Question): string | null {
  const { resource } = entry
  const fields = resource.fields as Readonly<Record<string, Field>>
  const unknown = question.fields.filter(field => !Object.hasOwn(fields, field))
  if (unknown.length > 0) return `no field '${unknown.join("', '")}'`
  if (resource.key.length !== 1) return `its key has ${resource.key.length} fields; a question names one`
  const key = fields[(resource.key as readonly string[])[0]!]!
  if (question.keys.some(one => checkValue(key, one, '').length > 0)) return `a key is no ${key.kind}`
  if (question.purpose.trim() === '') return 'no purpose given'
  if (entry.system === question.system) return null
  if (resource.sharing === 'none') return 'not shared'
  if (!(city.system(question.system).uses ?? []).includes(entry.system)) return `'${question.system}' does not declare the use of '${entry.system}'`
  if (resource.sharing !== 'unconditional' && question.number === null) return 'asked without a case'
  return null
}

interface Read {
  readonly rows: ReadonlyMap<string, SourceRow>
  /** Keys that could not be asked for, since nobody is registered under them. */
  readonly unknown: readonly string[]
}

async function answersOf(source: Source, question: Question, read: (source: Source, keys: readonly string[]) => Promise<Read>, values: (row: Readonly<Record<string, unknown>>) => Record<string, unknown>): Promise<readonly Row[]> {
  try {
    const { rows, unknown } = await read(source, question.keys)
    return question.keys.map((key): Row => {
      if (unknown.includes(key)) return { key, state: 'refused', reason: 'no identity is known under this key' }
      const found = rows.get(key)
      if (found === undefined) return { key, state: 'none', asOf: question.now }
      const row = values(found.values)
      return { key, state: 'found', row: Object.fromEntries(question.fields.map(field => [field, row[field] ?? null])), asOf: found.asOf }
    })
  } catch (error) {
    // Without the platform's own database nothing can be decided or recorded: that says nothing about a source.
    if (source.isPlatform && isRetryable(error)) throw new Problem('database-unavailable', { cause: error })
    // A source that fails has told nothing: that is 'down', never 'none'.
    return question.keys.map(key => ({ key, state: 'down' as const, reason: source.explain(error) }))
  }
}

/** Our pseudonymous ids mean nothing to a department; where it knows identity numbers, it is asked by these. */
async function readByIdentity(source: Source, keys: readonly string[], fields: readonly string[], subjects: Pick<SubjectBook, 'identities'>): Promise<Read> {
  if (source.keyedBy !== 'identity') return { rows: await source.read(keys, fields), unknown: [] }
  const identities = await subjects.identities(keys.filter(isUuid))
  const unknown = keys.filter(key => !identities.has(key))
  const rows = await source.read([...identities.values()], fields)
  return { rows: new Map([...identities].flatMap(([key, identity]) => rows.has(identity) ? [[key, rows.get(identity)!] as const] : [])), unknown }
}

/** A department's value that is none by the resource's definition is not known; the rest of its row counts. */
function conforming(entry: ResourceEntry, row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = entry.resource.fields as Readonly<Record<string, Field>>
  return Object.fromEntries(Object.entries(row).map(([name, value]) => {
    const kept = value === '' || value === undefined ? null : value
    return [name, kept === null || checkValue(fields[name]!, kept, '').length > 0 ? null : kept]
  }))
}

async function log(db: Db, question: Question, answers: readonly Answer<unknown>[]): Promise<void> {
  await db.query('data-use', `insert into onevisit.data_use (at, resource, subjects, fields, purpose, number, actor, actor_kind, answers, trace)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [
    question.now, question.resource, question.keys.filter(isUuid), JSON.stringify(question.fields), question.purpose, question.number,
    question.actor, question.actorKind, JSON.stringify(answers.map(answer => answer.state)), question.trace,
  ])
}
