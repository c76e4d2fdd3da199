/** How a resource's fields lie in its typed table. */
import { createHash } from 'node:crypto'
import type { Field } from '../../kernel/field.ts'
import type { ResourceEntry } from '../city.ts'
import { schemaOf } from '../city.ts'

export interface Column {
  readonly field: string
  /** As the database has it; quoted in SQL, since a field may be called `order` or `user`. */
  readonly name: string
  /** SQL type. */
  readonly type: string
  readonly key: boolean
}

const TYPES: Record<Field['kind'], string> = {
  text: 'text', integer: 'bigint', decimal: 'numeric', fen: 'bigint', yesNo: 'boolean', consent: 'boolean', date: 'date', instant: 'timestamptz',
  choice: 'text', choices: 'jsonb', code: 'text', region: 'text', organ: 'text', subject: 'uuid', place: 'jsonb', file: 'uuid',
  record: 'jsonb', list: 'jsonb', form: 'jsonb', json: 'jsonb',
}

/** Identifying values are sealed text; lists and records that hold some are stored whole as JSON. */
export function columnsOf(entry: ResourceEntry): readonly Column[] {
  return Object.entries(entry.resource.fields as Record<string, Field>).map(([field, definition]) => ({
    field, name: snake(field), type: definition.identifies ? 'text' : TYPES[definition.kind], key: entry.resource.key.includes(field),
  }))
}

export function tableOf(entry: Pick<ResourceEntry, 'system' | 'name'>): string {
  return `${quoted(schemaOf(entry.system))}.${quoted(snake(entry.name))}`
}

/** PostgreSQL cuts names at 63 bytes, prefixes included; two long ones must not become one. */
const LONGEST_NAME = 56

export function snake(name: string): string {
  return bounded(name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`))
}

export function bounded(name: string): string {
  return name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME - 9)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
