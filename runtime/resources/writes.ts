/** Composes the parts of a transition's statement that write typed resource tables. */
import type { SetEffect } from '../../kernel/effect.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Field } from '../../kernel/field.ts'
import { checkValue, checkValues } from '../../kernel/values.ts'
import type { ResourceWrite } from '../apply/writes.ts'
import type { ResourceEntry } from '../city.ts'
import { sealValues } from '../secrets/sealed-values.ts'
import type { Vault } from '../secrets/vault.ts'
import { columnsOf, quoted, snake, tableOf, type Column } from './columns.ts'

interface Writing {
  readonly around: { readonly vault: Vault }
  readonly now: string
  readonly trace: string
}

type Row = Readonly<Record<string, unknown>>

const STAMP = '_at timestamptz, _trace uuid'

/** Inserts rows, or replaces those of the same key, of which the last counts; an append-only resource takes each key once. */
export function putRows(entry: ResourceEntry, rows: readonly Row[], { around, now, trace }: Writing): readonly ResourceWrite[] {
  if (rows.length === 0) return []
  const columns = columnsOf(entry)
  const stored = rows.map((row, i) => {
    const { values, faults } = checkValues(entry.resource.fields, row, { at: `/${entry.ref}/${i}` })
    if (faults.length > 0) throw new Problem('invalid-request', { faults })
    const sealed = sealValues(entry.resource.fields, values, around.vault)
    return { ...Object.fromEntries(columns.map(column => [column.name, sealed[column.field] ?? null])), _at: now, _trace: trace }
  })
  const names = [...columns.map(column => quoted(column.name)), '_at', '_trace']
  const key = columns.filter(column => column.key).map(column => quoted(column.name))
  const updates = names.filter(name => !key.includes(name)).map(name => `${name} = excluded.${name}`)
  return [{
    table: tableOf(entry), shape: `put ${entry.ref} ${columns.map(shapeOf).join()}`, ...joinable(entry.resource.appendOnly ? rows => rows : rows => lastOfEachKey(entry, rows as readonly Row[]), stored),
    sql: parameter => `insert into ${tableOf(entry)} (${names.join(', ')}) select ${names.join(', ')} from json_to_recordset(${parameter}::json) as r(${columns.map(column => `${quoted(column.name)} ${column.type}`).join(', ')}, ${STAMP})
      ${entry.resource.appendOnly ? '' : `on conflict (${key.join(', ')}) do update set ${updates.join(', ')}`}`,
  }]
}

/** Takes a write into the list; what follows a like write of the same table becomes part of it. */
export function addWrite(writes: ResourceWrite[], write: ResourceWrite): void {
  const at = writes.findLastIndex(one => one.table === write.table)
  const last = writes[at]
  if (last === undefined || last.shape !== write.shape || write.joined === undefined) return void writes.push(write)
  writes[at] = { ...write, rows: write.joined([...last.rows, ...write.rows]) }
}

function joinable(joined: NonNullable<ResourceWrite['joined']>, rows: readonly Row[]): Pick<ResourceWrite, 'rows' | 'joined'> {
  return { rows: joined(rows), joined }
}

/** One statement changes a row once; in one order everywhere, so that two of them wait for each other instead of both failing. */
function lastOfEachKey(entry: ResourceEntry, rows: readonly Row[]): readonly Row[] {
  const key = columnsOf(entry).filter(column => column.key)
  const last = new Map(rows.map(row => [JSON.stringify(key.map(column => row[column.name])), row]))
  return [...last].sort(([a], [b]) => a < b ? -1 : 1).map(([, row]) => row)
}

export function retractRows(entry: ResourceEntry, keys: readonly string[]): ResourceWrite {
  requireChangeable(entry, 'retract')
  const [key, ...more] = columnsOf(entry).filter(column => column.key)
  if (key === undefined || more.length > 0) throw new Problem('effect-invalid', { detail: `'${entry.ref}' has a key of ${more.length + 1} fields; retract takes one` })
  const field = (entry.resource.fields as Readonly<Record<string, Field>>)[key.field]!
  for (const value of keys) if (checkValue(field, value, '').length > 0) throw new Problem('effect-invalid', { detail: `retract on '${entry.ref}': one of the keys is no ${field.kind}` })
  return {
    table: tableOf(entry), shape: `retract ${entry.ref} ${shapeOf(key)}`, ...joinable(rows => rows, keys.map(value => ({ key: value }))),
    sql: parameter => `delete from ${tableOf(entry)} t using json_to_recordset(${parameter}::json) as r(key ${key.type}) where t.${quoted(key.name)} = r.key`,
  }
}

/** Changes the rows that match; the whole transition is undone when more than `atMost` do. */
export function setRows(entry: ResourceEntry, effect: SetEffect, { around, now, trace }: Writing): ResourceWrite {
  requireChangeable(entry, 'set')
  const fields = entry.resource.fields as Readonly<Record<string, Field>>
  const required = Object.keys(effect.values).filter(name => Object.hasOwn(fields, name) && fields[name]!.required)
  const { values, faults } = checkValues(fields, effect.values, { at: `/${entry.ref}`, required })
  const sought = checkValues(fields, effect.where, { at: `/${entry.ref}/where`, required: [] })
  const all = [...faults, ...sought.faults]
  if (all.length > 0) throw new Problem('invalid-request', { faults: all })
  const where = Object.keys(effect.where)
  if (where.length === 0 || where.some(name => fields[name]!.identifies)) {
    throw new Problem('effect-invalid', { detail: `set on '${entry.ref}': 'where' names fields that are not sealed` })
  }
  if (!Number.isSafeInteger(effect.atMost) || effect.atMost < 0) throw new Problem('effect-invalid', { detail: `set on '${entry.ref}': 'atMost' is a number of rows` })
  const columns = columnsOf(entry)
  const types = new Map(columns.map(column => [column.field, column.type]))
  const changed = Object.keys(values)
  const known = where.filter(name => sought.values[name] !== null)
  const column = (prefix: string) => (name: string) => `${quoted(prefix + snake(name))} ${types.get(name)!}`
  const matches = where.map(name => known.includes(name) ? `t.${quoted(snake(name))} = r.${quoted(`old_${snake(name)}`)}` : `t.${quoted(snake(name))} is null`)
  return {
    table: tableOf(entry), shape: `set ${entry.ref} ${columns.map(shapeOf).join()}: ${changed.join()} where ${where.map(name => known.includes(name) ? name : `${name} null`).join()}`, atMost: effect.atMost,
    rows: [{
      ...Object.fromEntries(Object.entries(sealValues(fields, values, around.vault)).map(([name, value]) => [`new_${snake(name)}`, value])),
      ...Object.fromEntries(known.map(name => [`old_${snake(name)}`, sought.values[name]])), _at: now, _trace: trace,
    }],
    sql: parameter => `update ${tableOf(entry)} t set ${[...changed.map(name => `${quoted(snake(name))} = r.${quoted(`new_${snake(name)}`)}`), '_at = r._at', '_trace = r._trace'].join(', ')}
      from json_to_recordset(${parameter}::json) as r(${[...changed.map(column('new_')), ...known.map(column('old_')), STAMP].join(', ')})
      where ${matches.join(' and ')} returning 1`,
  }
}

/** Several cities in one process may each have a resource of this name. */
function shapeOf({ name, type }: Column): string {
  return `${name} ${type}`
}

function requireChangeable(entry: ResourceEntry, what: string): void {
  if (entry.resource.appendOnly) throw new Problem('effect-invalid', { detail: `${what} on '${entry.ref}': it is append-only` })
}
