/** Industry code (国民经济行业分类), GB/T 4754: section letter, division 2 digits, group 3, class 4. */
import type { LocalDate } from '../field.ts'
import type { Text } from '../text.ts'
import { accept, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'

export type IndustryLevel = 'section' | 'division' | 'group' | 'class'

export interface IndustryCode {
  /** Without the section letter, except for a section. */
  readonly code: string
  readonly level: IndustryLevel
  /** Letter; absent when neither written nor found in a table. */
  readonly section?: string
  readonly division?: string
  readonly group?: string
  readonly class?: string
  /** Title of the lowest level that the table lists. */
  readonly title?: Text
  /** `unchecked`: no table was given, or the table does not reach this level. */
  readonly status: 'listed' | 'unchecked'
}

export interface IndustryTable {
  readonly edition: string
  readonly source: string
  readonly licence: string
  readonly asOf: LocalDate
  /** Levels that the table lists completely. */
  readonly levels: readonly IndustryLevel[]
  title(code: string): Text | undefined
  sectionOf(division: string): string | undefined
}

/** Takes `A`, `01`, `011`, `0111` and the digits with their section letter in front. */
export function parseIndustryCode(text: string, table?: IndustryTable): Parsed<IndustryCode> {
  const match = /^([A-T])?(\d{2,4})?$/.exec(text)
  if (!match || text === '') return refuse('industry-code-shape')
  const [, letter, digits] = match
  const level = levelOf(digits)
  const code = digits ?? letter ?? ''
  const known = digits === undefined ? letter : table?.sectionOf(digits.slice(0, 2))
  const section = letter ?? known
  const parts = { code, level, ...(section === undefined ? {} : { section }), ...partsOf(digits) }
  if (table === undefined) return accept({ ...parts, status: 'unchecked' })
  if (known === undefined) return refuse('industry-code-unknown', letter === undefined ? 0 : 1)
  if (letter !== undefined && letter !== known) return refuse('industry-code-section', 0, { expected: known })
  const title = table.title(code)
  if (title === undefined && table.levels.includes(level)) return refuse('industry-code-unknown', 0)
  const nearest = title ?? table.title((digits ?? '').slice(0, 3)) ?? table.title((digits ?? '').slice(0, 2))
  return accept({ ...parts, ...(nearest === undefined ? {} : { title: nearest }), status: title === undefined ? 'unchecked' : 'listed' })
}

function levelOf(digits: string | undefined): IndustryLevel {
  return digits === undefined ? 'section' : digits.length === 2 ? 'division' : digits.length === 3 ? 'group' : 'class'
}

function partsOf(digits = ''): Partial<Record<'division' | 'group' | 'class', string>> {
  return {
    ...(digits.length >= 2 ? { division: digits.slice(0, 2) } : {}),
    ...(digits.length >= 3 ? { group: digits.slice(0, 3) } : {}),
    ...(digits.length === 4 ? { class: digits } : {}),
  }
}
