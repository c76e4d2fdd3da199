import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseMatterCode } from './matter-code.ts'
import { sichuanMatterDialect } from './matter-dialect-sichuan.ts'
import { parseUscc, usccChecks } from './uscc.ts'

/** A district's published matters; kept beside the repository, not in it. */
const list = new URL('../../../shared/data/matters/guangan_matters.jsonl', import.meta.url)
const absent = 'the list of matters (../shared/data/matters) is not here'

const itemCodes = (): string[] => readFileSync(list, 'utf8').split('\n').filter((line) => line !== '')
  .map((line) => (JSON.parse(line) as { itemCode: string }).itemCode)

describe('the Sichuan dialect', () => {
  it('reads item, region and organ', () => {
    expect(parseMatterCode('511Z07001006-511602000000-000-11511301008778183N-1-00')).toMatchObject({
      ok: true,
      value: { dialect: 'sichuan', form: 'placed', item: '511Z07001006', region: '511602000000', organText: '11511301008778183N', organ: { ok: true, value: { region: '511301' } } },
    })
  })
  it('reads older item codes, which have hyphens of their own', () => {
    expect(sichuanMatterDialect.parse('G-000007-001-511602000000-000-115113010833722043-1-00')).toMatchObject({ ok: true, value: { item: 'G-000007-001', organ: { ok: true } } })
    expect(sichuanMatterDialect.parse('1J-5100-00027-511602000000-000-11511301008778386B-1-00')).toMatchObject({ ok: true, value: { item: '1J-5100-00027' } })
    expect(sichuanMatterDialect.parse('E-000004-001-11511301008778386B')).toMatchObject({ ok: true, value: { form: 'unplaced', item: 'E-000004-001', organ: { ok: true } } })
  })
  it('keeps a code whose organ is no unified social credit code, and says what is wrong with it', () => {
    expect(sichuanMatterDialect.parse('512C0107400001-511602000000-000-00877868-5-1-00')).toMatchObject({
      ok: true, value: { organText: '00877868-5', organ: { ok: false, code: 'uscc-length' } },
    })
    expect(sichuanMatterDialect.parse('511F0045400001-511602000000-000-11511301452259996u-1-00')).toMatchObject({
      ok: true, value: { organ: { ok: false, code: 'uscc-character', at: 17, hint: { candidates: [{ position: 17, character: 'U' }] } } },
    })
  })
  it('leaves other codes to others', () => {
    for (const code of ['370117002011', '511Z07001006', '511Z07001006-5116020000-000-11511301008778183N-1-00', '511Z07001006-000602000000-000-11511301008778183N-1-00']) {
      expect(sichuanMatterDialect.parse(code)).toEqual({ ok: false, code: 'matter-code-unknown' })
    }
  })
})

describe('the published list of one district', () => {
  it('has 982 of 1,135 codes whose first 18-character segment passes both organ checks, 8 that fail the outer only, 145 without such a segment', ({ skip }) => {
    skip(!existsSync(list), absent)
    const segments = itemCodes().map((code) => code.split('-').find((segment) => segment.length === 18))
    const verdicts = segments.map((segment) => (segment === undefined ? 'none' : JSON.stringify(usccChecks(segment))))
    const count = (verdict: string) => verdicts.filter((each) => each === verdict).length
    expect(verdicts).toHaveLength(1135)
    expect(count('{"outer":true,"inner":true}')).toBe(982)
    expect(count('{"outer":false,"inner":true}')).toBe(8)
    expect(count('none')).toBe(145)
    expect(segments.filter((segment) => segment !== undefined && parseUscc(segment).ok)).toHaveLength(982)
  })
  it('is read to the last code, every one of this dialect', ({ skip }) => {
    skip(!existsSync(list), absent)
    const parsed = itemCodes().map((code) => parseMatterCode(code))
    expect(parsed.filter((each) => each.ok && each.value.dialect === 'sichuan')).toHaveLength(1135)
    const organs = parsed.flatMap((each) => (each.ok && each.value.dialect === 'sichuan' && 'organ' in each.value ? [each.value.organ] : []))
    expect(organs.filter((organ) => organ.ok)).toHaveLength(982)
  })
})
