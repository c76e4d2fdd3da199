/** What the systems of a city define, by reference, for checking what they say of each other. */
import { plain, type PlainCaseType } from '../case.ts'
import { CASE_COLUMNS, type DataRef } from '../rows.ts'
import type { System } from '../system.ts'
import { missing, type DefinitionFault } from './faults.ts'

export interface CityIndex {
  readonly ids: readonly string[]
  readonly cases: Readonly<Record<string, PlainCaseType>>
  /** Names of the fields, by reference. */
  readonly resources: Readonly<Record<string, readonly string[]>>
  readonly credentials: Readonly<Record<string, readonly string[]>>
  /** Names of the dimensions, by reference. */
  readonly series: Readonly<Record<string, readonly string[]>>
}

export function indexOf(systems: readonly System[]): CityIndex {
  const entries = <T, R>(of: (system: System) => Readonly<Record<string, T>> | undefined, as: (value: T) => R) =>
    Object.fromEntries(systems.flatMap(system => Object.entries(of(system) ?? {}).map(([name, value]) => [`${system.id}.${name}`, as(value)] as const)))
  return {
    ids: systems.map(system => system.id),
    cases: entries(system => system.cases, plain),
    resources: entries(system => system.resources, resource => Object.keys(resource.fields)),
    credentials: entries(system => system.credentials, credential => Object.keys(credential.fields)),
    series: entries(system => system.series, series => series.dimensions),
  }
}

const NOUNS = {
  case: { of: 'cases', noun: 'case type', plural: 'case types' },
  resource: { of: 'resources', noun: 'resource', plural: 'resources' },
  series: { of: 'series', noun: 'series', plural: 'series' },
} as const

/** Whether what is named exists, and whether the system says that it uses the system it belongs to. */
export function validateRef(system: System, to: DataRef, index: CityIndex, path: string): DefinitionFault[] {
  const { of, noun, plural } = NOUNS[to.noun]
  const owner = to.ref.split('.')[0]!
  if (!index.ids.includes(owner)) return [{ path, message: missing('system', owner, 'systems', index.ids) }]
  if (!Object.hasOwn(index[of], to.ref)) return [{ path, message: missing(noun, to.ref, `${plural} of '${owner}'`, Object.keys(index[of]).filter(ref => ref.startsWith(`${owner}.`))) }]
  return owner === system.id || system.uses?.includes(owner) ? [] : [{ path, message: `'${owner}' is not in this system's 'uses'` }]
}

/** Columns of what is named, or `undefined` where there is no such thing. */
export function columnsOf(to: DataRef, index: CityIndex): readonly string[] | undefined {
  if (to.noun === 'case') return Object.hasOwn(index.cases, to.ref) ? [...Object.keys(index.cases[to.ref]!.fields), ...CASE_COLUMNS] : undefined
  const known = to.noun === 'resource' ? index.resources : index.series
  return Object.hasOwn(known, to.ref) ? known[to.ref] : undefined
}

export function validateColumns(to: DataRef, names: readonly string[], index: CityIndex, path: string): DefinitionFault[] {
  const columns = columnsOf(to, index)
  return columns === undefined ? [] : names.filter(name => !columns.includes(name)).map(name => ({ path, message: missing('column', name, `columns of ${to.ref}`, columns) }))
}
