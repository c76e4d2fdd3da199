/**
 * A dated table of regions, and the questions asked of it. Codes are abolished, renumbered and merged, while papers keep
 * the code of their day: every look-up names a day.
 */
import type { LocalDate } from '../field.ts'
import { accept, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import { levelOfRegion, padRegion, parentRegion, parseRegionCode } from './region-code.ts'
import type { RegionTable, RegionTableInfo, RegionVersion } from './region-version.ts'

/** @throws RangeError for a row whose code or parent is no region code */
export function regionTable(info: RegionTableInfo, rows: Iterable<RegionVersion>): RegionTable {
  const byCode = new Map<string, RegionVersion[]>()
  const byParent = new Map<string, RegionVersion[]>()
  for (const row of rows) {
    const parent = row.parent ?? parentRegion(row.code)
    for (const code of [row.code, row.parent]) {
      if (code !== undefined && (code.length !== 12 || !parseRegionCode(code).ok)) throw new RangeError(`region-table: '${code}' is not a region code of 12 digits`)
    }
    append(byCode, row.code, row)
    if (parent !== null) append(byParent, parent, row)
  }
  return { ...info, versions: (code) => byCode.get(code) ?? [], children: (code) => byParent.get(code) ?? [] }
}

/** Whether the version is in force on some day of `[from, to]`. */
export function inForceDuring(version: RegionVersion, from: LocalDate, to: LocalDate): boolean {
  return (version.effectiveFrom === undefined || version.effectiveFrom <= to)
    && (version.effectiveTo === undefined || version.effectiveTo > from)
}

/** The region that a code of 2, 4, 6, 9 or 12 digits named on a day. */
export function resolveRegion(text: string, table: RegionTable, on: LocalDate): Parsed<RegionVersion> {
  const parsed = parseRegionCode([2, 4].includes(text.length) ? text.padEnd(6, '0') : text)
  if (!parsed.ok) return parsed
  const versions = table.versions(parsed.value.code)
  if (versions.length === 0) return refuse('region-code-unknown', 0)
  const version = versions.find((candidate) => inForceDuring(candidate, on, on))
  return version === undefined ? refuse('region-code-not-in-force', 0) : accept(version)
}

/**
 * The codes in force on `on` that hold the territory of `code`: itself, or its successors, however many steps away.
 * Empty when the table does not know what became of it.
 */
export function regionsOn(code: string, table: RegionTable, on: LocalDate): string[] {
  const found = new Set<string>()
  const seen = new Set<string>()
  const open = [padRegion(code)]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    const versions = table.versions(next)
    if (versions.some((version) => inForceDuring(version, on, on))) found.add(next)
    else open.push(...versions.flatMap((version) => version.successors ?? []))
  }
  return [...found].sort()
}

/** Names from the province down, as on `on`; levels the table does not list, and placeholders such as 市辖区, are left out. */
export function regionPath(code: string, table: RegionTable, on: LocalDate): string[] {
  const names: string[] = []
  for (let at: string | null = padRegion(code); at !== null; at = parentRegion(at, table)) {
    const version = table.versions(at).find((candidate) => inForceDuring(candidate, on, on))
    if (version !== undefined && !isPlaceholder(version)) names.unshift(version.name)
  }
  return names
}

/** Rows that only group counties: 市辖区, 县, 省直辖县级行政区划. */
function isPlaceholder(version: RegionVersion): boolean {
  return levelOfRegion(version.code) === 'prefecture' && /^(市辖区|县|(省|自治区)直辖县级行政(区划|单位))$/.test(version.name)
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
