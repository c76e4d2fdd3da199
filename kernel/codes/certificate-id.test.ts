import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alphanumeric } from './check-characters.ts'
import { checkCharacterOfCertificateId, composeCertificateId, parseCertificateId } from './certificate-id.ts'

const good = '1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0'
const type = '11100000000013338W009'
const issuer = '11330105002500287C'
const serial = fc.string({ unit: fc.constantFrom(...alphanumeric), minLength: 1, maxLength: 22 })

describe('parseCertificateId', () => {
  it('takes a real identifier apart', () => {
    expect(parseCertificateId(good)).toMatchObject({
      ok: true, value: { type, definedBy: { code: '11100000000013338W' }, issuer: { code: issuer, region: '330105' }, serial: '2025052201', version: '002', check: '0' },
    })
  })
  it('refuses a wrong check character without telling the right one', () => {
    expect(parseCertificateId(good.replace(/0$/, '1'))).toEqual({ ok: false, code: 'certificate-id-check', at: good.length - 1 })
  })
  it('refuses another root, a missing part and small letters', () => {
    for (const text of ['', good.slice(2), good.replace('.002', ''), good.toLowerCase(), good.replace('156', '157'), `${good}0`]) {
      expect(parseCertificateId(text)).toEqual({ ok: false, code: 'certificate-id-shape' })
    }
  })
  it('refuses an issuer or a defining organ that fails its own check, with the place in the whole', () => {
    const wrap = (t: string, i: string) => `1.2.156.3005.2.${t}.${i}.1.001.${checkCharacterOfCertificateId(t, i, '1', '001')}`
    expect(parseCertificateId(wrap(type, '11330105002500287D'))).toMatchObject({ code: 'uscc-check-outer', at: 15 + 22 + 17 })
    expect(parseCertificateId(wrap('11100000000013338X009', issuer))).toMatchObject({ code: 'uscc-check-outer', at: 15 + 17 })
  })
  it('reads back what it composes', () => {
    fc.assert(fc.property(serial, fc.integer({ min: 1, max: 999 }), (number, version) => {
      const code = composeCertificateId({ type, issuer, serial: number, version })
      expect(parseCertificateId(code)).toMatchObject({ ok: true, value: { serial: number, version: String(version).padStart(3, '0') } })
    }))
    expect(() => composeCertificateId({ type, issuer, serial: '', version: 1 })).toThrow(RangeError)
    expect(() => composeCertificateId({ type, issuer: '11330105002500287D', serial: '1', version: 1 })).toThrow(/uscc-check-outer/)
  })
  it('shows a wrong character anywhere in the serial', () => {
    fc.assert(fc.property(serial, fc.nat(), fc.constantFrom(...alphanumeric), (number, where, by) => {
      const at = where % number.length
      fc.pre(number.charAt(at) !== by)
      const code = composeCertificateId({ type, issuer, serial: number, version: 1 })
      const changed = code.replace(`.${number}.001.`, `.${number.slice(0, at)}${by}${number.slice(at + 1)}.001.`)
      expect(parseCertificateId(changed)).toMatchObject({ code: 'certificate-id-check' })
    }))
  })
})
