/** The rows of a dated region table, and what a table answers. */
import type { LocalDate } from '../field.ts'

export interface RegionVersion {
  /** 12 digits. */
  readonly code: string
  readonly name: string
  /** `zone`: not of GB/T 2260: a development zone of the statistical code, or a code that a platform made up. */
  readonly kind: 'division' | 'zone'
  /** 12 digits; for zones whose digits do not tell. */
  readonly parent?: string
  /** First day in force; absent: before the table's reach, or not known. */
  readonly effectiveFrom?: LocalDate
  /** First day no longer in force; absent: in force at the table's `asOf`. */
  readonly effectiveTo?: LocalDate
  /** `snapshots`: the dates are the widest that the table's editions allow, not those of a document. */
  readonly datedBy: 'document' | 'snapshots'
  /** Codes that took over its territory, 12 digits. */
  readonly successors?: readonly string[]
}

export interface RegionTableInfo {
  readonly source: string
  readonly licence: string
  /** Edition the present codes are of. */
  readonly asOf: LocalDate
  /** From this day on an abolished code is in the table. */
  readonly coversFrom: LocalDate
}

export interface RegionTable extends RegionTableInfo {
  /** All versions of a code, 12 digits; empty when it is not listed. */
  versions(code: string): readonly RegionVersion[]
  /** Versions whose parent is `code` (12 digits). */
  children(code: string): readonly RegionVersion[]
}
