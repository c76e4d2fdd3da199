/** Facts that a matter's rules, prefilling and materials rest on: gathered once, batched by resource, each with its source. */
import type { Fact } from './instant.ts'
import type { Matter, Predicate } from '../../kernel/matter.ts'
import type { Answer } from '../../kernel/context.ts'

export type ResourceAnswers = ReadonlyMap<string, Answer<Record<string, unknown>>>

/** Resource → the columns this matter needs of it, and no others. */
export function neededColumns(matter: Matter, on: string): ReadonlyMap<string, readonly string[]> {
  const needed = new Map<string, Set<string>>()
  const need = (resource: string, column: string) => {
    const columns = needed.get(resource) ?? new Set<string>()
    columns.add(column)
    needed.set(resource, columns)
  }
  for (const { resource, column } of Object.values(matter.prefill ?? {})) need(resource, column)
  for (const material of matter.materials) for (const way of material.ways) if (way.by === 'data') for (const field of way.fields) need(way.resource, field)
  for (const rule of matter.instant ?? []) {
    if (rule.effectiveFrom > on || (rule.effectiveTo !== undefined && rule.effectiveTo < on)) continue
    for (const predicate of rule.all) for (const fact of factsOf(predicate)) {
      const data = dataFact(fact)
      if (data) need(data.resource, data.column)
    }
  }
  for (const fact of Object.values(matter.result?.claims ?? {})) {
    const data = dataFact(fact)
    if (data) need(data.resource, data.column)
  }
  return new Map([...needed].map(([resource, columns]) => [resource, [...columns].sort()]))
}

function factsOf(predicate: Predicate): readonly string[] {
  const than = predicate.than
  return typeof than === 'object' && than !== null && 'fact' in than ? [predicate.fact, String(than.fact)] : [predicate.fact]
}

/** `data.registry.resident.birthDate`, or `age.` of the same → resource `registry.resident`, column `birthDate`. */
export function dataFact(fact: string): { readonly resource: string; readonly column: string } | null {
  const prefix = /^(data|age)\./.exec(fact)
  if (prefix === null) return null
  const parts = fact.slice(prefix[0].length).split('.')
  return { resource: parts.slice(0, -1).join('.'), column: parts.at(-1)! }
}

/** Every fact a rule or a result names, from the sources' answers and the case. Ages are whole years on `today`. */
export function gatherFacts(names: readonly string[], sources: ResourceAnswers, known: Readonly<Record<string, unknown>>, today: string): Readonly<Record<string, Fact>> {
  return Object.fromEntries(names.map(name => [name, factNamed(name, sources, known, today)]))
}

/** Names of the facts of a matter's rules and result. */
export function factNames(matter: Matter): readonly string[] {
  const rules = (matter.instant ?? []).flatMap(rule => rule.all.flatMap(factsOf))
  return [...new Set([...rules, ...Object.values(matter.result?.claims ?? {})])]
}

function factNamed(name: string, sources: ResourceAnswers, known: Readonly<Record<string, unknown>>, today: string): Fact {
  const data = dataFact(name)
  if (data === null) {
    const value = known[name]
    return value === null || value === undefined ? { known: false, reason: 'not given' } : { known: true, value, source: 'case', asOf: null }
  }
  const fact = factOfAnswer(sources.get(data.resource), data.resource, data.column)
  if (!fact.known || !name.startsWith('age.')) return fact
  return typeof fact.value === 'string' ? { ...fact, value: ageOn(fact.value, today) } : { known: false, reason: `'${data.column}' is no date` }
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
