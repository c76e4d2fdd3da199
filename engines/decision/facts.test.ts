import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer } from '../../kernel/context.ts'
import type { Matter } from '../../kernel/matter.ts'
import { text as t } from '../../kernel/text.ts'
import { ageOn, dataFact, factColumns, gatherFacts, neededColumns, resultFacts, ruleFacts } from './facts.ts'

const title = t('题', 'T')
const p = (fact: string, than: unknown = 1) => ({ id: fact, title, fact, is: '=' as const, than })
const matter = {
  materials: [
    { id: 'always', title, ways: [{ by: 'data', resource: 'x.people', fields: ['name', 'idNumber'] }] },
    { id: 'sometimes', title, when: { q: ['a'] }, ways: [{ by: 'data', resource: 'x.land', fields: ['plot'] }, { by: 'upload', accept: [] }] },
  ],
  prefill: { name: { resource: 'x.people', column: 'name' }, phone: { resource: 'x.phones', column: 'number' } },
  instant: [
    { edition: '1', effectiveFrom: '2020-01-01', effectiveTo: '2024-12-31', source: '', verified: false, all: [p('data.x.people.oldColumn')] },
    { edition: '2', effectiveFrom: '2025-01-01', source: '', verified: false, all: [p('age.x.people.birthDate', 60), p('form.name', { fact: 'data.x.people.name' }), p('case.region')] },
  ],
  result: { credential: 'x.card', claims: { name: 'form.name', plot: 'data.x.land.plot' } },
} as unknown as Matter

describe('the columns a matter needs', () => {
  const columns = (...given: Parameters<typeof neededColumns> extends [unknown, ...infer R] ? R : never) => Object.fromEntries(neededColumns(matter, ...given))

  test('are those of its materials, its form, the rule in force and the result, each once', () => {
    expect(columns('2026-01-01')).toEqual({ 'x.people': ['birthDate', 'idNumber', 'name'], 'x.phones': ['number'], 'x.land': ['plot'] })
    expect(columns('2024-01-01')['x.people']).toEqual(['idNumber', 'name', 'oldColumn'])
  })

  test('leave out materials that do not apply, and what only the decision looks at before there is one', () => {
    expect(columns('2026-01-01', { materials: ['always'], decides: false })).toEqual({ 'x.people': ['idNumber', 'name'], 'x.phones': ['number'] })
    expect(columns('2026-01-01', { materials: [], decides: false })).toEqual({ 'x.people': ['name'], 'x.phones': ['number'] })
    expect(columns('2026-01-01', { materials: [], decides: true })['x.land']).toEqual(['plot'])
  })

  test('of facts are told from what the case itself knows', () => {
    expect(ruleFacts(matter, '2026-01-01')).toEqual(['age.x.people.birthDate', 'form.name', 'data.x.people.name', 'case.region'])
    expect(ruleFacts(matter, '2019-01-01')).toEqual([])
    expect(resultFacts(matter)).toEqual(['form.name', 'data.x.land.plot'])
    expect(Object.fromEntries(factColumns(['form.name', 'data.x.people.name', 'age.x.people.name', 'data.x.land.plot']))).toEqual({ 'x.people': ['name'], 'x.land': ['plot'] })
    expect(dataFact('data.a.b.c')).toEqual({ resource: 'a.b', column: 'c' })
    expect(dataFact('database.a')).toBeNull()
  })
})

describe('a fact', () => {
  const asOf = '2026-03-01T00:00:00Z'
  const answers: readonly (readonly [string, Answer<Record<string, unknown>>])[] = [
    ['x.people', { key: 'k', state: 'found', row: { name: '王', birthDate: '1966-03-02', empty: null }, asOf }], ['x.none', { key: 'k', state: 'none', asOf }],
    ['x.down', { key: 'k', state: 'down', reason: 'no answer' }], ['x.refused', { key: 'k', state: 'refused', reason: 'not shared' }],
  ]
  const fact = (name: string) => gatherFacts([name], new Map(answers), { 'case.region': '33', 'form.empty': null }, '2026-03-01')[name]

  test('is known with its source, from a register or from the case', () => {
    expect(fact('data.x.people.name')).toEqual({ known: true, value: '王', source: 'x.people', asOf })
    expect(fact('case.region')).toEqual({ known: true, value: '33', source: 'case', asOf: null })
    expect(fact('age.x.people.birthDate')).toMatchObject({ known: true, value: 59, source: 'x.people' })
  })

  test('is unknown, with the reason, for each of the other answers and for an empty column', () => {
    expect(['data.x.none.a', 'data.x.down.a', 'data.x.refused.a', 'data.x.people.empty', 'data.x.unasked.a', 'form.empty', 'form.absent', 'age.x.people.name'].map(name => fact(name))).toMatchObject([
      { known: false, reason: `'x.none' has no record` }, { known: false, reason: `'x.down' is down: no answer` }, { known: false, reason: `'x.refused' is refused: not shared` },
      { known: false, reason: `'x.people.empty' is empty at its source` }, { known: false, reason: `'x.unasked' was not asked` }, { known: false, reason: 'not given' }, { known: false, reason: 'not given' },
      { known: false, reason: `'name' is no date` },
    ])
  })

  test('of age counts whole years: the birthday itself counts, 29 February on 1 March', () => {
    expect([ageOn('1966-03-02', '2026-03-01'), ageOn('1966-03-02', '2026-03-02'), ageOn('2004-02-29', '2025-02-28'), ageOn('2004-02-29', '2025-03-01'), ageOn('2004-02-29', '2028-02-29')]).toEqual([59, 60, 20, 21, 24])
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map(date => date.toISOString().slice(0, 10))
    fc.assert(fc.property(day, day, (birth, on) => {
      fc.pre(birth <= on)
      const age = ageOn(birth, on)
      const birthday = (years: number) => `${Number(birth.slice(0, 4)) + years}${birth.slice(4)}`
      expect(birthday(age) <= on && on < birthday(age + 1)).toBe(true)
    }))
  })
})
