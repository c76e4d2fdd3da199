/** Validates one resource: key, columns named, level, exclusion and fold. */
import type { Field, Fields } from '../field.ts'
import type { AnyResource } from '../resource.ts'
import type { DataRef } from '../rows.ts'
import type { System } from '../system.ts'
import { columnsOf, validateRef, type CityIndex } from './city-index.ts'
import { missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateText } from './text.ts'

export function validateResource(resource: AnyResource, system: System, index: CityIndex, at: string): DefinitionFault[] {
  const fields = resource.fields as Fields
  const names = Object.keys(fields)
  const highest = levelOf(fields)
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['key', resource.key], ['partitionBy', resource.partitionBy ? [resource.partitionBy] : []], ['indexed', resource.indexed ?? []],
    ['exclude', resource.exclude ? [...resource.exclude.same, resource.exclude.from, resource.exclude.to] : []],
  ]
  return [
    ...validateText(resource.title, `${at}.title`),
    ...validateText(resource.owner, `${at}.owner`),
    ...validateFields(fields, `${at}.fields`),
    ...(resource.key.length === 0 ? [{ path: `${at}.key`, message: 'a resource has a key' }] : []),
    ...named.flatMap(([member, list]) => list.filter(name => !names.includes(name)).map(name => ({ path: `${at}.${member}`, message: missing('field', name, 'fields', names) }))),
    ...resource.key.filter(name => names.includes(name) && !fields[name]!.required).map(name => ({ path: `${at}.key`, message: `key field '${name}' must be required` })),
    ...(highest > resource.level ? [{ path: `${at}.level`, message: `level ${resource.level} is below that of its highest field (${highest})` }] : []),
    ...validateExclusion(resource, fields, at),
    ...validateFold(resource, system, index, at),
  ]
}

/** The highest level of the fields, and of those inside records and lists. */
function levelOf(fields: Fields): number {
  const inside = (field: Field): number => Math.max(field.level ?? 1, field.fields ? levelOf(field.fields) : 1, field.items ? inside(field.items) : 1)
  return Math.max(1, ...Object.values(fields).map(inside))
}

function validateExclusion(resource: AnyResource, fields: Fields, at: string): DefinitionFault[] {
  if (resource.exclude === undefined) return []
  const kindOf = (name: string): Field['kind'] | undefined => Object.hasOwn(fields, name) ? fields[name]!.kind : undefined
  const [from, to] = [kindOf(resource.exclude.from), kindOf(resource.exclude.to)]
  const wrong = ([['from', from], ['to', to]] as const).filter(([, kind]) => kind !== undefined && kind !== 'date' && kind !== 'instant')
  return [
    ...wrong.map(([member, kind]) => ({ path: `${at}.exclude.${member}`, message: `field '${resource.exclude![member]}' is of kind ${kind}, not a date` })),
    ...(wrong.length === 0 && from !== undefined && to !== undefined && from !== to ? [{ path: `${at}.exclude`, message: `'${resource.exclude.from}' is of kind ${from} and '${resource.exclude.to}' of kind ${to}` }] : []),
  ]
}

function validateFold(resource: AnyResource, system: System, index: CityIndex, at: string): DefinitionFault[] {
  if (resource.fold === undefined) return []
  const of = resource.fold.of as DataRef
  const columns = of.noun === 'case' ? undefined : columnsOf(of, index)
  return [
    ...validateRef(system, of, index, `${at}.fold.of`),
    ...(columns === undefined ? [] : resource.key.filter(name => !columns.includes(name)).map(name => ({ path: `${at}.fold.of`, message: `${of.ref} has no column '${name}', which is part of the key` }))),
    ...(resource.appendOnly ? [{ path: `${at}.appendOnly`, message: 'a fold replaces its rows, so it is not append-only' }] : []),
  ]
}
