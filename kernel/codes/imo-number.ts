/** IMO ship number: six digits and a check digit, the last digit of Σ digit·(7…2). */
import { valuesOf, weightedSum } from './check-characters.ts'
import { accept, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export interface ImoNumber {
  /** 7 digits. */
  readonly code: string
  readonly check: string
}

/** Takes `9074729` and `IMO 9074729`. */
export function parseImoNumber(text: string): Parsed<ImoNumber> {
  const code = /^(?:IMO ?)?(\d{7})$/.exec(text)?.[1]
  if (code === undefined) return refuse('imo-number-shape')
  const expected = checkDigitOfImoNumber(code.slice(0, 6))
  return expected === code.charAt(6) ? accept({ code, check: expected }) : refuse('imo-number-check', 6, { expected })
}

/** Check digit of the first six. */
export function checkDigitOfImoNumber(body: string): string {
  return String(weightedSum(valuesOf(body), [7, 6, 5, 4, 3, 2]) % 10)
}

/** @throws RangeError when the body is not six digits */
export function composeImoNumber(body: string): string {
  if (!/^\d{6}$/.test(body)) throw new RangeError(`imo-number: '${body}' is not six digits`)
  return body + checkDigitOfImoNumber(body)
}
