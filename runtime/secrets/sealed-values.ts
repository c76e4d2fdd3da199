/** Seals the values of fields that identify a person before they are stored, at any depth of records and lists. */
import type { Field, Fields } from '../../kernel/field.ts'
import type { Vault } from './vault.ts'

export function sealValues(fields: Fields, values: Readonly<Record<string, unknown>>, vault: Vault, form?: Fields): Record<string, unknown> {
  return mapValues(fields, values, form, value => vault.seal(JSON.stringify(value)))
}

export function unsealValues(fields: Fields, values: Readonly<Record<string, unknown>>, vault: Vault, form?: Fields): Record<string, unknown> {
  return mapValues(fields, values, form, value => vault.isSealed(value) ? JSON.parse(vault.unseal(value)) as unknown : value)
}

type Change = (value: unknown) => unknown

function mapValues(fields: Fields, values: Readonly<Record<string, unknown>>, form: Fields | undefined, change: Change): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (value === null || value === undefined) continue
    out[name] = field === undefined ? value : mapValue(field, value, form, change)
  }
  return out
}

function mapValue(field: Field, value: unknown, form: Fields | undefined, change: Change): unknown {
  if (field.identifies) return change(value)
  if (field.kind === 'record') return mapValues(field.fields ?? {}, value as Record<string, unknown>, form, change)
  if (field.kind === 'form') return mapValues(form ?? {}, value as Record<string, unknown>, form, change)
  if (field.kind === 'list') return (value as unknown[]).map(one => mapValue(field.items!, one, form, change))
  return value
}
