import { describe, expect, it } from 'vitest'
import { parseIndustryCode } from './industry-code.ts'
import type { IndustryTable } from './industry-code.ts'

const titles = new Map([['A', '农、林、牧、渔业'], ['01', '农业'], ['C', '制造业'], ['13', '农副食品加工业']].map(([code = '', zh = '']) => [code, { zh, en: code }]))
const sections = new Map([['01', 'A'], ['13', 'C']])
const table: IndustryTable = {
  edition: 'test', source: 'test', licence: 'none', asOf: '2019-03-29', levels: ['section', 'division'],
  title: (code) => titles.get(code), sectionOf: (division) => sections.get(division) ?? (titles.has(division) ? division : undefined),
}

describe('parseIndustryCode', () => {
  it('reads the four levels, with the section letter or without', () => {
    expect(parseIndustryCode('A')).toEqual({ ok: true, value: { code: 'A', level: 'section', section: 'A', status: 'unchecked' } })
    expect(parseIndustryCode('01')).toEqual({ ok: true, value: { code: '01', level: 'division', division: '01', status: 'unchecked' } })
    expect(parseIndustryCode('A011')).toEqual({ ok: true, value: { code: '011', level: 'group', section: 'A', division: '01', group: '011', status: 'unchecked' } })
    expect(parseIndustryCode('0111')).toEqual({ ok: true, value: { code: '0111', level: 'class', division: '01', group: '011', class: '0111', status: 'unchecked' } })
  })
  it('refuses what has not that shape', () => {
    for (const text of ['', 'U', '1', '01111', 'a01', '01A', 'A1']) expect(parseIndustryCode(text)).toEqual({ ok: false, code: 'industry-code-shape' })
  })
  it('finds title and section in a table', () => {
    expect(parseIndustryCode('13', table)).toMatchObject({ ok: true, value: { section: 'C', title: { zh: '农副食品加工业' }, status: 'listed' } })
    expect(parseIndustryCode('A', table)).toMatchObject({ ok: true, value: { status: 'listed' } })
  })
  it('says so when a table does not reach the level, and gives the title above', () => {
    expect(parseIndustryCode('1310', table)).toMatchObject({ ok: true, value: { section: 'C', title: { zh: '农副食品加工业' }, status: 'unchecked' } })
  })
  it('refuses a division that is not listed or not of the section', () => {
    expect(parseIndustryCode('98', table)).toEqual({ ok: false, code: 'industry-code-unknown', at: 0 })
    expect(parseIndustryCode('C98', table)).toEqual({ ok: false, code: 'industry-code-unknown', at: 1 })
    expect(parseIndustryCode('B', table)).toEqual({ ok: false, code: 'industry-code-unknown', at: 0 })
    expect(parseIndustryCode('A13', table)).toEqual({ ok: false, code: 'industry-code-section', at: 0, hint: { expected: 'C' } })
  })
})
