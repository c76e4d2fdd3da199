import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { versionsFrom, withChanges, withSuccessors } from './editions.ts'
import type { Edition } from './editions.ts'

const edition = (day: string, names: Record<string, string>, covers: Edition['covers'] = () => true): Edition =>
  ({ id: day, earliest: day, latest: day, names: new Map(Object.entries(names)), covers })

describe('versionsFrom', () => {
  it('dates a code by the widest span that the editions allow', () => {
    expect(versionsFrom([edition('2001-01-01', {}), edition('2002-01-01', { 330213: '奉化区' }), edition('2003-01-01', { 330213: '奉化区' }), edition('2004-01-01', {})])).toEqual([
      { code: '330213', name: '奉化区', from: '2001-01-01', to: '2004-01-01', began: '2002-01-01', ended: '2004-01-01' },
    ])
  })
  it('leaves open what lies before the first and after the last edition', () => {
    expect(versionsFrom([edition('2001-01-01', { 330203: '海曙区' })])).toEqual([{ code: '330203', name: '海曙区' }])
  })
  it('parts a renaming at the edition that brought it, without a gap', () => {
    expect(versionsFrom([edition('2001-01-01', { 330402: '秀城区' }), edition('2002-01-01', { 330402: '南湖区' })])).toEqual([
      { code: '330402', name: '秀城区', to: '2002-01-01' },
      { code: '330402', name: '南湖区', from: '2002-01-01' },
    ])
  })
  it('bridges an edition that forgot a code, and one that does not list its kind', () => {
    const found = [{ code: '330203', name: '海曙区' }]
    expect(versionsFrom([edition('2001-01-01', { 330203: '海曙区' }), edition('2002-01-01', {}), edition('2003-01-01', { 330203: '海曙区' })])).toEqual(found)
    expect(versionsFrom([edition('2001-01-01', {}, () => false), edition('2002-01-01', { 330203: '海曙区' })])).toEqual(found)
  })
  it('has a version in force in every edition that lists the code, under its name', () => {
    const name = fc.option(fc.constantFrom('甲区', '乙区'), { nil: undefined })
    fc.assert(fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), (names) => {
      const editions = names.map((each, i) => edition(`20${10 + i}-01-01`, each === undefined ? {} : { 330203: each }))
      const versions = versionsFrom(editions)
      names.forEach((each, i) => {
        const day = `20${10 + i}-01-01`
        const inForce = versions.filter((v) => (v.from === undefined || v.from <= day) && (v.to === undefined || v.to > day)).map((v) => v.name)
        if (each !== undefined) expect(inForce).toContain(each)
      })
    }))
  })
})

describe('withSuccessors', () => {
  const successors = (before: Record<string, string>, after: Record<string, string>) =>
    Object.fromEntries(withSuccessors(versionsFrom([edition('2015-01-01', before), edition('2016-01-01', after)])).filter((v) => v.successors).map((v) => [v.code, v.successors]))

  it('finds the code that took over the name under another rank or prefecture', () => {
    expect(successors({ 330283: '奉化市', 332522: '青田县' }, { 330213: '奉化区', 331121: '青田县' })).toEqual({ 330283: ['330213'], 332522: ['331121'] })
  })
  it('does not guess between two, across provinces, across levels, or for placeholders', () => {
    expect(successors({ 330283: '奉化市' }, { 330213: '奉化区', 330214: '奉化县' })).toEqual({})
    expect(successors({ 330283: '奉化市' }, { 320213: '奉化区' })).toEqual({})
    expect(successors({ 332501: '丽水市' }, { 331100: '丽水市' })).toEqual({})
    expect(successors({ 330201: '市辖区' }, { 330301: '市辖区' })).toEqual({})
  })
})

it('a looked-up change gives the day to the old code and to the heir that began with it', () => {
  const versions = versionsFrom([edition('2015-01-01', { 330204: '江东区', 330283: '奉化市', 330212: '鄞州区' }), edition('2017-01-01', { 330213: '奉化区', 330212: '鄞州区' })])
  const changed = withChanges(versions, [{ code: '330283', day: '2016-09-14', successors: ['330213'] }, { code: '330204', successors: ['330212'] }])
  expect(changed).toMatchObject([
    { code: '330204', to: '2017-01-01', successors: ['330212'] },
    { code: '330212', name: '鄞州区' },
    { code: '330213', from: '2016-09-14', byDocument: true },
    { code: '330283', to: '2016-09-14', byDocument: true, successors: ['330213'] },
  ])
  expect(changed[1]).toEqual({ code: '330212', name: '鄞州区' })
})
