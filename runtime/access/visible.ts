/** Which fields of a case somebody may see in their roles, where the case stands. */
import { list, possibleMoves } from '../../engines/case-flow/index.ts'
import type { PlainCaseType } from '../../kernel/case.ts'
import type { Field, Fields } from '../../kernel/field.ts'
import type { Position } from '../../engines/case-flow/index.ts'

export function visibleFields(type: PlainCaseType, position: Position, roles: readonly string[]): ReadonlySet<string> {
  const unsealed = Object.keys(type.fields).filter(name => !type.fields[name]!.sealed)
  return new Set([...roles.some(role => type.sees?.[role] === 'all') ? unsealed : [], ...namedFields(type, position, roles)])
}

/** Fields that a role, or a move open to it, calls by name: sealed ones are seen only so. */
function namedFields(type: PlainCaseType, position: Position, roles: readonly string[]): readonly string[] {
  const always = roles.flatMap(role => {
    const names = type.sees?.[role]
    return names === undefined || names === 'all' ? [] : names
  })
  const byMoves = possibleMoves(type, position).map(name => type.moves[name]!).filter(move => list(move.by).some(who => roles.includes(who)))
    .flatMap(move => [...move.asks ?? [], ...move.takes ?? [], ...move.sees ?? []])
  return [...always, ...byMoves]
}

/** `form`: fields of the `form` values. Sealed parts of a record or a form are seen by those who see it by name. */
export function visibleValues(type: PlainCaseType, position: Position, roles: readonly string[], values: Readonly<Record<string, unknown>>, form?: Fields): Readonly<Record<string, unknown>> {
  const visible = visibleFields(type, position, roles)
  const named = new Set(namedFields(type, position, roles))
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => visible.has(name) && value !== null)
    .map(([name, value]) => [name, named.has(name) ? value : unsealedPart(type.fields[name]!, value, form)]))
}

function unsealedPart(field: Field, value: unknown, form: Fields | undefined): unknown {
  if (value === null || value === undefined) return value
  if (field.kind === 'list') return (value as readonly unknown[]).map(one => unsealedPart(field.items!, one, form))
  if (field.kind !== 'record' && field.kind !== 'form') return value
  const fields = field.kind === 'form' ? form ?? {} : field.fields ?? {}
  return Object.fromEntries(Object.entries(value as Readonly<Record<string, unknown>>).filter(([name]) => !(Object.hasOwn(fields, name) && fields[name]!.sealed))
    .map(([name, one]) => [name, Object.hasOwn(fields, name) ? unsealedPart(fields[name]!, one, form) : one]))
}
