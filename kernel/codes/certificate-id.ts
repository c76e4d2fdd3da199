/**
 * Identifier of an electronic certificate (电子证照标识), GB/T 36904:
 * `1.2.156.3005.2.{type: defining organ's USCC + 3}.{issuer's USCC}.{serial}.{version 3}.{check}`,
 * ISO 7064 MOD 37,36 over the four parts joined without dots.
 */
import { mod37And36 } from './check-characters.ts'
import { accept, refuse, refuseWithin } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { parseUscc } from './uscc.ts'
import type { UnifiedCreditCode } from './uscc.ts'

/** Object identifier of electronic certificates. */
export const certificateRoot = '1.2.156.3005.2'

export interface CertificateId {
  readonly code: string
  /** 21 characters. */
  readonly type: string
  readonly definedBy: UnifiedCreditCode
  readonly issuer: UnifiedCreditCode
  readonly serial: string
  readonly version: string
  readonly check: string
}

export function parseCertificateId(code: string): Parsed<CertificateId> {
  const match = /^1\.2\.156\.3005\.2\.([0-9A-Z]{18}\d{3})\.([0-9A-Z]{18})\.([0-9A-Z]+)\.(\d{3})\.([0-9A-Z])$/.exec(code)
  if (!match) return refuse('certificate-id-shape')
  const [, type = '', issuerText = '', serial = '', version = '', check = ''] = match
  const expected = mod37And36(type + issuerText + serial + version)
  if (check !== expected) return refuse('certificate-id-check', code.length - 1)
  const definedBy = parseUscc(type.slice(0, 18))
  if (!definedBy.ok) return refuseWithin(definedBy, certificateRoot.length + 1)
  const issuer = parseUscc(issuerText)
  if (!issuer.ok) return refuseWithin(issuer, certificateRoot.length + 1 + type.length + 1)
  return accept({ code, type, definedBy: definedBy.value, issuer: issuer.value, serial, version, check })
}

/** @throws RangeError for a character outside `0-9A-Z` */
export function checkCharacterOfCertificateId(type: string, issuer: string, serial: string, version: string): string {
  return mod37And36(type + issuer + serial + version)
}

export interface CertificateIdParts {
  /** 21 characters. */
  readonly type: string
  readonly issuer: string
  readonly serial: string
  /** 1-999 */
  readonly version: number
}

/** @throws RangeError when the parts do not make an identifier */
export function composeCertificateId(parts: CertificateIdParts): string {
  const version = String(parts.version).padStart(3, '0')
  const check = checkCharacterOfCertificateId(parts.type, parts.issuer, parts.serial, version)
  const code = [certificateRoot, parts.type, parts.issuer, parts.serial, version, check].join('.')
  const parsed = parseCertificateId(code)
  if (!parsed.ok) throw new RangeError(`certificate-id: ${parsed.code}`)
  return code
}
