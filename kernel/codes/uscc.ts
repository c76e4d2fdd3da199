/**
 * Unified social credit code (统一社会信用代码), GB 32100: registrar 1, category 1, region 6, organisation code 9
 * (GB 11714, with a check of its own), check 1. Both checks are judged, for they fail for different reasons: the outer
 * one when somebody mistyped, only the inner one when the organisation code was assigned wrongly.
 */
import { valuesOf, weightedSum } from './check-characters.ts'
import { checkCharacterOfOrganizationCode, organizationChecks } from './organization-code.ts'
import { accept, refuse } from './parsed.ts'
import type { Candidate, Hint, Parsed } from './parsed.ts'

/** Digits and capitals without I, O, S, V, Z. */
export const usccAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY'

export interface UnifiedCreditCode {
  readonly code: string
  /** Registering department, e.g. 1 establishment office, 5 civil affairs, 9 market regulation. */
  readonly registrar: string
  readonly category: string
  /** Region of registration, 6 digits; it stays when the organisation moves. */
  readonly region: string
  /** GB 11714, 9 characters. */
  readonly organ: string
  readonly check: string
}

/** 3^i mod 31 */
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
const digits = '0123456789'

export function parseUscc(code: string): Parsed<UnifiedCreditCode> {
  if (code.length !== 18) return refuse('uscc-length')
  const foreign = [...code].findIndex((character, i) => !allowedAt(i).includes(character))
  if (foreign >= 0) return refuse('uscc-character', foreign, hintFor(code))
  const { outer, inner } = usccChecks(code)
  if (!outer && !inner) return refuse('uscc-check-both', 17, hintFor(code))
  if (!outer) return refuse('uscc-check-outer', 17, hintFor(code))
  if (!inner) return refuse('uscc-check-inner', 16, { expected: checkCharacterOfOrganizationCode(code.slice(8, 16)) })
  return accept({ code, registrar: code.charAt(0), category: code.charAt(1), region: code.slice(2, 8), organ: code.slice(8, 17), check: code.charAt(17) })
}

/** Which of the two checks an 18-character code passes; a character that a check cannot read fails that check. */
export function usccChecks(code: string): { readonly outer: boolean; readonly inner: boolean } {
  const readable = code.length === 18 && [...code].every((character) => usccAlphabet.includes(character))
  return {
    outer: readable && checkCharacterOfUscc(code.slice(0, 17)) === code.charAt(17),
    inner: code.length === 18 && organizationChecks(code.slice(8, 17)),
  }
}

/** Check character of the first 17. @throws RangeError for a character outside the alphabet */
export function checkCharacterOfUscc(body: string): string {
  return usccAlphabet.charAt((31 - (weightedSum(valuesOf(body, usccAlphabet), weights) % 31)) % 31)
}

export interface UsccParts {
  readonly registrar: string
  readonly category: string
  readonly region: string
  /** First 8 characters of the organisation code. */
  readonly organBody: string
}

/** @throws RangeError when the parts do not make a code */
export function composeUscc(parts: UsccParts): string {
  const body = parts.registrar + parts.category + parts.region + parts.organBody
  const whole = body + checkCharacterOfOrganizationCode(parts.organBody)
  if (whole.length !== 17 || [...whole].some((character, i) => !allowedAt(i).includes(character))) {
    throw new RangeError(`uscc: '${body}' does not make a code`)
  }
  return whole + checkCharacterOfUscc(whole)
}

/** Every change of one character that makes both checks pass; likely misreadings first, then by position. */
export function usccCandidates(code: string): Candidate[] {
  if (code.length !== 18) return []
  const found: Candidate[] = []
  for (let position = 0; position < 18; position += 1) {
    for (const character of allowedAt(position)) {
      const changed = code.slice(0, position) + character + code.slice(position + 1)
      const { outer, inner } = usccChecks(changed)
      if (outer && inner && changed !== code && legible(changed)) found.push({ position, character })
    }
  }
  return found.sort((a, b) => Number(looksLike(code, b)) - Number(looksLike(code, a)) || a.position - b.position)
}

function hintFor(code: string): Hint {
  return { candidates: usccCandidates(code) }
}

function legible(code: string): boolean {
  return [...code].every((character, i) => allowedAt(i).includes(character))
}

function allowedAt(position: number): string {
  if (position >= 2 && position < 8) return digits
  return position === 16 ? `${digits}X` : usccAlphabet
}

/** Characters that are read or typed for each other. */
const lookalikes = ['0ODQ', '1IL7', '2Z', '5S', '8B', '6G', 'UVY', 'CG', 'KX', 'MN', 'EF', 'PR']

function looksLike(code: string, candidate: Candidate): boolean {
  const written = code.charAt(candidate.position).toUpperCase()
  return written === candidate.character
    || lookalikes.some((group) => group.includes(written) && group.includes(candidate.character))
}
