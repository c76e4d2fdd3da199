/** What a provincial way of writing matter codes provides. */
import type { Text } from '../text.ts'
import type { Parsed } from './parsed.ts'
import type { UnifiedCreditCode } from './uscc.ts'

export interface DialectMatterCode {
  readonly dialect: string
  readonly form: string
  readonly code: string
  /** The matter, whatever place does it. */
  readonly item: string
  /** 12 digits, where the code names the place. */
  readonly region?: string
  /** As written. */
  readonly organText: string
  /** The organ's unified social credit code, or why `organText` is none. */
  readonly organ: Parsed<UnifiedCreditCode>
}

export interface MatterDialect {
  /** Never `national`. */
  readonly id: string
  readonly title: Text
  /** Refuses with `matter-code-unknown` what is not of this dialect, so that the next one is tried. */
  parse(code: string): Parsed<DialectMatterCode>
}
