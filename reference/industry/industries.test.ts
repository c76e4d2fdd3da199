import { describe, expect, it } from 'vitest'
import { parseIndustryCode } from '../../kernel/codes/industry-code.ts'
import { parseProjectCode } from '../../kernel/codes/project-code.ts'
import { loadIndustries } from './industries.ts'

const table = loadIndustries()
const divisions = Array.from({ length: 97 }, (_, i) => String(i + 1).padStart(2, '0'))

describe('the shipped industry table', () => {
  it('has sections A-T and divisions 01-97 without a gap, in both languages', () => {
    for (const code of [...'ABCDEFGHIJKLMNOPQRST', ...divisions]) {
      expect(parseIndustryCode(code, table)).toMatchObject({ ok: true, value: { status: 'listed' } })
      expect(table.title(code)?.zh).toMatch(/^\p{Script=Han}/u)
      expect(table.title(code)?.en).toMatch(/^[A-Z]/)
    }
    expect(parseIndustryCode('98', table)).toMatchObject({ ok: false, code: 'industry-code-unknown' })
    expect(table).toMatchObject({ edition: 'GB/T 4754-2017', levels: ['section', 'division'], asOf: '2019-03-29' })
  })
  it('gives sections in runs, in the order of the letters', () => {
    const sections = divisions.map((division) => table.sectionOf(division))
    expect([...new Set(sections)].join('')).toBe('ABCDEFGHIJKLMNOPQRST')
    expect(sections).toEqual([...sections].sort())
  })
  it('knows manufacturing and construction', () => {
    expect(parseIndustryCode('C3670', table)).toMatchObject({ ok: true, value: { section: 'C', level: 'class', title: { zh: '汽车制造业' }, status: 'unchecked' } })
    expect(parseIndustryCode('E36', table)).toMatchObject({ ok: false, code: 'industry-code-section' })
  })
  it('knows the divisions in the old project codes seen', () => {
    for (const code of ['2019-330391-47-03-831266', '2020-330391-48-03-158734']) expect(parseProjectCode(code, table).ok).toBe(true)
  })
})
