/** Which fields of a case somebody may see in their roles, where the case stands. */
import { list, possibleMoves } from '../../engines/case-flow/index.ts'
import type { PlainCaseType } from '../../kernel/case.ts'
import type { Position } from '../../engines/case-flow/index.ts'

export function visibleFields(type: PlainCaseType, position: Position, roles: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>()
  for (const role of roles) {
    const always = type.sees?.[role]
    for (const name of always === 'all' ? Object.keys(type.fields).filter(name => !type.fields[name]!.sealed) : always ?? []) seen.add(name)
  }
  for (const name of possibleMoves(type, position)) {
    const move = type.moves[name]!
    if (!list(move.by).some(who => roles.includes(who))) continue
    for (const field of [...move.asks ?? [], ...move.takes ?? [], ...move.sees ?? []]) seen.add(field)
  }
  return seen
}

export function visibleValues(type: PlainCaseType, position: Position, roles: readonly string[], values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const visible = visibleFields(type, position, roles)
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => visible.has(name) && value !== null))
}
