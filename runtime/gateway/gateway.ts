/**
 * The gateway: every read of another system's rows goes through one batched `ask` that says who, for what purpose and
 * for which case, and is logged before the answer is seen. Found, none, down and refused are four different answers.
 */
import type { Answer } from '../../kernel/context.ts'
import type { City, ResourceEntry } from '../city.ts'
import type { Db } from '../database/pool.ts'
import type { Vault } from '../secrets/vault.ts'
import { unsealValues } from '../secrets/sealed-values.ts'
import { isUuid, tableSource, type Source } from './source.ts'

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
  ask(question: Question): Promise<readonly Answer<Record<string, unknown>>[]>
}

/** `sources` replaces a resource's own table by a connector, by the resource's ref. */
export function openGateway(around: { readonly city: City; readonly db: Db; readonly vault: Vault; readonly sources?: ReadonlyMap<string, Source> }): Gateway {
  const { city, db, vault } = around
  return {
    async ask(question) {
      const entry = city.resources.get(question.resource)
      const refusal = entry === undefined ? `no resource '${question.resource}'` : refusalOf(city, entry, question)
      if (entry === undefined || refusal !== null) {
        const answers = question.keys.map(key => ({ key, state: 'refused' as const, reason: refusal! }))
        await log(db, question, answers)
        return answers
      }
      const connector = around.sources?.get(entry.ref)
      if (connector === undefined) return answersOf(tableSource(db, entry, question), entry, question, vault)
      const answers = await answersOf(connector, entry, question, vault)
      await log(db, question, answers)
      return answers
    },
  }
}

/** Who may ask at all: the owner, and systems that declare its use, for fields that exist and a stated purpose. */
function refusalOf(city: City, entry: ResourceEntry, question: Question): string | null {
  const { resource } = entry
  const unknown = question.fields.filter(field => !Object.hasOwn(resource.fields, field))
  if (unknown.length > 0) return `no field '${unknown.join("', '")}'`
  if (question.purpose.trim() === '') return 'no purpose given'
  if (entry.system === question.system) return null
  if (resource.sharing === 'none') return 'not shared'
  if (!(city.system(question.system).uses ?? []).includes(entry.system)) return `'${question.system}' does not declare the use of '${entry.system}'`
  if (resource.sharing !== 'unconditional' && question.number === null) return 'asked without a case'
  return null
}

async function answersOf(source: Source, entry: ResourceEntry, question: Question, vault: Vault): Promise<readonly Answer<Record<string, unknown>>[]> {
  try {
    const rows = await source.read(question.keys, question.fields)
    return question.keys.map(key => {
      const row = rows.get(key)
      return row === undefined
        ? { key, state: 'none' as const, asOf: question.now }
        : { key, state: 'found' as const, row: unsealValues(entry.resource.fields, row.values, vault), asOf: row.asOf }
    })
  } catch (error) {
    // A source that fails has told nothing: that is 'down', never 'none'.
    return question.keys.map(key => ({ key, state: 'down' as const, reason: source.explain(error) }))
  }
}

async function log(db: Db, question: Question, answers: readonly Answer<unknown>[]): Promise<void> {
  await db.query('data-use', `insert into onevisit.data_use (at, resource, subjects, fields, purpose, number, actor, actor_kind, answers, trace)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [
    question.now, question.resource, question.keys.filter(isUuid), JSON.stringify(question.fields), question.purpose, question.number,
    question.actor, question.actorKind, JSON.stringify(answers.map(answer => answer.state)), question.trace,
  ])
}

