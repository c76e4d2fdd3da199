/** Rules and settings that change by date: the one in force on a record's own day judges it. */
import type { LocalDate } from './field.ts'

export interface RuleEdition<T> {
  readonly effectiveFrom: LocalDate
  readonly effectiveTo?: LocalDate
  /** Legal or technical source; `unverified` where nobody here has read one. */
  readonly source: string
  readonly verified: boolean
  readonly value: T
}

export type Rule<T> = readonly RuleEdition<T>[]

export function defineRule<T>(...editions: readonly RuleEdition<T>[]): Rule<T> {
  return editions
}

/** The edition in force on `on`, or `undefined` where none was. */
export function ruleInForce<T>(rule: Rule<T>, on: LocalDate): RuleEdition<T> | undefined {
  let found: RuleEdition<T> | undefined
  for (const edition of rule) {
    if (edition.effectiveFrom > on) continue
    if (edition.effectiveTo !== undefined && edition.effectiveTo < on) continue
    if (found === undefined || edition.effectiveFrom > found.effectiveFrom) found = edition
  }
  return found
}
