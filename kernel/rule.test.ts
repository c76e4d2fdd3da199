import fc from 'fast-check'
import { expect, test } from 'vitest'
import { defineRule, ruleInForce, type RuleEdition } from './rule.ts'

const day = fc.integer({ min: 0, max: 3_000 }).map(n => new Date(Date.UTC(2020, 0, 1) + n * 86_400_000).toISOString().slice(0, 10))
const edition = fc.record({ effectiveFrom: day, effectiveTo: fc.option(day, { nil: undefined }), value: fc.nat() })
  .map(({ effectiveFrom, effectiveTo, value }): RuleEdition<number> => ({ effectiveFrom, ...(effectiveTo === undefined ? {} : { effectiveTo }), source: 'unverified', verified: false, value }))

test('the edition in force is the latest that has begun and not ended, in whatever order they are written', () => {
  fc.assert(fc.property(fc.uniqueArray(edition, { selector: one => one.effectiveFrom, maxLength: 6 }), day, (editions, on) => {
    const begun = editions.filter(one => one.effectiveFrom <= on && !(one.effectiveTo !== undefined && one.effectiveTo < on))
    const latest = begun.toSorted((a, b) => a.effectiveFrom < b.effectiveFrom ? 1 : -1)[0]
    expect(ruleInForce(editions, on)).toBe(latest)
    expect(ruleInForce(editions.toReversed(), on)).toBe(latest)
  }))
})

test('first and last day count; before the first and in a gap there is none', () => {
  const rule = defineRule(
    { effectiveFrom: '2020-05-01', effectiveTo: '2021-12-31', source: 's', verified: true, value: 'old' },
    { effectiveFrom: '2023-01-01', source: 's', verified: true, value: 'new' },
  )
  expect(['2020-04-30', '2020-05-01', '2021-12-31', '2022-06-01', '2023-01-01', '2099-01-01'].map(on => ruleInForce(rule, on)?.value)).toEqual([undefined, 'old', 'old', undefined, 'new', 'new'])
})
