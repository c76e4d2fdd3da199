/** Facts that a matter's rules, prefilling and materials rest on: gathered once, batched by resource, each with its source. */
import { instantRuleOn, type Fact } from './instant.ts'
import type { Matter, Predicate } from '../../kernel/matter.ts'
import type { Answer } from '../../kernel/context.ts'
import { isDate } from '../../kernel/values.ts'

export type ResourceAnswers = ReadonlyMap<string, Answer<Record<string, unknown>>>

/** Resource → columns, each once. */
export type Columns = ReadonlyMap<string, readonly string[]>

export interface Needs {
  /** Ids of the materials that apply; all of the matter's where none are given. */
  readonly materials?: readonly string[]
  /** Also what the rules in force and the result rest on. */
  readonly decides: boolean
}

/** The columns this matter needs of each resource on a day, and no others. */
export function neededColumns(matter: Matter, on: string, needs: Needs = { decides: true }): Columns {
  const applies = (id: string) => needs.materials === undefined || needs.materials.includes(id)
  const ways = matter.materials.filter(({ id }) => applies(id)).flatMap(material => material.ways)
  return united([
    ...Object.values(matter.prefill ?? {}),
    ...ways.flatMap(way => way.by === 'data' ? way.fields.map(column => ({ resource: way.resource, column })) : []),
    ...needs.decides ? dataOf([...ruleFacts(matter, on), ...resultFacts(matter)]) : [],
  ])
}

/** The columns that facts are read from. */
export function factColumns(names: readonly string[]): Columns {
  return united(dataOf(names))
}

interface DataColumn {
  readonly resource: string
  readonly column: string
}

function dataOf(names: readonly string[]): readonly DataColumn[] {
  return names.map(dataFact).filter(data => data !== null)
}

function united(columns: readonly DataColumn[]): Columns {
  const resources = [...new Set(columns.map(({ resource }) => resource))]
  return new Map(resources.map(resource => [resource, [...new Set(columns.filter(one => one.resource === resource).map(({ column }) => column))].sort()]))
}

/** Every fact that any rule or the result of a matter names. */
export function factNames(matter: Matter): readonly string[] {
  return [...new Set([...(matter.instant ?? []).flatMap(rule => rule.all.flatMap(factsOf)), ...resultFacts(matter)])]
}

/** Facts that the rule in force on a day looks at. */
export function ruleFacts(matter: Matter, on: string): readonly string[] {
  return [...new Set(instantRuleOn(matter.instant ?? [], on)?.all.flatMap(factsOf) ?? [])]
}

/** Facts that the result's claims are made of. */
export function resultFacts(matter: Matter): readonly string[] {
  return [...new Set(Object.values(matter.result?.claims ?? {}))]
}

function factsOf(predicate: Predicate): readonly string[] {
  const than = predicate.than
  return typeof than === 'object' && than !== null && 'fact' in than ? [predicate.fact, String(than.fact)] : [predicate.fact]
}

/** `data.registry.resident.birthDate`, or `age.` of the same → resource `registry.resident`, column `birthDate`. */
export function dataFact(fact: string): DataColumn | null {
  const prefix = /^(data|age)\./.exec(fact)
  if (prefix === null) return null
  const parts = fact.slice(prefix[0].length).split('.')
  return { resource: parts.slice(0, -1).join('.'), column: parts.at(-1)! }
}

/** Every fact a rule or a result names, from the sources' answers and the case. Ages are whole years on `today`. */
export function gatherFacts(names: readonly string[], sources: ResourceAnswers, known: Readonly<Record<string, unknown>>, today: string): Readonly<Record<string, Fact>> {
  return Object.fromEntries(names.map(name => [name, factNamed(name, sources, known, today)]))
}

function factNamed(name: string, sources: ResourceAnswers, known: Readonly<Record<string, unknown>>, today: string): Fact {
  const data = dataFact(name)
  if (data === null) {
    const value = Object.hasOwn(known, name) ? known[name] : null
    return value === null || value === undefined ? { known: false, reason: 'not given' } : { known: true, value, source: 'case', asOf: null }
  }
  const fact = factOfAnswer(sources.get(data.resource), data.resource, data.column)
  if (!fact.known || !name.startsWith('age.')) return fact
  return isDate(fact.value) ? { ...fact, value: ageOn(fact.value, today) } : { known: false, reason: `'${data.column}' is no date` }
}

/** Whole years on a day; somebody born on 29 February is a year older on 1 March of common years. */
export function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4))
  return day.slice(5) >= birthDate.slice(5) ? years : years - 1
}

/** What is known of a `data.` fact: a column that is empty at its source is unknown, not false. */
export function factOfAnswer(answer: Answer<Record<string, unknown>> | undefined, resource: string, column: string): Fact {
  if (answer === undefined) return { known: false, reason: `'${resource}' was not asked` }
  if (answer.state === 'none') return { known: false, reason: `'${resource}' has no record` }
  if (answer.state !== 'found') return { known: false, reason: `'${resource}' is ${answer.state}: ${answer.reason}` }
  const value = answer.row[column]
  if (value === null || value === undefined) return { known: false, reason: `'${resource}.${column}' is empty at its source` }
  return { known: true, value, source: resource, asOf: answer.asOf }
}
