/** The shipped industry table, GB/T 4754-2017: sections and divisions. Groups and classes have no free source and are left out. */
import type { IndustryLevel, IndustryTable } from '../../kernel/codes/industry-code.ts'
import type { Text } from '../../kernel/text.ts'
import { headOf, readTable } from '../table-file.ts'

export function loadIndustries(): IndustryTable {
  const file = readTable(new URL('divisions.tsv', import.meta.url))
  const titles = new Map<string, Text>(file.rows.map(([code = '', , zh = '', en = '']) => [code, { zh, en }]))
  const sections = new Map(file.rows.map(([code = '', section = '']) => [code, section]))
  return {
    edition: headOf(file, 'edition'), source: headOf(file, 'source'), licence: headOf(file, 'licence'), asOf: headOf(file, 'asOf'),
    levels: headOf(file, 'levels').split(',') as IndustryLevel[],
    title: (code) => titles.get(code),
    sectionOf: (division) => sections.get(division),
  }
}
