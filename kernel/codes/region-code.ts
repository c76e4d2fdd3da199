/**
 * Region codes: GB/T 2260 (6 digits: province, prefecture, county) and the statistical code that adds township (9) and
 * village (12). Canonical form is 12 digits, padded with zeros. There is no check digit: whether a code exists, and
 * when, only a dated table can say (region-table.ts).
 */
import { accept, firstForeign, refuse } from './parsed.ts'
import type { Parsed } from './parsed.ts'
import type { RegionTable } from './region-version.ts'

export type RegionLevel = 'province' | 'prefecture' | 'county' | 'township' | 'village'

export interface RegionCode {
  /** 12 digits. */
  readonly code: string
  readonly level: RegionLevel
  /** Digits up to the level, without padding: 2, 4, 6, 9 or 12. A county-less city's township keeps the city's `00`. */
  readonly stem: string
}

export function parseRegionCode(text: string): Parsed<RegionCode> {
  if (![6, 9, 12].includes(text.length)) return refuse('region-code-length')
  const foreign = firstForeign(text, /\D/)
  if (foreign >= 0) return refuse('region-code-character', foreign)
  const code = padRegion(text)
  const gap = gapOf(code)
  if (gap >= 0) return refuse('region-code-gap', gap)
  const level = levelOfRegion(code)
  return accept({ code, level, stem: code.slice(0, stemLengths[level]) })
}

/** 2, 4, 6, 9 or 12 digits to 12. */
export function padRegion(digits: string): string {
  return digits.padEnd(12, '0')
}

/** Level of a 12-digit (or shorter, padded) code that parses. */
export function levelOfRegion(code: string): RegionLevel {
  const full = padRegion(code)
  if (full.slice(9) !== '000') return 'village'
  if (full.slice(6, 9) !== '000') return 'township'
  if (full.slice(4, 6) !== '00') return 'county'
  return full.slice(2, 4) === '00' ? 'province' : 'prefecture'
}

/**
 * The region one level up, 12 digits; null above a province. A functional zone has the parent its table names, since its
 * digits may not lie under it. A township of a city without counties (东莞 4419) has the city as parent.
 */
export function parentRegion(code: string, table?: RegionTable): string | null {
  const full = padRegion(code)
  const named = table?.versions(full).find((version) => version.parent !== undefined)?.parent
  if (named !== undefined) return named
  switch (levelOfRegion(full)) {
    case 'village': return padRegion(full.slice(0, 9))
    case 'township': return padRegion(full.slice(0, 6))
    case 'county': return padRegion(full.slice(0, 4))
    case 'prefecture': return padRegion(full.slice(0, 2))
    case 'province': return null
  }
}

/** From the region itself upwards to its province, 12 digits each. */
export function regionLineage(code: string, table?: RegionTable): string[] {
  const lineage = [padRegion(code)]
  for (let up = parentRegion(code, table); up !== null && !lineage.includes(up); up = parentRegion(up, table)) lineage.push(up)
  return lineage
}

/** Whether `inner` is `outer` or lies in it. Says nothing about dates; translate abolished codes first (`regionsOn`). */
export function isWithin(inner: string, outer: string, table?: RegionTable): boolean {
  return regionLineage(inner, table).includes(padRegion(outer))
}

const stemLengths: Record<RegionLevel, number> = { province: 2, prefecture: 4, county: 6, township: 9, village: 12 }

/** Where the missing upper level should stand, or -1. Some cities have no counties, some counties no prefecture (海南 460001). */
function gapOf(code: string): number {
  if (code.startsWith('00')) return 0
  if (code.slice(2, 6) === '0000' && code.slice(6) !== '000000') return 2
  return code.slice(6, 9) === '000' && code.slice(9) !== '000' ? 6 : -1
}
