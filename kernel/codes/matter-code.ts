/**
 * Codes of government service matters. National forms: basic code (12), implementation code (31: the organ's unified
 * social credit code, level of authority, basic code), handling-item code (33) and case number (43: implementation
 * code, day, sequence). Provinces write others; each is a dialect. A national form whose organ fails its checks is
 * refused; a dialect tells what it found, since provincial lists hold organs that were never coded.
 */
import type { LocalDate } from '../field.ts'
import { embeddedDate } from './embedded-date.ts'
import { sichuanMatterDialect } from './matter-dialect-sichuan.ts'
import type { DialectMatterCode, MatterDialect } from './matter-dialect.ts'
import { accept, refuse, refuseWithin } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { parseUscc } from './uscc.ts'
import type { UnifiedCreditCode } from './uscc.ts'

/** The 12 digits that name a matter wherever it is done. */
export interface BasicMatterCode {
  readonly code: string
  /** 2 digits of GB/T 2260; `00` for matters the State set up. */
  readonly province: string
  /** 2 digits, see `unverifiedMatterTypes`. */
  readonly type: string
  readonly department: string
  readonly main: string
  readonly sub: string
}

export interface ImplementationCode {
  readonly code: string
  readonly organ: UnifiedCreditCode
  /** Level of authority, 1 State, 2 province, 3 city, 4 county, further down after that. */
  readonly level: string
  readonly basic: BasicMatterCode
}

export interface HandlingItemCode {
  readonly code: string
  readonly implementation: ImplementationCode
  readonly item: string
}

export interface CaseNumber {
  readonly code: string
  readonly implementation: ImplementationCode
  readonly date: LocalDate
  readonly sequence: string
}

export type MatterCode =
  | { readonly dialect: 'national'; readonly form: 'basic'; readonly basic: BasicMatterCode }
  | { readonly dialect: 'national'; readonly form: 'implementation'; readonly implementation: ImplementationCode }
  | { readonly dialect: 'national'; readonly form: 'handling-item'; readonly handlingItem: HandlingItemCode }
  | { readonly dialect: 'national'; readonly form: 'case'; readonly caseNumber: CaseNumber }
  | DialectMatterCode

/** Titles of the type digits. Seen in code lists, not confirmed against the standard: configuration, never a gate. */
export const unverifiedMatterTypes = {
  source: 'unverified',
  titles: {
    '01': { zh: '行政许可', en: 'Licence' }, '02': { zh: '行政处罚', en: 'Penalty' }, '03': { zh: '行政强制', en: 'Compulsion' },
    '04': { zh: '行政征收', en: 'Levy' }, '05': { zh: '行政给付', en: 'Benefit' }, '06': { zh: '行政检查', en: 'Inspection' },
    '07': { zh: '行政确认', en: 'Confirmation' }, '08': { zh: '行政奖励', en: 'Award' }, '09': { zh: '行政裁决', en: 'Adjudication' },
    '10': { zh: '其他行政权力', en: 'Other power' }, '20': { zh: '公共服务', en: 'Public service' },
  },
} as const

export const knownMatterDialects: readonly MatterDialect[] = [sichuanMatterDialect]

/** National forms first, told apart by their length; then each dialect in order. */
export function parseMatterCode(code: string, dialects: readonly MatterDialect[] = knownMatterDialects): Parsed<MatterCode> {
  const national = parseNational(code)
  if (national.ok || national.code !== 'matter-code-unknown') return national
  for (const dialect of dialects) {
    const parsed = dialect.parse(code)
    if (parsed.ok || parsed.code !== 'matter-code-unknown') return parsed
  }
  return refuse('matter-code-unknown')
}

export function parseBasicMatterCode(code: string): Parsed<BasicMatterCode> {
  if (!/^\d{12}$/.test(code)) return refuse('matter-code-unknown')
  return accept({ code, province: code.slice(0, 2), type: code.slice(2, 4), department: code.slice(4, 6), main: code.slice(6, 9), sub: code.slice(9) })
}

export function parseImplementationCode(code: string): Parsed<ImplementationCode> {
  if (!/^[0-9A-Z]{18}.\d{12}$/.test(code)) return refuse('matter-code-unknown')
  const organ = parseUscc(code.slice(0, 18))
  if (!organ.ok) return refuseWithin(organ, 0)
  if (!/[1-9]/.test(code.charAt(18))) return refuse('matter-code-level', 18)
  const basic = parseBasicMatterCode(code.slice(19))
  return basic.ok ? accept({ code, organ: organ.value, level: code.charAt(18), basic: basic.value }) : basic
}

export function parseHandlingItemCode(code: string): Parsed<HandlingItemCode> {
  if (!/^.{31}\d{2}$/.test(code)) return refuse('matter-code-unknown')
  const implementation = parseImplementationCode(code.slice(0, 31))
  return implementation.ok ? accept({ code, implementation: implementation.value, item: code.slice(31) }) : implementation
}

/** With `receivedOn` the number's day must be that day. */
export function parseCaseNumber(code: string, receivedOn?: LocalDate): Parsed<CaseNumber> {
  if (!/^.{31}\d{12}$/.test(code)) return refuse('matter-code-unknown')
  const implementation = parseImplementationCode(code.slice(0, 31))
  if (!implementation.ok) return implementation
  const date = embeddedDate(code.slice(31, 39))
  if (date === null) return refuse('case-number-date', 31)
  if (receivedOn !== undefined && receivedOn !== date) return refuse('case-number-date-mismatch', 31, { expected: receivedOn })
  return accept({ code, implementation: implementation.value, date, sequence: code.slice(39) })
}

export interface CaseNumberParts {
  /** 31 characters. */
  readonly implementation: string
  readonly date: LocalDate
  /** 0-9999 */
  readonly sequence: number
}

/** @throws RangeError when the parts do not make a number */
export function composeCaseNumber(parts: CaseNumberParts): string {
  const code = parts.implementation + parts.date.replaceAll('-', '') + String(parts.sequence).padStart(4, '0')
  const parsed = parseCaseNumber(code, parts.date)
  if (!parsed.ok) throw new RangeError(`case-number: ${parsed.code}`)
  return code
}

/** @throws RangeError when the parts do not make a code */
export function composeImplementationCode(parts: { readonly organ: string; readonly level: string; readonly basic: string }): string {
  const code = parts.organ + parts.level + parts.basic
  const parsed = parseImplementationCode(code)
  if (!parsed.ok) throw new RangeError(`implementation-code: ${parsed.code}`)
  return code
}

function parseNational(code: string): Parsed<MatterCode> {
  switch (code.length) {
    case 12: return mapped(parseBasicMatterCode(code), (basic) => ({ dialect: 'national', form: 'basic', basic }))
    case 31: return mapped(parseImplementationCode(code), (implementation) => ({ dialect: 'national', form: 'implementation', implementation }))
    case 33: return mapped(parseHandlingItemCode(code), (handlingItem) => ({ dialect: 'national', form: 'handling-item', handlingItem }))
    case 43: return mapped(parseCaseNumber(code), (caseNumber) => ({ dialect: 'national', form: 'case', caseNumber }))
    default: return refuse('matter-code-unknown')
  }
}

function mapped<T>(parsed: Parsed<T>, wrap: (value: T) => MatterCode): Parsed<MatterCode> {
  return parsed.ok ? accept(wrap(parsed.value)) : parsed
}
