/**
 * The codes a `code` field can hold, each with its parser. No table is at hand here: whether a region or an industry
 * exists, and since when, is judged where the dated tables are.
 */
import {
  codeRefusals, parseCertificateId, parseCitizenId, parseContainerCode, parseImoNumber, parseIndustryCode, parseMatterCode,
  parseOrganizationCode, parseProjectCode, parseRegionCode, parseUscc,
} from './codes/index.ts'
import type { Parsed, RefusalCode } from './codes/index.ts'
import type { CodeName } from './field.ts'
import type { Text } from './text.ts'

const parsers: Readonly<Record<CodeName, (text: string) => Parsed<unknown>>> = {
  uscc: parseUscc,
  organizationCode: parseOrganizationCode,
  citizenId: text => parseCitizenId(text),
  regionCode: parseRegionCode,
  matterCode: text => parseMatterCode(text),
  projectCode: text => parseProjectCode(text),
  certificateId: parseCertificateId,
  industryCode: text => parseIndustryCode(text),
  imoNumber: parseImoNumber,
  containerCode: parseContainerCode,
}

export const CODE_NAMES = Object.keys(parsers) as readonly CodeName[]

export type CodeAnswer = { readonly ok: true } | { readonly ok: false; readonly code: RefusalCode; readonly message: Text }

export function parseCode(name: CodeName, text: string): CodeAnswer {
  const parsed = parsers[name](text)
  return parsed.ok ? { ok: true } : { ok: false, code: parsed.code, message: codeRefusals[parsed.code] }
}
