import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isWithin, levelOfRegion, parentRegion, parseRegionCode, regionLineage } from './region-code.ts'
import { regionTable } from './region-table.ts'

describe('parseRegionCode', () => {
  it.each([
    ['330000', '330000000000', 'province', '33'],
    ['330200', '330200000000', 'prefecture', '3302'],
    ['330203', '330203000000', 'county', '330203'],
    ['330203001', '330203001000', 'township', '330203001'],
    ['330203001001', '330203001001', 'village', '330203001001'],
    ['330203000000', '330203000000', 'county', '330203'],
    ['441900003', '441900003000', 'township', '441900003'],
    ['460001', '460001000000', 'county', '460001'],
  ])('reads %s', (text, code, level, stem) => {
    expect(parseRegionCode(text)).toEqual({ ok: true, value: { code, level, stem } })
  })
  it('refuses lengths, characters and missing upper levels, and says where', () => {
    for (const text of ['', '33', '3302', '33020', '3302030011', '3302030010011']) expect(parseRegionCode(text)).toEqual({ ok: false, code: 'region-code-length' })
    expect(parseRegionCode('33O203')).toEqual({ ok: false, code: 'region-code-character', at: 2 })
    expect(parseRegionCode('000203')).toEqual({ ok: false, code: 'region-code-gap', at: 0 })
    expect(parseRegionCode('330000001')).toEqual({ ok: false, code: 'region-code-gap', at: 2 })
    expect(parseRegionCode('330203000001')).toEqual({ ok: false, code: 'region-code-gap', at: 6 })
  })
})

describe('the hierarchy', () => {
  it('goes up by digits, and past the missing county of a city without counties', () => {
    expect(regionLineage('330203001001')).toEqual(['330203001001', '330203001000', '330203000000', '330200000000', '330000000000'])
    expect(regionLineage('441900003000')).toEqual(['441900003000', '441900000000', '440000000000'])
    expect(parentRegion('330000')).toBeNull()
  })
  it('goes by the named parent of a zone', () => {
    const table = regionTable({ source: 'test', licence: 'none', asOf: '2020-04-30', coversFrom: '2020-04-30' }, [
      { code: '330354000000', name: '温州生态园', kind: 'zone', parent: '330304000000', datedBy: 'snapshots' },
    ])
    expect(parentRegion('330354')).toBe('330300000000')
    expect(parentRegion('330354', table)).toBe('330304000000')
    expect(isWithin('330354', '330304', table)).toBe(true)
    expect(isWithin('330354', '330304')).toBe(false)
    expect(isWithin('330354', '330300', table)).toBe(true)
    expect(table.children('330304000000').map((zone) => zone.name)).toEqual(['温州生态园'])
  })
  it('contains itself and its own, not its neighbours', () => {
    expect(isWithin('330203', '330203')).toBe(true)
    expect(isWithin('330203001001', '3302')).toBe(true)
    expect(isWithin('330900', '330200')).toBe(false)
    expect(isWithin('330200', '330203')).toBe(false)
  })
  it('is a chain: each step is one level up, within everything above it, and within nothing below', () => {
    const digits = (n: number) => fc.integer({ min: 1, max: 10 ** n - 1 }).map((v) => String(v).padStart(n, '0'))
    fc.assert(fc.property(digits(2), digits(2), digits(2), digits(3), digits(3), (...groups) => {
      const lineage = regionLineage(groups.join(''))
      expect(lineage.map(levelOfRegion)).toEqual(['village', 'township', 'county', 'prefecture', 'province'])
      lineage.forEach((inner, i) => lineage.forEach((outer, j) => expect(isWithin(inner, outer)).toBe(j >= i)))
    }))
  })
  it('ends even if a table makes a circle', () => {
    const table = regionTable({ source: 'test', licence: 'none', asOf: '2020-04-30', coversFrom: '2020-04-30' }, [
      { code: '330354000000', name: 'a', kind: 'zone', parent: '330355000000', datedBy: 'snapshots' },
      { code: '330355000000', name: 'b', kind: 'zone', parent: '330354000000', datedBy: 'snapshots' },
    ])
    expect(regionLineage('330354', table)).toEqual(['330354000000', '330355000000'])
  })
})
