/**
 * Investment project code (投资项目代码), 24 characters with four hyphens, in two generations that live side by side:
 * old (to Oct 2020) `YYYY-region6-industry2-type2-serial6`, without a check; new `yyMM-region6-department2-type2-random5+check`,
 * ISO 7064 MOD 11,10 over the first 19 digits. Years 2013-2020 are no month, so the first group tells them apart.
 */
import { mod11And10 } from './check-characters.ts'
import { parseIndustryCode } from './industry-code.ts'
import type { IndustryTable } from './industry-code.ts'
import { accept, refuse, refuseWithin } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { parseRegionCode } from './region-code.ts'

interface ProjectCodeParts {
  readonly code: string
  /** 6 digits; may be a zone of the platform's own. */
  readonly region: string
  /** 2 digits, see `unverifiedProjectTypes`. */
  readonly type: string
}

export type ProjectCode =
  | (ProjectCodeParts & { readonly generation: 'old'; readonly year: number; /** GB/T 4754 division. */ readonly industry: string; readonly serial: string })
  | (ProjectCodeParts & { readonly generation: 'new'; readonly year: number; readonly month: number; /** Guiding central department. */ readonly department: string; readonly random: string; readonly check: string })

/** Titles of the type digits, not confirmed against the rules: configuration, never a gate. */
export const unverifiedProjectTypes = {
  source: 'unverified',
  old: { '01': { zh: '审批', en: 'Approval' }, '02': { zh: '核准', en: 'Verification' }, '03': { zh: '备案', en: 'Filing' } },
  new: {
    '01': { zh: '基本建设', en: 'Construction' }, '02': { zh: '技术改造', en: 'Technical renovation' }, '03': { zh: '单纯购置', en: 'Purchase only' },
    '04': { zh: '信息化', en: 'Information systems' }, '05': { zh: '其他', en: 'Other' },
  },
} as const

/** With `industries`, the division of an old code must be listed there. */
export function parseProjectCode(code: string, industries?: IndustryTable): Parsed<ProjectCode> {
  const match = /^(\d{4})-(\d{6})-(\d{2})-(\d{2})-(\d{6})$/.exec(code)
  if (!match) return refuse('project-code-shape')
  const [, time = '', region = '', group = '', type = '', tail = ''] = match
  const place = parseRegionCode(region)
  if (!place.ok) return refuseWithin(place, 5)
  const month = Number(time.slice(2))
  if (month >= 1 && month <= 12) {
    if (Number(time.slice(0, 2)) < 20) return refuse('project-code-time', 0)
    const expected = checkDigitOfProjectCode(code.slice(0, 23))
    if (expected !== code.charAt(23)) return refuse('project-code-check', 23, { expected })
    return accept({ code, generation: 'new', year: 2000 + Number(time.slice(0, 2)), month, region, department: group, type, random: tail.slice(0, 5), check: expected })
  }
  const year = Number(time)
  if (year < 2013 || year > 2020) return refuse('project-code-time', 0)
  if (industries !== undefined && !parseIndustryCode(group, industries).ok) return refuse('project-code-industry', 12)
  return accept({ code, generation: 'old', year, region, industry: group, type, serial: tail })
}

/** Check digit of the first 23 characters (19 digits and four hyphens) of a new code. */
export function checkDigitOfProjectCode(body: string): string {
  return mod11And10(body.replaceAll('-', ''))
}

export interface NewProjectCodeParts {
  /** 2020-2099 */
  readonly year: number
  readonly month: number
  readonly region: string
  readonly department: string
  readonly type: string
  /** 0-99999 */
  readonly random: number
}

/** A code of the new generation. @throws RangeError when the parts do not make one */
export function composeProjectCode(parts: NewProjectCodeParts): string {
  const time = `${twoDigits(parts.year - 2000)}${twoDigits(parts.month)}`
  const body = `${time}-${parts.region}-${parts.department}-${parts.type}-${String(parts.random).padStart(5, '0')}`
  const code = /^[\d-]{23}$/.test(body) ? body + checkDigitOfProjectCode(body) : body
  const parsed = parseProjectCode(code)
  if (!parsed.ok || parsed.value.generation !== 'new') throw new RangeError(`project-code: '${body}' does not make a code`)
  return code
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
