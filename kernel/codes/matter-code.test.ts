import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  composeCaseNumber, composeImplementationCode, parseBasicMatterCode, parseCaseNumber, parseHandlingItemCode, parseImplementationCode, parseMatterCode, unverifiedMatterTypes,
} from './matter-code.ts'
import { accept, refuse } from './parsed.ts'
import { composeUscc, parseUscc, usccAlphabet } from './uscc.ts'

const implementation = '11370800MB285591843370117002011'

describe('national forms', () => {
  it('reads the basic code 370117002011', () => {
    expect(parseBasicMatterCode('370117002011')).toEqual({
      ok: true, value: { code: '370117002011', province: '37', type: '01', department: '17', main: '002', sub: '011' },
    })
    expect(unverifiedMatterTypes.titles['01'].zh).toBe('行政许可')
  })
  it('reads the implementation code with the organ, the level and the basic code in it', () => {
    expect(parseImplementationCode(implementation)).toMatchObject({
      ok: true, value: { organ: { code: '11370800MB28559184', region: '370800' }, level: '3', basic: { code: '370117002011' } },
    })
  })
  it('refuses an implementation code whose organ fails, with the correction at the place in the whole code', () => {
    const broken = implementation.replace('MB2855', 'NB2855')
    expect(parseImplementationCode(broken)).toMatchObject({ ok: false, code: 'uscc-check-both', at: 17 })
    const parsed = parseImplementationCode(broken)
    expect(!parsed.ok && parsed.hint?.candidates).toContainEqual({ position: 8, character: 'M' })
    expect(parseImplementationCode(`${implementation.slice(0, 18)}0${implementation.slice(19)}`)).toEqual({ ok: false, code: 'matter-code-level', at: 18 })
  })
  it('reads handling items', () => {
    expect(parseHandlingItemCode(`${implementation}02`)).toMatchObject({ ok: true, value: { item: '02', implementation: { code: implementation } } })
  })
  it('reads case numbers, whose day must exist and be the day of receipt', () => {
    const number = `${implementation}202003160001`
    expect(parseCaseNumber(number)).toMatchObject({ ok: true, value: { date: '2020-03-16', sequence: '0001', implementation: { level: '3' } } })
    expect(parseCaseNumber(number, '2020-03-16').ok).toBe(true)
    expect(parseCaseNumber(number, '2020-03-17')).toEqual({ ok: false, code: 'case-number-date-mismatch', at: 31, hint: { expected: '2020-03-17' } })
    expect(parseCaseNumber(`${implementation}202002300001`)).toEqual({ ok: false, code: 'case-number-date', at: 31 })
  })
  it('are told apart by length in parseMatterCode', () => {
    const form = (code: string) => {
      const parsed = parseMatterCode(code)
      return parsed.ok ? `${parsed.value.dialect} ${parsed.value.form}` : parsed.code
    }
    expect(form('370117002011')).toBe('national basic')
    expect(form(implementation)).toBe('national implementation')
    expect(form(`${implementation}01`)).toBe('national handling-item')
    expect(form(`${implementation}202003160001`)).toBe('national case')
    expect(form(`${implementation}202002300001`)).toBe('case-number-date')
    expect(form('3701170020')).toBe('matter-code-unknown')
    expect(form('')).toBe('matter-code-unknown')
  })
  it('come back as they were composed', () => {
    const organ = fc.string({ unit: fc.constantFrom(...usccAlphabet), minLength: 8, maxLength: 8 })
      .map((organBody) => composeUscc({ registrar: '1', category: '1', region: '330203', organBody }))
    const basic = fc.bigInt({ min: 0n, max: 10n ** 12n - 1n }).map((v) => v.toString().padStart(12, '0'))
    const date = fc.date({ min: new Date('1990-01-01'), max: new Date('2050-12-31'), noInvalidDate: true }).map((d) => d.toISOString().slice(0, 10))
    fc.assert(fc.property(organ, fc.integer({ min: 1, max: 9 }), basic, date, fc.nat(9999), (uscc, level, matter, on, sequence) => {
      const code = composeImplementationCode({ organ: uscc, level: String(level), basic: matter })
      const number = composeCaseNumber({ implementation: code, date: on, sequence })
      expect(number).toHaveLength(43)
      expect(parseMatterCode(number)).toMatchObject({
        ok: true, value: { form: 'case', caseNumber: { date: on, sequence: String(sequence).padStart(4, '0'), implementation: { organ: { code: uscc }, level: String(level), basic: { code: matter } } } },
      })
    }))
    expect(() => composeImplementationCode({ organ: '11370800MB28559185', level: '3', basic: '370117002011' })).toThrow(/uscc-check-outer/)
    expect(() => composeCaseNumber({ implementation, date: '2020-02-30', sequence: 1 })).toThrow(RangeError)
  })
})

describe('dialects', () => {
  const shouting = {
    id: 'shouting', title: { zh: '测试', en: 'Test' },
    parse: (code: string) => code.endsWith('!')
      ? accept({ dialect: 'shouting', form: 'loud', code, item: code.slice(0, -1), organText: '', organ: parseUscc('') })
      : refuse('matter-code-unknown'),
  }
  it('are tried in order after the national forms, and the one that matched is named', () => {
    expect(parseMatterCode('abc!', [shouting])).toMatchObject({ ok: true, value: { dialect: 'shouting', item: 'abc' } })
    expect(parseMatterCode('370117002011', [shouting])).toMatchObject({ ok: true, value: { dialect: 'national' } })
    expect(parseMatterCode('abc', [shouting])).toEqual({ ok: false, code: 'matter-code-unknown' })
    expect(parseMatterCode('abc!')).toEqual({ ok: false, code: 'matter-code-unknown' })
  })
})
