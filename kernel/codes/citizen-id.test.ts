import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeCitizenId, parseCitizenId, upgradeCitizenId } from './citizen-id.ts'
import { regionTable } from './region-table.ts'

const info = { source: 'test', licence: 'none', asOf: '2023-06-30', coversFrom: '2002-12-31' }
const regions = regionTable(info, [
  { code: '330000000000', name: '浙江省', kind: 'division', datedBy: 'snapshots' },
  { code: '330204000000', name: '江东区', kind: 'division', datedBy: 'document', effectiveTo: '2016-09-14', successors: ['330212000000'] },
  { code: '330212000000', name: '鄞州区', kind: 'division', datedBy: 'snapshots', effectiveFrom: '2002-02-01' },
  { code: '330213000000', name: '奉化区', kind: 'division', datedBy: 'document', effectiveFrom: '2016-09-14' },
])

const numbers = fc.record({
  region: fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 }),
  birth: fc.date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2020-12-31T00:00:00Z'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  sequence: fc.nat(999),
})

describe('parseCitizenId', () => {
  it('reads the example of GB 11643, and a small x as X', () => {
    const expected = {
      ok: true, value: { code: '11010519491231002X', region: '110105', regionStatus: 'unchecked', birth: '1949-12-31', sequence: '002', sex: 'female', check: 'X' },
    }
    expect(parseCitizenId('11010519491231002X')).toEqual(expected)
    expect(parseCitizenId('11010519491231002x')).toEqual(expected)
  })
  it('refuses by length, character, impossible date and check, and says where', () => {
    expect(parseCitizenId('11010519491231002')).toEqual({ ok: false, code: 'citizen-id-length' })
    expect(parseCitizenId('1101051949123100OX')).toEqual({ ok: false, code: 'citizen-id-character', at: 16 })
    expect(parseCitizenId('11010519491231002Y')).toEqual({ ok: false, code: 'citizen-id-character', at: 17 })
    expect(parseCitizenId('11010519491331002X')).toEqual({ ok: false, code: 'citizen-id-birth-date', at: 6 })
    expect(parseCitizenId('110105194912310021')).toEqual({ ok: false, code: 'citizen-id-check', at: 17 })
  })
  it('knows leap years: 29 Feb exists in 2000 and 2016, not in 1900 and 2019', () => {
    const born = (date: string) => `330212${date}123`
    for (const good of ['20000229', '20160229']) expect(parseCitizenId(composeCitizenId({ region: '330212', birth: `${good.slice(0, 4)}-02-29`, sequence: 123 }))).toMatchObject({ ok: true })
    for (const bad of ['19000229', '20190229', '20200431', '20200001', '20200100']) {
      expect(parseCitizenId(`${born(bad)}0`)).toMatchObject({ code: 'citizen-id-birth-date' })
    }
  })
  it('takes exactly the dates that the calendar has', () => {
    fc.assert(fc.property(fc.integer({ min: 1900, max: 2100 }), fc.nat(13), fc.nat(32), (year, month, day) => {
      const text = `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`
      const date = new Date(Date.UTC(year, month - 1, day))
      const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
      const parsed = parseCitizenId(`330212${text}1230`)
      expect(!parsed.ok && parsed.code === 'citizen-id-birth-date').toBe(!exists)
    }))
  })
  it('refuses a birth after the day asked about', () => {
    const number = composeCitizenId({ region: '330212', birth: '2020-04-02', sequence: 1 })
    expect(parseCitizenId(number, { on: '2020-04-01' })).toMatchObject({ code: 'citizen-id-birth-future', at: 6 })
    expect(parseCitizenId(number, { on: '2020-04-02' })).toMatchObject({ ok: true, value: { regionStatus: 'unchecked' } })
  })
  it('reads back what it composes; odd sequences are men', () => {
    fc.assert(fc.property(numbers, (parts) => {
      expect(parseCitizenId(composeCitizenId(parts))).toMatchObject({
        ok: true, value: { region: parts.region, birth: parts.birth, sequence: String(parts.sequence).padStart(3, '0'), sex: parts.sequence % 2 ? 'male' : 'female' },
      })
    }))
  })
  it('finds every single wrong digit and every swap of neighbours', () => {
    fc.assert(fc.property(numbers, fc.nat(17), fc.constantFrom(...'0123456789'), (parts, at, by) => {
      const number = composeCitizenId(parts)
      if (number.charAt(at) !== by) expect(parseCitizenId(number.slice(0, at) + by + number.slice(at + 1)).ok).toBe(false)
      const next = at + 1
      if (next < 18 && number.charAt(at) !== number.charAt(next)) {
        expect(parseCitizenId(number.slice(0, at) + number.charAt(next) + number.charAt(at) + number.slice(next + 1)).ok).toBe(false)
      }
    }))
  })
})

describe('the region of a number', () => {
  const judged = (region: string, birth: string, on: string) => {
    const parsed = parseCitizenId(composeCitizenId({ region, birth, sequence: 11 }), { on, regions })
    return parsed.ok ? parsed.value.regionStatus : parsed.code
  }
  it('is present while in force', () => {
    expect(judged('330212', '1990-05-01', '2020-04-01')).toBe('present')
    expect(judged('330204', '1990-05-01', '2015-04-01')).toBe('present')
  })
  it('may be abolished, if it was in force on some day since the birth', () => {
    expect(judged('330204', '1990-05-01', '2020-04-01')).toBe('abolished')
    expect(judged('330204', '2016-09-13', '2020-04-01')).toBe('abolished')
    expect(judged('330204', '2016-09-14', '2020-04-01')).toBe('citizen-id-region-not-in-force')
  })
  it('may be younger than the person, but not younger than the day asked about', () => {
    expect(judged('330213', '1990-05-01', '2020-04-01')).toBe('present')
    expect(judged('330213', '1990-05-01', '2016-09-13')).toBe('citizen-id-region-not-in-force')
  })
  it('is unknown when the table would have to know it', () => {
    expect(judged('330299', '2005-05-01', '2020-04-01')).toBe('citizen-id-region-unknown')
    expect(judged('990299', '1970-05-01', '2020-04-01')).toBe('citizen-id-region-unknown')
  })
  it('is flagged, not passed silently, when the table does not reach that far or there is none', () => {
    expect(judged('330222', '1970-05-01', '2020-04-01')).toBe('unlisted')
    expect(judged('330299', '2005-05-01', '2026-04-01')).toBe('unlisted')
    expect(parseCitizenId('11010519491231002X', { on: '2020-04-01' })).toMatchObject({ value: { regionStatus: 'unchecked' } })
  })
})

describe('upgradeCitizenId', () => {
  it('gives the 18-digit number of a 15-digit one', () => {
    expect(upgradeCitizenId('110105491231002')).toMatchObject({ ok: true, value: { code: '11010519491231002X' } })
    expect(upgradeCitizenId('110105981231997')).toMatchObject({ ok: true, value: { birth: '1898-12-31' } })
  })
  it('refuses what is none', () => {
    expect(upgradeCitizenId('11010549123100')).toEqual({ ok: false, code: 'citizen-id-length' })
    expect(upgradeCitizenId('11010549123100X')).toEqual({ ok: false, code: 'citizen-id-character', at: 14 })
    expect(upgradeCitizenId('110105491331002')).toMatchObject({ code: 'citizen-id-birth-date' })
  })
})

it('composes nothing from parts that make no number', () => {
  expect(() => composeCitizenId({ region: '3302', birth: '1990-01-01', sequence: 1 })).toThrow(RangeError)
  expect(() => composeCitizenId({ region: '330212', birth: '1990-02-30', sequence: 1 })).toThrow(RangeError)
  expect(() => composeCitizenId({ region: '330212', birth: '1990-02-20', sequence: 1000 })).toThrow(RangeError)
})
