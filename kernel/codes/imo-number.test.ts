import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeImoNumber, parseImoNumber } from './imo-number.ts'

const body = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 })

describe('parseImoNumber', () => {
  it('takes 9074729, with the prefix or without', () => {
    for (const text of ['9074729', 'IMO9074729', 'IMO 9074729']) expect(parseImoNumber(text)).toEqual({ ok: true, value: { code: '9074729', check: '9' } })
  })
  it('refuses shape and check, and says where', () => {
    for (const text of ['', '907472', '90747299', 'IMO-9074729', '907472A']) expect(parseImoNumber(text)).toEqual({ ok: false, code: 'imo-number-shape' })
    expect(parseImoNumber('9074728')).toEqual({ ok: false, code: 'imo-number-check', at: 6, hint: { expected: '9' } })
  })
  it('agrees with the rule written out, and reads back what it composes', () => {
    fc.assert(fc.property(body, (text) => {
      const [a, b, c, d, e, f] = [...text].map(Number) as [number, number, number, number, number, number]
      expect(composeImoNumber(text)).toBe(text + (7 * a + 6 * b + 5 * c + 4 * d + 3 * e + 2 * f) % 10)
      expect(parseImoNumber(composeImoNumber(text)).ok).toBe(true)
    }))
    expect(() => composeImoNumber('90747')).toThrow(RangeError)
  })
  it('finds a wrong digit where the weight shares no factor with 10: first, fifth and last', () => {
    fc.assert(fc.property(body, fc.constantFrom(0, 4, 6), fc.constantFrom(...'0123456789'), (text, at, by) => {
      const code = composeImoNumber(text)
      fc.pre(code.charAt(at) !== by)
      expect(parseImoNumber(code.slice(0, at) + by + code.slice(at + 1)).ok).toBe(false)
    }))
  })
})
