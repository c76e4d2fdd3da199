/** Composes the parts of a transition's statement that write typed resource tables. */
import type { SetEffect } from '../../kernel/effect.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { checkValues } from '../../kernel/values.ts'
import type { ResourceWrite } from '../apply/writes.ts'
import type { ResourceEntry } from '../city.ts'
import { sealValues } from '../secrets/sealed-values.ts'
import type { Vault } from '../secrets/vault.ts'
import { columnsOf, snake, tableOf } from './columns.ts'

interface Writing {
  readonly around: { readonly vault: Vault }
  readonly now: string
  readonly trace: string
}

const STAMP = '_at timestamptz, _trace uuid'

/** Inserts rows, or replaces those of the same key; an append-only resource refuses a known key. */
export function putRows(entry: ResourceEntry, rows: readonly Readonly<Record<string, unknown>>[], { around, now, trace }: Writing): readonly ResourceWrite[] {
  if (rows.length === 0) return []
  const columns = columnsOf(entry)
  const stored = rows.map((row, i) => {
    const { values, faults } = checkValues(entry.resource.fields, row, { at: `/${entry.ref}/${i}` })
    if (faults.length > 0) throw new Problem('invalid-request', { faults })
    const sealed = sealValues(entry.resource.fields, values, around.vault)
    return { ...Object.fromEntries(columns.map(column => [column.name, sealed[column.field] ?? null])), _at: now, _trace: trace }
  })
  const names = [...columns.map(column => column.name), '_at', '_trace']
  const key = columns.filter(column => column.key).map(column => column.name)
  const updates = names.filter(name => !key.includes(name)).map(name => `${name} = excluded.${name}`)
  return [{
    shape: `put ${entry.ref}`,
    rows: stored,
    sql: parameter => `insert into ${tableOf(entry)} (${names.join(', ')}) select ${names.join(', ')} from json_to_recordset(${parameter}::json) as r(${columns.map(column => `${column.name} ${column.type}`).join(', ')}, ${STAMP})
      ${entry.resource.appendOnly ? '' : `on conflict (${key.join(', ')}) do update set ${updates.join(', ')}`}`,
  }]
}

export function retractRows(entry: ResourceEntry, keys: readonly string[]): ResourceWrite {
  const key = columnsOf(entry).filter(column => column.key)
  if (key.length !== 1) throw new Problem('effect-invalid', { detail: `'${entry.ref}' has a key of ${key.length} fields; retract takes one` })
  return {
    shape: `retract ${entry.ref}`,
    rows: keys.map(value => ({ key: value })),
    sql: parameter => `delete from ${tableOf(entry)} t using json_to_recordset(${parameter}::json) as r(key ${key[0]!.type}) where t.${key[0]!.name} = r.key`,
  }
}

/** Changes the rows that match; the whole transition is undone when more than `atMost` do. */
export function setRows(entry: ResourceEntry, effect: SetEffect, { around }: Writing): ResourceWrite {
  const { fields } = entry.resource
  const { values, faults } = checkValues(fields, effect.values, { at: `/${entry.ref}`, required: [] })
  if (faults.length > 0) throw new Problem('invalid-request', { faults })
  const where = Object.keys(effect.where)
  const sealedWhere = where.filter(name => fields[name]?.identifies)
  if (where.length === 0 || sealedWhere.length > 0 || where.some(name => !Object.hasOwn(fields, name))) {
    throw new Problem('effect-invalid', { detail: `set on '${entry.ref}': 'where' names fields that are not sealed` })
  }
  const types = new Map(columnsOf(entry).map(column => [column.field, column]))
  const changed = Object.keys(values)
  const column = (prefix: string) => (name: string) => `${prefix}${snake(name)} ${types.get(name)!.type}`
  return {
    shape: `set ${entry.ref} ${changed.join(',')} where ${where.join(',')} ${effect.atMost}`,
    rows: [{
      ...Object.fromEntries(Object.entries(sealValues(fields, values, around.vault)).map(([name, value]) => [`new_${snake(name)}`, value])),
      ...Object.fromEntries(where.map(name => [`old_${snake(name)}`, effect.where[name]])),
    }],
    expect: { atMost: effect.atMost },
    sql: parameter => `update ${tableOf(entry)} t set ${changed.map(name => `${snake(name)} = r.new_${snake(name)}`).join(', ')}
      from json_to_recordset(${parameter}::json) as r(${[...changed.map(column('new_')), ...where.map(column('old_'))].join(', ')})
      where ${where.map(name => `t.${snake(name)} = r.old_${snake(name)}`).join(' and ')} returning 1`,
  }
}
