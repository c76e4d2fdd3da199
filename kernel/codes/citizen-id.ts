/**
 * Citizen identity number (公民身份号码), GB 11643: region 6, birth date 8, sequence 3 (odd: male), ISO 7064 MOD 11-2 check.
 * The region is that of the household register when the number was given and never changes afterwards, so it is judged
 * by a dated table: it must have been in force on some day from the birth to the day asked about.
 */
import type { LocalDate } from '../field.ts'
import { mod11And2 } from './check-characters.ts'
import { embeddedDate } from './embedded-date.ts'
import { accept, firstForeign, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { padRegion } from './region-code.ts'
import { inForceDuring } from './region-table.ts'
import type { RegionTable } from './region-version.ts'

export interface CitizenId {
  /** 18 characters, `X` in capitals. */
  readonly code: string
  /** 6 digits. */
  readonly region: string
  readonly regionStatus: RegionStatus
  readonly birth: LocalDate
  readonly sequence: string
  readonly sex: 'male' | 'female'
  readonly check: string
}

/**
 * `present` and `abolished` were looked up. `unlisted`: not in the table, whose span does not cover the whole time from
 * birth to the day asked about. `unchecked`: no table was given. The last two are no proof that the region exists.
 */
export type RegionStatus = 'present' | 'abolished' | 'unlisted' | 'unchecked'

export interface CitizenIdContext {
  /** The day on which the number is judged. */
  readonly on: LocalDate
  readonly regions?: RegionTable
}

export function parseCitizenId(text: string, context?: CitizenIdContext): Parsed<CitizenId> {
  if (text.length !== 18) return refuse('citizen-id-length')
  const code = text.slice(0, 17) + text.slice(17).replace('x', 'X')
  const foreign = firstForeign(code.slice(0, 17), /\D/)
  if (foreign >= 0) return refuse('citizen-id-character', foreign)
  if (!/[\dX]/.test(code.charAt(17))) return refuse('citizen-id-character', 17)
  const birth = embeddedDate(code.slice(6, 14))
  if (birth === null) return refuse('citizen-id-birth-date', 6)
  if (mod11And2(code.slice(0, 17)) !== code.charAt(17)) return refuse('citizen-id-check', 17)
  if (context !== undefined && birth > context.on) return refuse('citizen-id-birth-future', 6)
  const regionStatus = statusOfRegion(code.slice(0, 6), birth, context)
  if (regionStatus === 'unknown') return refuse('citizen-id-region-unknown', 0)
  if (regionStatus === 'not-in-force') return refuse('citizen-id-region-not-in-force', 0)
  return accept({
    code, region: code.slice(0, 6), regionStatus, birth, sequence: code.slice(14, 17),
    sex: Number(code.charAt(16)) % 2 === 1 ? 'male' : 'female', check: code.charAt(17),
  })
}

/** Check character of the first 17 digits. */
export function checkCharacterOfCitizenId(body: string): string {
  return mod11And2(body)
}

export interface CitizenIdParts {
  /** 6 digits. */
  readonly region: string
  readonly birth: LocalDate
  /** 0-999; odd for a man. */
  readonly sequence: number
}

/** @throws RangeError when the parts do not make a number */
export function composeCitizenId(parts: CitizenIdParts): string {
  const body = parts.region + parts.birth.replaceAll('-', '') + String(parts.sequence).padStart(3, '0')
  if (!/^\d{17}$/.test(body) || embeddedDate(body.slice(6, 14)) !== parts.birth) throw new RangeError('citizen-id: the parts do not make a number')
  return body + mod11And2(body)
}

/**
 * The 18-character form of a 15-digit number (GB 11643-1989: two-digit year, no check). Sequences 996-999 were kept for
 * people born before 1900.
 */
export function upgradeCitizenId(text: string, context?: CitizenIdContext): Parsed<CitizenId> {
  if (text.length !== 15) return refuse('citizen-id-length')
  const foreign = firstForeign(text, /\D/)
  if (foreign >= 0) return refuse('citizen-id-character', foreign)
  const century = Number(text.slice(12)) >= 996 ? '18' : '19'
  const body = text.slice(0, 6) + century + text.slice(6)
  return parseCitizenId(body + mod11And2(body), context)
}

function statusOfRegion(region: string, birth: LocalDate, context?: CitizenIdContext): RegionStatus | 'unknown' | 'not-in-force' {
  const regions = context?.regions
  if (context === undefined || regions === undefined) return 'unchecked'
  const versions = regions.versions(padRegion(region))
  if (versions.length === 0) {
    const covered = birth >= regions.coversFrom && context.on <= regions.asOf
    return covered || regions.versions(padRegion(region.slice(0, 2))).length === 0 ? 'unknown' : 'unlisted'
  }
  if (!versions.some((version) => inForceDuring(version, birth, context.on))) return 'not-in-force'
  return versions.some((version) => inForceDuring(version, context.on, context.on)) ? 'present' : 'abolished'
}
