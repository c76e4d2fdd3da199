/** Freight container code, ISO 6346: owner 3 letters, category U, J or Z, serial 6 digits, check digit. */
import { accept, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export interface ContainerCode {
  /** 11 characters. */
  readonly code: string
  readonly owner: string
  readonly category: 'U' | 'J' | 'Z'
  readonly serial: string
  readonly check: string
}

/** Takes `CSQU3054383` and the printed forms `CSQU 305438 3` and `CSQU305438-3`. */
export function parseContainerCode(text: string): Parsed<ContainerCode> {
  const code = text.replace(/^([A-Z]{4}) ?(\d{6})[ -]?(\d)$/, '$1$2$3')
  if (!/^[A-Z]{4}\d{7}$/.test(code)) return refuse('container-code-shape')
  const category = code.charAt(3)
  if (category !== 'U' && category !== 'J' && category !== 'Z') return refuse('container-code-category', 3)
  const expected = checkDigitOfContainerCode(code.slice(0, 10))
  if (expected !== code.charAt(10)) return refuse('container-code-check', 10, { expected })
  return accept({ code, owner: code.slice(0, 3), category, serial: code.slice(4, 10), check: expected })
}

/** Check digit of the first ten. A remainder of 10 becomes 0; owners are advised not to use such serials, but do. */
export function checkDigitOfContainerCode(body: string): string {
  const sum = [...body].reduce((total, character, i) => total + (values.get(character) ?? 0) * 2 ** i, 0)
  return String((sum % 11) % 10)
}

/** @throws RangeError when the body is not an owner, a category and six digits */
export function composeContainerCode(body: string): string {
  if (!/^[A-Z]{3}[UJZ]\d{6}$/.test(body)) throw new RangeError(`container-code: '${body}' is not an owner, a category and six digits`)
  return body + checkDigitOfContainerCode(body)
}

/** Digits 0-9; letters 10-38 without the multiples of 11. */
const values = new Map<string, number>([
  ...[...'0123456789'].map((digit, i) => [digit, i] as const),
  ...[...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((letter, i) => [letter, [10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38][i] ?? 0] as const),
])
