/**
 * Instant decision (秒办): approves only when every predicate is known true; any unknown or false one leaves the case
 * to a person. It never refuses by itself (architecture.md section 4; sheet A1 5c).
 */
import { isWithin } from '../../kernel/codes/region-code.ts'
import type { InstantRule, Predicate } from '../../kernel/matter.ts'

/** A fact is known, with where it comes from, or unknown, with the reason. */
export type Fact =
  | { readonly known: true; readonly value: unknown; readonly source: string; readonly asOf: string | null }
  | { readonly known: false; readonly reason: string }

export type Verdict = 'true' | 'false' | 'unknown'

export interface Judged {
  readonly predicate: string
  readonly verdict: Verdict
  readonly fact: string
  readonly source: string | null
  readonly asOf: string | null
  /** Why it is unknown. */
  readonly reason?: string
}

export interface InstantDecision {
  readonly outcome: 'approve' | 'refer'
  /** The rule's edition, or `null` where no rule was in force. */
  readonly edition: string | null
  readonly judged: readonly Judged[]
}

export function instantRuleOn(rules: readonly InstantRule[], day: string): InstantRule | undefined {
  return rules
    .filter(rule => rule.effectiveFrom <= day && (rule.effectiveTo === undefined || day <= rule.effectiveTo))
    .reduce<InstantRule | undefined>((latest, rule) => latest === undefined || rule.effectiveFrom > latest.effectiveFrom ? rule : latest, undefined)
}

/** Judges the rule in force on `day`. Facts that are not given are unknown. */
export function decideInstantly(rules: readonly InstantRule[], day: string, facts: Readonly<Record<string, Fact>>): InstantDecision {
  const rule = instantRuleOn(rules, day)
  if (rule === undefined) return { outcome: 'refer', edition: null, judged: [] }
  const judged = rule.all.map(predicate => judge(predicate, facts))
  return { outcome: judged.length > 0 && judged.every(one => one.verdict === 'true') ? 'approve' : 'refer', edition: rule.edition, judged }
}

export function judge(predicate: Predicate, facts: Readonly<Record<string, Fact>>): Judged {
  const fact = Object.hasOwn(facts, predicate.fact) ? facts[predicate.fact]! : { known: false as const, reason: 'not given' }
  const than = thanOf(predicate.than, facts)
  const seen = { predicate: predicate.id, fact: predicate.fact }
  if (!fact.known) return { ...seen, verdict: 'unknown', source: null, asOf: null, reason: fact.reason }
  if (!than.known) return { ...seen, verdict: 'unknown', source: fact.source, asOf: fact.asOf, reason: than.reason }
  return { ...seen, verdict: compare(fact.value, predicate.is, than.value), source: fact.source, asOf: fact.asOf }
}

/** `{ fact: 'case.region' }` compares with another fact. */
function thanOf(than: unknown, facts: Readonly<Record<string, Fact>>): Fact {
  if (typeof than !== 'object' || than === null || !('fact' in than)) return { known: true, value: than, source: 'rule', asOf: null }
  const name = String(than.fact)
  return Object.hasOwn(facts, name) ? facts[name]! : { known: false, reason: `'${name}' not given` }
}

function compare(value: unknown, is: Predicate['is'], than: unknown): Verdict {
  if (value === null || value === undefined || than === null || than === undefined) return 'unknown'
  switch (is) {
    case '=': return verdict(value === than)
    case '!=': return verdict(value !== than)
    case 'in': return Array.isArray(than) ? verdict(than.includes(value)) : 'unknown'
    case 'within': return typeof value === 'string' && typeof than === 'string' ? verdict(isWithin(value, than)) : 'unknown'
    default: return ordered(value, is, than)
  }
}

function ordered(value: unknown, is: '<' | '<=' | '>' | '>=', than: unknown): Verdict {
  const comparable = (typeof value === 'number' && typeof than === 'number') || (typeof value === 'string' && typeof than === 'string')
  if (!comparable || Number.isNaN(value) || Number.isNaN(than)) return 'unknown'
  const [a, b] = [value as number, than as number]
  return verdict(is === '<' ? a < b : is === '<=' ? a <= b : is === '>' ? a > b : a >= b)
}

function verdict(truth: boolean): Verdict {
  return truth ? 'true' : 'false'
}
