import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDigitOfContainerCode, composeContainerCode, parseContainerCode } from './container-code.ts'

const body = fc.tuple(
  fc.string({ unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), minLength: 3, maxLength: 3 }), fc.constantFrom('U', 'J', 'Z'),
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 }),
).map((parts) => parts.join(''))

/** ISO 6346 with the letter values counted out: from 10, leaving out 11, 22 and 33. */
function naiveRemainder(text: string): number {
  let next = 10
  const values: Record<string, number> = {}
  for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') {
    if (next % 11 === 0) next += 1
    values[letter] = next
    next += 1
  }
  let sum = 0
  let weight = 1
  for (const character of text) {
    sum += (values[character] ?? Number(character)) * weight
    weight *= 2
  }
  return sum % 11
}

describe('parseContainerCode', () => {
  it('takes CSQU3054383 and its printed forms', () => {
    for (const text of ['CSQU3054383', 'CSQU 305438 3', 'CSQU305438-3']) {
      expect(parseContainerCode(text)).toEqual({ ok: true, value: { code: 'CSQU3054383', owner: 'CSQ', category: 'U', serial: '305438', check: '3' } })
    }
  })
  it('refuses shape, category and check, and says where', () => {
    for (const text of ['', 'CSQU305438', 'CS1U3054383', 'csqu3054383', 'CSQU30543833']) expect(parseContainerCode(text)).toEqual({ ok: false, code: 'container-code-shape' })
    expect(parseContainerCode('CSQX3054383')).toEqual({ ok: false, code: 'container-code-category', at: 3 })
    expect(parseContainerCode('CSQU3054384')).toEqual({ ok: false, code: 'container-code-check', at: 10, hint: { expected: '3' } })
  })
  it('agrees with the rule written out, and reads back what it composes', () => {
    fc.assert(fc.property(body, (text) => {
      expect(checkDigitOfContainerCode(text)).toBe(String(naiveRemainder(text) % 10))
      expect(parseContainerCode(composeContainerCode(text)).ok).toBe(true)
    }))
    expect(() => composeContainerCode('CSQX305438')).toThrow(RangeError)
  })
  it('finds a wrong digit, but for remainders 0 and 10, which share the digit 0', () => {
    fc.assert(fc.property(body, fc.integer({ min: 4, max: 9 }), fc.constantFrom(...'0123456789'), (text, at, by) => {
      fc.pre(text.charAt(at) !== by)
      const changed = text.slice(0, at) + by + text.slice(at + 1)
      const found = !parseContainerCode(changed + checkDigitOfContainerCode(text)).ok
      expect(found).toBe([naiveRemainder(text), naiveRemainder(changed)].sort((a, b) => a - b).join() !== '0,10')
    }))
  })
})
