import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCharacterOfUscc, composeUscc, parseUscc, usccAlphabet, usccCandidates, usccChecks } from './uscc.ts'

const character = fc.constantFrom(...usccAlphabet)
const code = fc.record({
  registrar: character, category: character,
  region: fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 6 }),
  organBody: fc.string({ unit: character, minLength: 8, maxLength: 8 }),
}).map(composeUscc)

/** GB 32100 written out with big numbers, for comparison. */
function naiveOuter(text: string): boolean {
  let sum = 0n
  for (let i = 0; i < 17; i += 1) sum += BigInt(usccAlphabet.indexOf(text.charAt(i))) * 3n ** BigInt(i)
  const check = 31n - (sum % 31n)
  return text.charAt(17) === usccAlphabet.charAt(check === 31n ? 0 : Number(check))
}

describe('parseUscc', () => {
  it.each(['91350100M000100Y43', '11330105002500287C', '11330600MB1573660P', '11370800MB28559184', '11100000000013338W'])('takes the real code %s', (text) => {
    expect(parseUscc(text)).toEqual({
      ok: true,
      value: { code: text, registrar: text[0], category: text[1], region: text.slice(2, 8), organ: text.slice(8, 17), check: text[17] },
    })
    expect(naiveOuter(text)).toBe(true)
  })
  it('refuses 91350100M000100Y4Z, Z not being in the alphabet, and offers the 3', () => {
    expect(parseUscc('91350100M000100Y4Z')).toEqual({ ok: false, code: 'uscc-character', at: 17, hint: { candidates: [{ position: 17, character: '3' }] } })
  })
  it('does not fold small letters, but offers the capital', () => {
    expect(parseUscc('91350100m000100Y43')).toMatchObject({ ok: false, code: 'uscc-character', at: 8, hint: { candidates: [{ position: 8, character: 'M' }] } })
  })
  it('tells a typing error from a wrongly assigned organisation code', () => {
    expect(parseUscc('91350200M000100Y43')).toMatchObject({ ok: false, code: 'uscc-check-outer', at: 17 })
    expect(parseUscc('91350100M000100Y33')).toMatchObject({ ok: false, code: 'uscc-check-both', at: 17 })
    const assignedWrongly = '91350100M000100Y5'
    expect(parseUscc(assignedWrongly + checkCharacterOfUscc(assignedWrongly))).toEqual({ ok: false, code: 'uscc-check-inner', at: 16, hint: { expected: '4' } })
  })
  it('refuses a letter in the region and a wrong length', () => {
    expect(parseUscc('9135O100M000100Y43')).toMatchObject({ code: 'uscc-character', at: 4 })
    expect(parseUscc('91350100M000100Y4')).toEqual({ ok: false, code: 'uscc-length' })
    expect(parseUscc('')).toEqual({ ok: false, code: 'uscc-length' })
  })
  it('reads back what it composes, and agrees with the rule written out', () => {
    fc.assert(fc.property(code, (text) => {
      expect(parseUscc(text)).toMatchObject({ ok: true, value: { code: text } })
      expect(naiveOuter(text)).toBe(true)
    }))
  })
  it('agrees with the rule written out on any 18 characters', () => {
    fc.assert(fc.property(fc.string({ unit: character, minLength: 18, maxLength: 18 }), (text) => {
      expect(usccChecks(text).outer).toBe(naiveOuter(text))
    }))
  })
})

describe('a typing error', () => {
  const position = fc.nat(17)
  it('of one character is always found, and the right correction is among the candidates', () => {
    fc.assert(fc.property(code, position, character, (text, at, by) => {
      fc.pre(text.charAt(at) !== by)
      const mistyped = text.slice(0, at) + by + text.slice(at + 1)
      const parsed = parseUscc(mistyped)
      expect(parsed.ok).toBe(false)
      expect(!parsed.ok && parsed.hint?.candidates).toContainEqual({ position: at, character: text.charAt(at) })
    }), { numRuns: 60 })
  })
  it('of two swapped neighbours is always found', () => {
    fc.assert(fc.property(code, fc.nat(16), (text, at) => {
      fc.pre(text.charAt(at) !== text.charAt(at + 1))
      expect(parseUscc(text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2)).ok).toBe(false)
    }))
  })
  it('leads only to candidates that make both checks pass', () => {
    fc.assert(fc.property(fc.string({ unit: character, minLength: 18, maxLength: 18 }), (text) => {
      for (const { position: at, character: by } of usccCandidates(text)) {
        expect(parseUscc(text.slice(0, at) + by + text.slice(at + 1)).ok).toBe(true)
      }
    }), { numRuns: 40 })
  })
  it('that looks alike comes first among the candidates', () => {
    expect(usccCandidates('91350100M0OO100Y43')).toEqual([])
    expect(usccCandidates('9135010OM000100Y43')[0]).toEqual({ position: 7, character: '0' })
    expect(usccCandidates('91350100W000100Y43')).toContainEqual({ position: 8, character: 'M' })
  })
})

it('composes nothing from parts that make no code', () => {
  expect(() => composeUscc({ registrar: '9', category: '1', region: '33020', organBody: 'MA000001' })).toThrow(RangeError)
  expect(() => composeUscc({ registrar: 'I', category: '1', region: '330203', organBody: 'MA000001' })).toThrow(RangeError)
})
