import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IndustryTable } from './industry-code.ts'
import { checkDigitOfProjectCode, composeProjectCode, parseProjectCode } from './project-code.ts'

const fresh = ['2505-330354-04-01-274607', '2411-130202-89-01-637015', '2603-141124-89-05-346948']
const old = ['2019-330391-47-03-831266', '2020-330391-48-03-158734']

describe('parseProjectCode', () => {
  it.each(fresh)('takes the new code %s', (code) => {
    expect(parseProjectCode(code)).toMatchObject({ ok: true, value: { code, generation: 'new', region: code.slice(5, 11), department: code.slice(12, 14), type: code.slice(15, 17) } })
  })
  it.each(old)('takes the old code %s, which has no check digit', (code) => {
    expect(parseProjectCode(code)).toMatchObject({ ok: true, value: { generation: 'old', year: Number(code.slice(0, 4)), industry: code.slice(12, 14), type: '03' } })
    expect(checkDigitOfProjectCode(code.slice(0, 23))).not.toBe(code.at(-1))
  })
  it('splits the time of a new code', () => {
    expect(parseProjectCode('2505-330354-04-01-274607')).toMatchObject({ value: { year: 2025, month: 5, random: '27460', check: '7' } })
  })
  it('refuses by shape, time, region and check, and says where', () => {
    expect(parseProjectCode('2505330354-04-01-274607')).toEqual({ ok: false, code: 'project-code-shape' })
    expect(parseProjectCode('2513-330354-04-01-274607')).toEqual({ ok: false, code: 'project-code-time', at: 0 })
    expect(parseProjectCode('2012-330391-47-03-831266')).toMatchObject({ code: 'project-code-check' })
    expect(parseProjectCode('1905-330391-47-03-831266')).toEqual({ ok: false, code: 'project-code-time', at: 0 })
    expect(parseProjectCode('2505-000354-04-01-274607')).toEqual({ ok: false, code: 'region-code-gap', at: 5 })
    expect(parseProjectCode('2505-330354-04-01-274608')).toEqual({ ok: false, code: 'project-code-check', at: 23, hint: { expected: '7' } })
  })
  it('checks the division of an old code against a table', () => {
    const table: IndustryTable = {
      edition: 'test', source: 'test', licence: 'none', asOf: '2020-01-01', levels: ['section', 'division'],
      title: (code) => (code === '47' ? { zh: '房屋建筑业', en: 'Construction of buildings' } : undefined),
      sectionOf: (division) => (division === '47' ? 'E' : undefined),
    }
    expect(parseProjectCode('2019-330391-47-03-831266', table).ok).toBe(true)
    expect(parseProjectCode('2019-330391-99-03-831266', table)).toEqual({ ok: false, code: 'project-code-industry', at: 12 })
    expect(parseProjectCode('2019-330391-99-03-831266').ok).toBe(true)
  })
})

const parts = fc.record({
  year: fc.integer({ min: 2020, max: 2099 }), month: fc.integer({ min: 1, max: 12 }),
  region: fc.integer({ min: 110000, max: 829999 }).map(String),
  department: fc.nat(99).map((v) => String(v).padStart(2, '0')), type: fc.integer({ min: 1, max: 5 }).map((v) => `0${v}`), random: fc.nat(99999),
})

describe('a new code', () => {
  it('comes back as it was composed', () => {
    fc.assert(fc.property(parts, (given) => {
      expect(parseProjectCode(composeProjectCode(given))).toMatchObject({
        ok: true, value: { generation: 'new', year: given.year, month: given.month, region: given.region, department: given.department, type: given.type, random: String(given.random).padStart(5, '0') },
      })
    }))
    expect(() => composeProjectCode({ year: 2019, month: 5, region: '330203', department: '04', type: '01', random: 1 })).toThrow(RangeError)
    expect(() => composeProjectCode({ year: 2021, month: 13, region: '330203', department: '04', type: '01', random: 1 })).toThrow(RangeError)
  })
  it('shows a wrong digit anywhere after the time', () => {
    fc.assert(fc.property(parts, fc.integer({ min: 5, max: 23 }), fc.constantFrom(...'0123456789'), (given, at, by) => {
      const code = composeProjectCode(given)
      fc.pre(code.charAt(at) !== '-' && code.charAt(at) !== by)
      expect(parseProjectCode(code.slice(0, at) + by + code.slice(at + 1)).ok).toBe(false)
    }))
  })
})
