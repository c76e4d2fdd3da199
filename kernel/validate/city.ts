/** Validates all systems of a city together: each alone, and every reference between them. */
import { plain, type PlainCaseType } from '../case.ts'
import type { System } from '../system.ts'
import { validateCase } from './case.ts'
import { indexOf, type CityIndex } from './city-index.ts'
import { line, missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateFlows } from './flows.ts'
import { validateMatter } from './matter.ts'
import { validateResource } from './resource.ts'
import { validateText } from './text.ts'

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const NAME = /^[a-z][A-Za-z0-9]*$/
const POLICY = /^[NZ][一二三四五六七八九十]+([（(][一二三四五六七八九十]+[)）])*.*$/

const REGISTRIES = ['cases', 'resources', 'series', 'signals', 'indicators', 'credentials', 'documents', 'actions', 'jobs', 'listeners'] as const

/** One line a fault; empty when the city is sound. */
export function validateCity(systems: readonly System[]): readonly string[] {
  const index = indexOf(systems)
  return [
    ...duplicated(systems.map(system => system.id)).map(id => ({ path: id, message: 'two systems have this id' })),
    ...duplicated(systems.map(system => system.prefix)).map(prefix => ({ path: prefix, message: 'two systems have this prefix' })),
    ...duplicated(systems.flatMap(system => (system.matters ?? []).map(matter => `${matter.code} edition ${matter.edition}`))).map(matter => ({ path: matter, message: 'this edition of the matter is defined twice' })),
    ...systems.flatMap(system => validateSystem(system, index)),
  ].map(line)
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
    ...REGISTRIES.flatMap(registry => names(system[registry], `${at}.${registry}`)),
    ...Object.entries(system.cases ?? {}).flatMap(([name, type]) => [
      ...validateCase(plain(type), `${at}.cases.${name}`),
      ...validateChildRefs(system, plain(type), index, `${at}.cases.${name}`),
    ]),
    ...Object.entries(system.resources ?? {}).flatMap(([name, resource]) => validateResource(resource, system, index, `${at}.resources.${name}`)),
    ...Object.entries(system.credentials ?? {}).flatMap(([name, credential]) => [
      ...validateText(credential.title, `${at}.credentials.${name}.title`),
      ...validateFields(credential.fields, `${at}.credentials.${name}.fields`),
      ...credential.face.filter(claim => !Object.hasOwn(credential.fields, claim)).map(claim => ({ path: `${at}.credentials.${name}.face`, message: missing('field', claim, 'fields', Object.keys(credential.fields)) })),
    ]),
    ...validateFlows(system, index),
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

function names(members: Readonly<Record<string, unknown>> | undefined, at: string): DefinitionFault[] {
  return Object.keys(members ?? {}).filter(name => !NAME.test(name)).map(name => ({ path: `${at}.${name}`, message: `'${name}' is not a name: a small letter, then letters and digits` }))
}

function duplicated(list: readonly string[]): readonly string[] {
  return [...new Set(list.filter((one, i) => list.indexOf(one) !== i))]
}
