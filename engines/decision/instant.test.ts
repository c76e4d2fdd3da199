import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InstantRule, Predicate } from '../../kernel/matter.ts'
import { text as t } from '../../kernel/text.ts'
import { decideInstantly, instantRuleOn, judge, type Fact } from './instant.ts'

const title = t('条件', 'Condition')
const predicate = (is: Predicate['is'], than: unknown, fact = 'a'): Predicate => ({ id: 'p', title, fact, is, than })
const known = (value: unknown): Fact => ({ known: true, value, source: 'register', asOf: '2026-03-02T00:00:00Z' })
const unknown: Fact = { known: false, reason: 'down' }
const rule = (all: readonly Predicate[], more: Partial<InstantRule> = {}): InstantRule => ({ edition: '1', effectiveFrom: '2020-01-01', source: 'unverified', verified: false, all, ...more })
const verdict = (is: Predicate['is'], value: unknown, than: unknown) => judge(predicate(is, than), { a: known(value) }).verdict

const anyFact = fc.oneof(fc.record({ known: fc.constant(true as const), value: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', 'y', '2026-01-01', null, undefined, true), fc.double()), source: fc.constant('s'), asOf: fc.constant(null) }), fc.constant(unknown))
const anyPredicate = fc.record({ id: fc.string(), title: fc.constant(title), fact: fc.constantFrom('a', 'b', 'c', 'constructor'), is: fc.constantFrom('=', '!=', '<', '<=', '>', '>=', 'in', 'within'), than: fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('x', '330000000000', null, { fact: 'b' }, { fact: 'toString' }, ['x', 1])) })
const facts = fc.dictionary(fc.constantFrom('a', 'b'), anyFact as fc.Arbitrary<Fact>)

describe('an instant decision', () => {
  test('approves exactly when a rule is in force, says something, and every predicate is known true', () => {
    fc.assert(fc.property(fc.array(anyPredicate as fc.Arbitrary<Predicate>, { maxLength: 5 }), facts, (all, given) => {
      const { outcome, judged } = decideInstantly([rule(all)], '2026-03-02', given)
      expect(outcome === 'approve').toBe(all.length > 0 && all.every(one => judge(one, given).verdict === 'true'))
      expect(judged.map(one => one.verdict)).toEqual(all.map(one => judge(one, given).verdict))
    }))
  })

  test('never approves less when more is known true, nor for a fact that is not known', () => {
    fc.assert(fc.property(fc.array(anyPredicate as fc.Arbitrary<Predicate>, { minLength: 1, maxLength: 5 }), facts, fc.nat(), (all, given, i) => {
      const name = all[i % all.length]!.fact
      expect(decideInstantly([rule(all)], '2026-03-02', { ...given, [name]: unknown }).outcome).toBe('refer')
    }))
  })

  test('has no other outcome than to approve or to leave it to a person', () => {
    fc.assert(fc.property(fc.array(anyPredicate as fc.Arbitrary<Predicate>), facts, (all, given) => {
      expect(['approve', 'refer']).toContain(decideInstantly([rule(all)], '2026-03-02', given).outcome)
    }))
    expect(decideInstantly([], '2026-03-02', {})).toEqual({ outcome: 'refer', edition: null, judged: [] })
    expect(decideInstantly([rule([])], '2026-03-02', {})).toEqual({ outcome: 'refer', edition: '1', judged: [] })
  })

  test('judges by the rule in force on the day, the latest of several', () => {
    const rules = [rule([], { edition: 'a', effectiveFrom: '2020-01-01', effectiveTo: '2021-12-31' }), rule([], { edition: 'b', effectiveFrom: '2021-06-01' }), rule([], { edition: 'c', effectiveFrom: '2027-01-01' })]
    expect(['2019-12-31', '2020-01-01', '2021-05-31', '2021-06-01', '2026-12-31', '2027-01-01'].map(day => instantRuleOn(rules, day)?.edition)).toEqual([undefined, 'a', 'a', 'b', 'b', 'c'])
    expect(instantRuleOn([rules[0]!], '2022-01-01')).toBeUndefined()
  })

  test('keeps of each predicate the fact, its source and why it is not known, and no value', () => {
    const { judged } = decideInstantly([rule([predicate('=', 'secret'), predicate('=', { fact: 'b' }), predicate('=', 1, 'c')])], '2026-03-02', { a: known('secret'), b: unknown })
    expect(judged).toEqual([
      { predicate: 'p', verdict: 'true', fact: 'a', source: 'register', asOf: '2026-03-02T00:00:00Z' },
      { predicate: 'p', verdict: 'unknown', fact: 'a', source: 'register', asOf: '2026-03-02T00:00:00Z', reason: 'down' },
      { predicate: 'p', verdict: 'unknown', fact: 'c', source: null, asOf: null, reason: 'not given' },
    ])
  })
})

describe('a comparison', () => {
  test('of numbers and of texts is that of their order', () => {
    fc.assert(fc.property(fc.oneof(fc.tuple(fc.integer(), fc.integer()), fc.tuple(fc.date({ noInvalidDate: true, min: new Date('1000-01-01'), max: new Date('2999-01-01') }), fc.date({ noInvalidDate: true, min: new Date('1000-01-01'), max: new Date('2999-01-01') })).map(([a, b]) => [a.toISOString().slice(0, 10), b.toISOString().slice(0, 10)] as const)), ([a, b]) => {
      const truth = { '=': a === b, '!=': a !== b, '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }
      for (const [is, holds] of Object.entries(truth)) expect(verdict(is as '=', a, b)).toBe(String(holds))
    }))
  })

  test('of what cannot be compared is unknown', () => {
    for (const [value, than] of [[1, '1'], ['1', 1], [true, 1], [Number.NaN, 1], [1, Number.NaN], [{}, 1], [[1], 1]] as const) for (const is of ['<', '<=', '>', '>='] as const) expect([value, is, than, verdict(is, value, than)]).toEqual([value, is, than, 'unknown'])
    for (const value of [null, undefined]) for (const is of ['=', '!=', '<', 'in', 'within'] as const) expect(verdict(is, value, 1)).toBe('unknown')
    expect(verdict('in', 'a', 'abc')).toBe('unknown')
    expect(verdict('within', 330203, '330200000000')).toBe('unknown')
  })

  test('with a list or a region asks for membership', () => {
    expect([verdict('in', 'a', ['a', 'b']), verdict('in', 'c', ['a', 'b']), verdict('in', 'c', [])]).toEqual(['true', 'false', 'false'])
    expect([verdict('within', '330203001001', '330200000000'), verdict('within', '330200000000', '330203000000'), verdict('within', '330903000000', '330200000000')]).toEqual(['true', 'false', 'false'])
  })
})
