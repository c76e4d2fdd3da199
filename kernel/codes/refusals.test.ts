import { expect, it } from 'vitest'
import * as codes from './index.ts'
import type { IndustryTable, Parsed, RefusalCode } from './index.ts'

const implementation = '11370800MB285591843370117002011'
const certificate = '1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0'
const industries: IndustryTable = {
  edition: 'test', source: 'test', licence: 'none', asOf: '2020-01-01', levels: ['section', 'division'],
  title: (code) => (['A', '01'].includes(code) ? { zh: '农业', en: 'Crop farming' } : undefined), sectionOf: (division) => (division === '01' ? 'A' : undefined),
}
const regions = codes.regionTable({ source: 'test', licence: 'none', asOf: '2023-06-30', coversFrom: '1900-01-01' }, [
  { code: '330000000000', name: '浙江省', kind: 'division', datedBy: 'document' },
  { code: '330283000000', name: '奉化市', kind: 'division', datedBy: 'document', effectiveTo: '2016-09-14' },
])
const born = (region: string, birth: string) => codes.composeCitizenId({ region, birth, sequence: 1 })
const on2020 = { on: '2020-04-01', regions }

/** One input for every reason there is. */
const reached: Record<RefusalCode, () => Parsed<unknown>> = {
  'uscc-length': () => codes.parseUscc('9133'),
  'uscc-character': () => codes.parseUscc('91350100M000100Y4Z'),
  'uscc-check-outer': () => codes.parseUscc('91350200M000100Y43'),
  'uscc-check-inner': () => codes.parseUscc(`91350100M000100Y5${codes.checkCharacterOfUscc('91350100M000100Y5')}`),
  'uscc-check-both': () => codes.parseUscc('91350100M000100Y33'),
  'organization-code-length': () => codes.parseOrganizationCode('1'),
  'organization-code-character': () => codes.parseOrganizationCode('0000133?8'),
  'organization-code-check': () => codes.parseOrganizationCode('000013339'),
  'citizen-id-length': () => codes.parseCitizenId('1'),
  'citizen-id-character': () => codes.parseCitizenId('1101051949123100OX'),
  'citizen-id-birth-date': () => codes.parseCitizenId('110105194913310020'),
  'citizen-id-birth-future': () => codes.parseCitizenId(born('330283', '2020-04-02'), on2020),
  'citizen-id-check': () => codes.parseCitizenId('110105194912310021'),
  'citizen-id-region-unknown': () => codes.parseCitizenId(born('330299', '1990-01-01'), on2020),
  'citizen-id-region-not-in-force': () => codes.parseCitizenId(born('330283', '2017-01-01'), on2020),
  'region-code-length': () => codes.parseRegionCode('1'),
  'region-code-character': () => codes.parseRegionCode('33020A'),
  'region-code-gap': () => codes.parseRegionCode('003302'),
  'region-code-unknown': () => codes.resolveRegion('330299', regions, '2020-01-01'),
  'region-code-not-in-force': () => codes.resolveRegion('330283', regions, '2020-01-01'),
  'matter-code-unknown': () => codes.parseMatterCode('?'),
  'matter-code-level': () => codes.parseMatterCode(`${implementation.slice(0, 18)}0${implementation.slice(19)}`),
  'case-number-date': () => codes.parseMatterCode(`${implementation}202013010001`),
  'case-number-date-mismatch': () => codes.parseCaseNumber(`${implementation}202003010001`, '2020-03-02'),
  'project-code-shape': () => codes.parseProjectCode('2505'),
  'project-code-time': () => codes.parseProjectCode('2513-330354-04-01-274607'),
  'project-code-check': () => codes.parseProjectCode('2505-330354-04-01-274600'),
  'project-code-industry': () => codes.parseProjectCode('2019-330391-98-03-831266', industries),
  'certificate-id-shape': () => codes.parseCertificateId('1.2'),
  'certificate-id-check': () => codes.parseCertificateId(`${certificate.slice(0, -1)}1`),
  'industry-code-shape': () => codes.parseIndustryCode('?'),
  'industry-code-unknown': () => codes.parseIndustryCode('98', industries),
  'industry-code-section': () => codes.parseIndustryCode('B01', industries),
  'imo-number-shape': () => codes.parseImoNumber('1'),
  'imo-number-check': () => codes.parseImoNumber('9074720'),
  'container-code-shape': () => codes.parseContainerCode('1'),
  'container-code-category': () => codes.parseContainerCode('CSQA3054383'),
  'container-code-check': () => codes.parseContainerCode('CSQU3054380'),
}

it.each(Object.entries(reached))('%s is the answer to some input, and has words in both languages', (code, parse) => {
  expect(parse()).toMatchObject({ ok: false, code })
  const message = codes.codeRefusals[code as RefusalCode]
  expect(message.zh).toMatch(/\p{Script=Han}/u)
  expect(message.en).toMatch(/^[A-Z][^\p{Script=Han}]+$/u)
})
