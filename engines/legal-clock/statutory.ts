/**
 * Statutory limits as dated data. `verified` says that the number was read in a text of the article (public reprints);
 * a sector law may set other limits, which then come as further rows given by the caller.
 */
import type { Day } from './days.ts'
import { dayNumberOf } from './days.ts'
import type { Period } from './period.ts'

export interface StatutoryLimit {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly limit: Period
  readonly extension?: { readonly limit: Period; readonly approver: { readonly zh: string; readonly en: string } }
  readonly effectiveFrom: Day
  /** Last day in force; absent while in force. */
  readonly effectiveTo?: Day
  readonly source: string
  readonly verified: boolean
}

const workdays = (n: number): Period => ({ n, unit: 'workday' })
const licensingLaw = { effectiveFrom: '2004-07-01', verified: true }

/** 行政许可法 (Administrative Licensing Law); art. 82 makes its periods working days. */
export const statutoryLimits: readonly StatutoryLimit[] = [
  {
    id: 'acceptance-notice', zh: '受理或一次性告知补正', en: 'Accept, or ask once for corrections',
    limit: workdays(5), source: '行政许可法 第32条; sheet 0.2 [C:8]', ...licensingLaw,
  },
  {
    id: 'decision', zh: '作出行政许可决定', en: 'Decide on a licence',
    limit: workdays(20),
    extension: { limit: workdays(10), approver: { zh: '本行政机关负责人', en: 'head of the organ' } },
    source: '行政许可法 第42条第1款; sheet 0.2 [C:8]', ...licensingLaw,
  },
  {
    id: 'joint-decision', zh: '统一办理、联合办理、集中办理', en: 'Unified, joint or concentrated handling',
    limit: workdays(45),
    extension: { limit: workdays(15), approver: { zh: '本级人民政府负责人', en: 'head of the government of the same level' } },
    source: '行政许可法 第42条第2款; sheet 0.2 [C:8]', ...licensingLaw,
  },
  {
    id: 'lower-organ-review', zh: '下级行政机关审查', en: 'Review by the lower organ',
    limit: workdays(20), source: '行政许可法 第43条; sheet 0.2 [C:8]', ...licensingLaw,
  },
  {
    id: 'delivery', zh: '颁发、送达许可证件', en: 'Issue and deliver the licence',
    limit: workdays(10), source: '行政许可法 第44条; sheet 0.2 [C:8]', ...licensingLaw,
  },
  {
    id: 'hearing-request', zh: '申请听证', en: 'Ask for a hearing',
    limit: workdays(5), source: '行政许可法 第47条', ...licensingLaw,
  },
  {
    id: 'hearing', zh: '组织听证', en: 'Hold the hearing',
    limit: workdays(20), source: '行政许可法 第47条', ...licensingLaw,
  },
  {
    id: 'project-approval', zh: '工程建设项目审批（全国）', en: 'Construction project approval, nationwide',
    limit: workdays(120), effectiveFrom: '2018-05-14', source: 'unverified', verified: false,
  },
]

export type StatutoryResult =
  | { readonly ok: true; readonly limit: StatutoryLimit }
  | { readonly ok: false; readonly code: 'limit-unknown' | 'limit-not-in-force' }

/** The row of `id` in force on `day`; of several the one in force last. @throws RangeError when `day` is no date */
export function statutoryLimit(id: string, day: Day, table = statutoryLimits): StatutoryResult {
  dayNumberOf(day)
  const rows = table.filter((row) => row.id === id)
  if (rows.length === 0) return { ok: false, code: 'limit-unknown' }
  const inForce = rows
    .filter(({ effectiveFrom, effectiveTo }) => effectiveFrom <= day && (effectiveTo === undefined || day <= effectiveTo))
    .sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? 1 : -1))[0]
  return inForce ? { ok: true, limit: inForce } : { ok: false, code: 'limit-not-in-force' }
}
