import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inForceDuring, regionPath, regionTable, regionsOn, resolveRegion } from './region-table.ts'
import type { RegionVersion } from './region-version.ts'

const info = { source: 'test', licence: 'none', asOf: '2023-06-30', coversFrom: '2002-12-31' }
const division = (code: string, name: string, more: Partial<RegionVersion> = {}): RegionVersion =>
  ({ code: code.padEnd(12, '0'), name, kind: 'division', datedBy: 'document', ...more })

const table = regionTable(info, [
  division('33', '浙江省'), division('3302', '宁波市'), division('11', '北京市'), division('1101', '市辖区'), division('110101', '东城区'),
  division('330204', '江东区', { effectiveTo: '2016-09-14', successors: ['330212000000'] }),
  division('330227', '鄞县', { effectiveTo: '2002-02-01', successors: ['330212000000'] }),
  division('330212', '鄞州区', { effectiveFrom: '2002-02-01' }),
  division('330283', '奉化市', { effectiveTo: '2016-09-14', successors: ['330213000000'] }),
  division('330213', '奉化区', { effectiveFrom: '2016-09-14' }),
  division('330104', '江干区', { effectiveTo: '2021-04-01', successors: ['330102000000', '330114000000'] }),
  division('330102', '上城区'), division('330114', '钱塘区', { effectiveFrom: '2021-04-01' }),
  division('330299', '无下文', { effectiveTo: '2010-01-01' }),
  division('320602', '城中区', { effectiveTo: '1991-01-01' }), division('320602', '崇川区', { effectiveFrom: '1991-01-01' }),
])

describe('resolveRegion', () => {
  it('answers what a code named on a day', () => {
    expect(resolveRegion('330283', table, '2016-09-13')).toMatchObject({ ok: true, value: { name: '奉化市' } })
    expect(resolveRegion('330213', table, '2016-09-14')).toMatchObject({ ok: true, value: { name: '奉化区' } })
    expect(resolveRegion('320602', table, '1990-12-31')).toMatchObject({ ok: true, value: { name: '城中区' } })
    expect(resolveRegion('320602', table, '1991-01-01')).toMatchObject({ ok: true, value: { name: '崇川区' } })
    expect(resolveRegion('3302', table, '2020-01-01')).toMatchObject({ ok: true, value: { name: '宁波市' } })
  })
  it('tells unknown from not in force', () => {
    expect(resolveRegion('330213', table, '2016-09-13')).toEqual({ ok: false, code: 'region-code-not-in-force', at: 0 })
    expect(resolveRegion('330283', table, '2016-09-14')).toEqual({ ok: false, code: 'region-code-not-in-force', at: 0 })
    expect(resolveRegion('330298', table, '2016-09-14')).toEqual({ ok: false, code: 'region-code-unknown', at: 0 })
    expect(resolveRegion('33', table, '2016-09-14')).toMatchObject({ ok: true })
    expect(resolveRegion('33029', table, '2016-09-14')).toEqual({ ok: false, code: 'region-code-length' })
  })
})

describe('regionsOn', () => {
  it('follows abolished codes to those that hold the territory', () => {
    expect(regionsOn('330283', table, '2020-04-01')).toEqual(['330213000000'])
    expect(regionsOn('330204', table, '2016-09-13')).toEqual(['330204000000'])
    expect(regionsOn('330104', table, '2022-01-01')).toEqual(['330102000000', '330114000000'])
    expect(regionsOn('330212', table, '2022-01-01')).toEqual(['330212000000'])
  })
  it('is empty where the table does not know what became of a code', () => {
    expect(regionsOn('330299', table, '2020-04-01')).toEqual([])
    expect(regionsOn('330298', table, '2020-04-01')).toEqual([])
  })
})

it('names a region from the province down, without placeholders', () => {
  expect(regionPath('330213', table, '2020-04-01')).toEqual(['浙江省', '宁波市', '奉化区'])
  expect(regionPath('110101', table, '2020-04-01')).toEqual(['北京市', '东城区'])
})

it('being in force during a span means on some day of it', () => {
  const day = fc.integer({ min: 0, max: 40 })
  const text = (n: number) => new Date(Date.UTC(2016, 0, 1 + n)).toISOString().slice(0, 10)
  fc.assert(fc.property(fc.option(day), fc.option(day), day, day, (from, to, start, length) => {
    const version = division('330213', 'x', { ...(from === null ? {} : { effectiveFrom: text(from) }), ...(to === null ? {} : { effectiveTo: text(to) }) })
    fc.pre(from === null || to === null || from < to)
    const onSomeDay = Array.from({ length: length + 1 }, (_, i) => start + i).some((n) => (from === null || n >= from) && (to === null || n < to))
    expect(inForceDuring(version, text(start), text(start + length))).toBe(onSomeDay)
  }))
})

it('refuses a row that is no region', () => {
  expect(() => regionTable(info, [{ code: '330203', name: 'x', kind: 'division', datedBy: 'document' }])).toThrow(/'330203'/)
  expect(() => regionTable(info, [{ code: '330203000000', name: 'x', kind: 'zone', parent: 'y', datedBy: 'document' }])).toThrow(/'y'/)
})
