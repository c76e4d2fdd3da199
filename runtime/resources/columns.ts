/** How a resource's fields lie in its typed table. */
import type { Field } from '../../kernel/field.ts'
import type { ResourceEntry } from '../city.ts'
import { schemaOf } from '../city.ts'

export interface Column {
  readonly field: string
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
  return `"${schemaOf(entry.system)}"."${snake(entry.name)}"`
}

export function snake(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}
