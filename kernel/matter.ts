/**
 * Matters: case types the public can apply for, authored as data in code or at run time. A matter parametrises a
 * coded case type (fields of its form, materials, limits, rules, result); it never adds states or moves.
 */
import type { Fields, LocalDate } from './field.ts'
import type { Text } from './text.ts'
import type { SubjectClass } from './who.ts'

/** A clause a matter rests on. `verified: false` means nobody here has read the source itself. */
export interface Basis {
  readonly title: string
  readonly article?: string
  readonly source: string
  readonly verified: boolean
  readonly effectiveFrom: LocalDate
}

export interface Limit {
  readonly n: number
  readonly unit: 'workingDay' | 'day' | 'hour'
}

/** One question of the guide; its answer decides which materials and which further questions apply. */
export interface Question {
  readonly id: string
  readonly title: Text
  readonly answers: Readonly<Record<string, Text>>
  /** Asked only when every named question has one of these answers. */
  readonly when?: Readonly<Record<string, readonly string[]>>
}

/** Ways to satisfy a material, in the order they are tried. */
export type Way =
  | { readonly by: 'credential'; readonly type: string }
  | { readonly by: 'data'; readonly resource: string; readonly fields: readonly string[] }
  | { readonly by: 'verification'; readonly organ: string }
  | { readonly by: 'promise'; readonly text: Text }
  | { readonly by: 'upload'; readonly accept: readonly string[]; readonly maxBytes?: number }

export interface Material {
  readonly id: string
  readonly title: Text
  readonly when?: Readonly<Record<string, readonly string[]>>
  readonly ways: readonly Way[]
  /** When a source is down: ask for an upload, or accept and check afterwards (容缺). */
  readonly whenDown?: 'upload' | 'checkLater'
}

/** Where a form field is filled from: a column of a shared resource keyed by the applicant's identity. */
export interface Prefill {
  readonly resource: string
  readonly column: string
}

/** A test of one fact: unknown facts make the test unknown, never false. */
export interface Predicate {
  readonly id: string
  readonly title: Text
  /** `form.x`, `data.<resource>.<column>`, `applicant.age`, `case.region`. */
  readonly fact: string
  readonly is: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'within'
  readonly than: unknown
}

/** Approves only when every predicate is known true; otherwise a person decides. Dated, with its source. */
export interface InstantRule {
  readonly edition: string
  readonly effectiveFrom: LocalDate
  readonly effectiveTo?: LocalDate
  readonly source: string
  readonly verified: boolean
  readonly all: readonly Predicate[]
}

export interface MatterResult {
  /** `system.credential` */
  readonly credential: string
  /** Claim ← fact. */
  readonly claims: Readonly<Record<string, string>>
  readonly validYears?: number
}

export interface Matter {
  readonly code: string
  readonly edition: number
  /** The case type it parametrises, `system.type`. */
  readonly case: string
  readonly title: Text
  readonly about?: Text
  /** Everyday words by which people look for it. */
  readonly words?: readonly string[]
  readonly audience: readonly SubjectClass[]
  /** The deciding organ, by unified social credit code, per twelve-digit region where the matter is offered. */
  readonly organs: Readonly<Record<string, string>>
  readonly basis: readonly Basis[]
  readonly questions: readonly Question[]
  readonly materials: readonly Material[]
  readonly form: Fields
  readonly prefill?: Readonly<Record<string, Prefill>>
  /** Named limits; `legal` and `promised` always, others as the case type's clocks name them. */
  readonly limits: Readonly<Record<string, Limit>> & { readonly legal: Limit; readonly promised: Limit }
  readonly fee: { readonly fen: number; readonly basis: string } | null
  readonly instant?: readonly InstantRule[]
  readonly result?: MatterResult
  readonly allowsMultiple?: boolean
  /** Cases per person and visit that need a window at all: 0 or 1. */
  readonly visits: 0 | 1
  readonly remedy: Text
  readonly effectiveFrom: LocalDate
  readonly effectiveTo?: LocalDate
}

export function defineMatter(definition: Matter): Matter {
  return definition
}
