/** Organisation code (组织机构代码), GB 11714: 8 characters and a check character; characters 9-17 of a unified social credit code. */
import { alphanumeric, valuesOf, weightedSum } from './check-characters.ts'
import { accept, firstForeign, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export interface OrganizationCode {
  /** 9 characters, without the hyphen that is often printed before the last. */
  readonly code: string
  readonly body: string
  readonly check: string
}

const weights = [3, 7, 9, 10, 5, 8, 4, 2]

/** Takes `000013338` and `00001333-8`. */
export function parseOrganizationCode(text: string): Parsed<OrganizationCode> {
  const code = text.replace(/^(.{8})-(.)$/, '$1$2')
  if (code.length !== 9) return refuse('organization-code-length')
  const foreign = organizationForeign(code)
  if (foreign >= 0) return refuse('organization-code-character', foreign)
  if (!organizationChecks(code)) return refuse('organization-code-check', 8, { expected: checkCharacterOfOrganizationCode(code.slice(0, 8)) })
  return accept({ code, body: code.slice(0, 8), check: code.charAt(8) })
}

/** Check character of the first 8. @throws RangeError for a character outside `0-9A-Z` */
export function checkCharacterOfOrganizationCode(body: string): string {
  const rest = 11 - (weightedSum(valuesOf(body), weights) % 11)
  return rest === 10 ? 'X' : rest === 11 ? '0' : String(rest)
}

/** @throws RangeError when the body is not 8 characters of `0-9A-Z` */
export function composeOrganizationCode(body: string): string {
  if (!/^[0-9A-Z]{8}$/.test(body)) throw new RangeError(`organization-code: '${body}' is not 8 digits or capitals`)
  return body + checkCharacterOfOrganizationCode(body)
}

/** Whether 9 characters pass; a character outside the alphabet fails. */
export function organizationChecks(code: string): boolean {
  return code.length === 9 && organizationForeign(code) < 0 && checkCharacterOfOrganizationCode(code.slice(0, 8)) === code.charAt(8)
}

function organizationForeign(code: string): number {
  const inBody = firstForeign(code.slice(0, 8), /[^0-9A-Z]/)
  if (inBody >= 0) return inBody
  return alphanumeric.slice(0, 10).concat('X').includes(code.charAt(8)) ? -1 : 8
}
