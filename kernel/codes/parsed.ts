/** What every parser of a code answers: the parts of a good code, or why it is refused and where. */
import type { RefusalCode } from './refusals.ts'

/** One character that would make the code pass if it stood at `position` (0-based). */
export interface Candidate {
  readonly position: number
  readonly character: string
}

export interface Hint {
  /** Single-character corrections; likely misreadings first. Never applied silently. */
  readonly candidates?: readonly Candidate[]
  /** What was expected at `at`. */
  readonly expected?: string
}

export interface Refusal {
  readonly ok: false
  readonly code: RefusalCode
  /** 0-based position in the code as normalised (separators that the parser permits are not counted). */
  readonly at?: number
  readonly hint?: Hint
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | Refusal

export function accept<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function refuse(code: RefusalCode, at?: number, hint?: Hint): Refusal {
  return { ok: false, code, ...(at === undefined ? {} : { at }), ...(hint === undefined ? {} : { hint }) }
}

/** The refusal of an embedded code, told in positions of the code around it. */
export function refuseWithin(refusal: Refusal, offset: number): Refusal {
  const hint = refusal.hint?.candidates === undefined
    ? refusal.hint
    : { ...refusal.hint, candidates: refusal.hint.candidates.map((c) => ({ ...c, position: c.position + offset })) }
  return refuse(refusal.code, (refusal.at ?? 0) + offset, hint)
}

/** Position of the first character that `foreign` matches, or -1: `firstForeign(text, /\D/)`. */
export function firstForeign(text: string, foreign: RegExp): number {
  return text.search(foreign)
}
