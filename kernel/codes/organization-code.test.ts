import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alphanumeric, valuesOf } from './check-characters.ts'
import { composeOrganizationCode, organizationChecks, parseOrganizationCode } from './organization-code.ts'

const body = fc.string({ unit: fc.constantFrom(...alphanumeric), minLength: 8, maxLength: 8 })

describe('parseOrganizationCode', () => {
  it('takes the code that is inside 11100000000013338W, with and without the hyphen', () => {
    expect(parseOrganizationCode('000013338')).toEqual({ ok: true, value: { code: '000013338', body: '00001333', check: '8' } })
    expect(parseOrganizationCode('00001333-8')).toEqual(parseOrganizationCode('000013338'))
  })
  it('refuses a wrong length, a foreign character and a wrong check, and says where', () => {
    expect(parseOrganizationCode('00001333')).toEqual({ ok: false, code: 'organization-code-length' })
    expect(parseOrganizationCode('0000133a8')).toEqual({ ok: false, code: 'organization-code-character', at: 7 })
    expect(parseOrganizationCode('00001333A')).toEqual({ ok: false, code: 'organization-code-character', at: 8 })
    expect(parseOrganizationCode('000013339')).toEqual({ ok: false, code: 'organization-code-check', at: 8, hint: { expected: '8' } })
  })
  it('agrees with the rule written out: 11 − Σ w·c mod 11, 10 is X, 11 is 0', () => {
    fc.assert(fc.property(body, (text) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = valuesOf(text)
      const k = 11 - ((3 * a + 7 * b + 9 * c + 10 * d + 5 * e + 8 * f + 4 * g + 2 * h) % 11)
      expect(composeOrganizationCode(text)).toBe(text + (k === 10 ? 'X' : k === 11 ? '0' : String(k)))
    }))
  })
  it('reads back what it composes', () => {
    fc.assert(fc.property(body, (text) => {
      const parsed = parseOrganizationCode(composeOrganizationCode(text))
      expect(parsed).toMatchObject({ ok: true, value: { body: text } })
    }))
  })
  it('finds a substitution unless the values differ by 11, 22 or 33, which modulus 11 cannot see', () => {
    fc.assert(fc.property(body, fc.nat(7), fc.constantFrom(...alphanumeric), (text, at, by) => {
      const [was = 0, is = 0] = valuesOf(text.charAt(at) + by)
      fc.pre(was !== is)
      const code = composeOrganizationCode(text)
      expect(organizationChecks(code.slice(0, at) + by + code.slice(at + 1))).toBe((was - is) % 11 === 0)
    }))
  })
  it('composes nothing from a body that is none', () => {
    expect(() => composeOrganizationCode('0000133')).toThrow(RangeError)
    expect(() => composeOrganizationCode('0000133a')).toThrow(RangeError)
  })
})
