/** Validates all systems of a city together: each alone, and every reference between them. */
import { plain, type PlainCaseType } from '../case.ts'
import type { System } from '../system.ts'
import { validateCase } from './case.ts'
import { line, missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateMatter } from './matter.ts'
import { validateText } from './text.ts'

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const NAME = /^[a-z][A-Za-z0-9]*$/
const POLICY = /^[NZ][一二三四五六七八九十]+([（(][一二三四五六七八九十]+[)）])*.*$/

/** One line a fault; empty when the city is sound. */
export function validateCity(systems: readonly System[]): readonly string[] {
  const index = indexOf(systems)
  return [
    ...duplicated(systems.map(system => system.id)).map(id => ({ path: id, message: 'two systems have this id' })),
    ...duplicated(systems.map(system => system.prefix)).map(prefix => ({ path: prefix, message: 'two systems have this prefix' })),
    ...systems.flatMap(system => validateSystem(system, index)),
  ].map(line)
}

interface CityIndex {
  readonly ids: readonly string[]
  readonly cases: Readonly<Record<string, PlainCaseType>>
  readonly resources: Readonly<Record<string, readonly string[]>>
  readonly credentials: Readonly<Record<string, readonly string[]>>
}

function indexOf(systems: readonly System[]): CityIndex {
  const entries = <T, R>(of: (system: System) => Readonly<Record<string, T>> | undefined, as: (value: T) => R) =>
    Object.fromEntries(systems.flatMap(system => Object.entries(of(system) ?? {}).map(([name, value]) => [`${system.id}.${name}`, as(value)] as const)))
  return {
    ids: systems.map(system => system.id),
    cases: entries(system => system.cases, plain),
    resources: entries(system => system.resources, resource => Object.keys(resource.fields)),
    credentials: entries(system => system.credentials, credential => Object.keys(credential.fields)),
  }
}

function validateSystem(system: System, index: CityIndex): DefinitionFault[] {
  const at = system.id
  return [
    ...(ID.test(system.id) ? [] : [{ path: at, message: `'${system.id}' is not a system id: small letters, digits and hyphens` }]),
    ...(/^[A-Z]{2,4}$/.test(system.prefix) ? [] : [{ path: `${at}.prefix`, message: `'${system.prefix}' is not two to four capital letters` }]),
    ...validateText(system.title, `${at}.title`),
    ...(system.policy.length === 0 ? [{ path: `${at}.policy`, message: 'a system names the clauses it serves' }] : []),
    ...system.policy.filter(clause => !POLICY.test(clause)).map(clause => ({ path: `${at}.policy`, message: `'${clause}' is not a clause such as N一(一) or Z四(二)3` })),
    ...(system.uses ?? []).filter(other => !index.ids.includes(other)).map(other => ({ path: `${at}.uses`, message: missing('system', other, 'systems', index.ids) })),
    ...names(system.cases, `${at}.cases`), ...names(system.resources, `${at}.resources`), ...names(system.credentials, `${at}.credentials`),
    ...Object.entries(system.cases ?? {}).flatMap(([name, type]) => [
      ...validateCase(plain(type), `${at}.cases.${name}`),
      ...validateChildRefs(system, plain(type), index, `${at}.cases.${name}`),
    ]),
    ...Object.entries(system.resources ?? {}).flatMap(([name, resource]) => validateResource(resource, `${at}.resources.${name}`)),
    ...Object.entries(system.credentials ?? {}).flatMap(([name, credential]) => [
      ...validateText(credential.title, `${at}.credentials.${name}.title`),
      ...validateFields(credential.fields, `${at}.credentials.${name}.fields`),
    ]),
    ...Object.entries(system.actions ?? {}).flatMap(([name, action]) => validateFields(action.asks, `${at}.actions.${name}.asks`)),
    ...(system.matters ?? []).flatMap(matter => validateMatter(matter, {
      caseType: index.cases[matter.case],
      hasResource: ref => index.resources[ref] !== undefined,
      resourceFields: ref => index.resources[ref] ?? [],
      credentialFields: ref => index.credentials[ref],
    }, `${at}.matters.${matter.code}`)),
    ...Object.entries(system.rules ?? {}).flatMap(([name, rule]) => rule.length === 0 ? [{ path: `${at}.rules.${name}`, message: 'a rule has at least one edition' }]
      : duplicated(rule.map(edition => edition.effectiveFrom)).map(day => ({ path: `${at}.rules.${name}`, message: `two editions are effective from ${day}` }))),
  ]
}

function validateChildRefs(system: System, type: PlainCaseType, index: CityIndex, at: string): DefinitionFault[] {
  return Object.entries(type.children ?? {}).flatMap(([name, child]) => {
    const path = `${at}.children.${name}.opens`
    if (index.cases[child.opens] === undefined) return [{ path, message: missing('case type', child.opens, 'case types', Object.keys(index.cases)) }]
    const other = child.opens.split('.')[0]!
    return other === system.id || system.uses?.includes(other) ? [] : [{ path, message: `'${other}' is not in this system's 'uses'` }]
  })
}

function validateResource(resource: { readonly title: any; readonly fields: any; readonly key: readonly string[]; readonly level: number; readonly partitionBy?: string; readonly appendOnly?: boolean; readonly indexed?: readonly string[]; readonly exclude?: { same: readonly string[]; from: string; to: string } }, at: string): DefinitionFault[] {
  const fields = Object.keys(resource.fields)
  const levels = Object.values(resource.fields as Record<string, { level?: number }>).map(field => field.level ?? 1)
  const named: readonly (readonly [string, readonly string[]])[] = [
    ['key', resource.key], ['partitionBy', resource.partitionBy ? [resource.partitionBy] : []], ['indexed', resource.indexed ?? []],
    ['exclude', resource.exclude ? [...resource.exclude.same, resource.exclude.from, resource.exclude.to] : []],
  ]
  return [
    ...validateText(resource.title, `${at}.title`),
    ...validateFields(resource.fields, `${at}.fields`),
    ...(resource.key.length === 0 ? [{ path: `${at}.key`, message: 'a resource has a key' }] : []),
    ...named.flatMap(([member, list]) => list.filter(name => !fields.includes(name)).map(name => ({ path: `${at}.${member}`, message: missing('field', name, 'fields', fields) }))),
    ...resource.key.filter(name => fields.includes(name) && !resource.fields[name].required).map(name => ({ path: `${at}.key`, message: `key field '${name}' must be required` })),
    ...(Math.max(1, ...levels) > resource.level ? [{ path: `${at}.level`, message: `level ${resource.level} is below that of its highest field (${Math.max(...levels)})` }] : []),
  ]
}

function names(members: Readonly<Record<string, unknown>> | undefined, at: string): DefinitionFault[] {
  return Object.keys(members ?? {}).filter(name => !NAME.test(name)).map(name => ({ path: `${at}.${name}`, message: `'${name}' is not a name: a small letter, then letters and digits` }))
}

function duplicated(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter((one, i) => list.indexOf(one) !== i))]
}
