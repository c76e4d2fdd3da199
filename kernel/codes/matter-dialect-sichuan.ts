/**
 * Matter codes of Sichuan's portal, read off the published list of one district (Guang'an):
 * `item-region12-nnn-organ-n-nn`. The item is 12 or 14 characters, or of older hyphenated kinds; the organ is mostly a
 * unified social credit code, else an old organisation code or whatever the list's makers had.
 */
import { text } from '../text.ts'
import type { DialectMatterCode, MatterDialect } from './matter-dialect.ts'
import { accept, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { parseRegionCode } from './region-code.ts'
import { parseUscc } from './uscc.ts'

export const sichuanMatterDialect: MatterDialect = {
  id: 'sichuan',
  title: text('四川省一体化政务服务平台', "Sichuan's government service platform"),
  parse: parseSichuan,
}

/** e.g. `511A0138000000`, `511Z07001006` */
const coded = '51\\d[0-9A-Z]\\d{8}(?:\\d{2})?'
/** e.g. `G-000007-001`, `1J-5100-00027` */
const older = '[A-Z]-\\d{6}-\\d{3,4}|\\d[A-Z]-\\d{4}-\\d{5}'
const placed = new RegExp(`^(?<item>${coded}|${older})-(?<region>\\d{12})-\\d{3}-(?<organ>[0-9A-Za-z-]+)-\\d-\\d{2}$`)
const unplaced = /^(?<item>[A-Z]-\d{6}-\d{3})-(?<organ>[0-9A-Za-z]+)$/

function parseSichuan(code: string): Parsed<DialectMatterCode> {
  const match = placed.exec(code) ?? unplaced.exec(code)
  if (!match?.groups) return refuse('matter-code-unknown')
  const { item = '', region, organ: organText = '' } = match.groups
  const named = { dialect: sichuanMatterDialect.id, code, item, organText, organ: parseUscc(organText) }
  if (region === undefined) return accept({ ...named, form: 'unplaced' })
  const parsed = parseRegionCode(region)
  return parsed.ok ? accept({ ...named, form: 'placed', region: parsed.value.code }) : refuse('matter-code-unknown')
}
