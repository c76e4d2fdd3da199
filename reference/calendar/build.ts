/**
 * Builds `state-council.json` from the npm package chinese-days: `npx tsx reference/calendar/build.ts --as-of 2026-05-08`.
 * The date says how old the upstream data is: the day that version of the package was published.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const firstYear = 2013

/** A day on which upstream differs from the State Council's paper. Every entry names the paper. */
export interface Correction {
  readonly day: string
  readonly isOff: boolean
  readonly source: string
  readonly correctedOn: string
}

/** Empty: on every day of 2013-2026 upstream agrees with an independent transcription of the papers. */
export const corrections: readonly Correction[] = []

/** `dist/chinese-days.json`: days as keys, their names as values. */
export interface Upstream {
  readonly holidays: Readonly<Record<string, string>>
  readonly workdays: Readonly<Record<string, string>>
}

export interface CalendarTable {
  readonly source: string
  readonly sourceVersion: string
  readonly licence: string
  readonly asOf: string
  readonly publishedFrom: number
  readonly publishedThrough: number
  readonly corrections: readonly Correction[]
  readonly offDays: readonly string[]
  readonly workDays: readonly string[]
}

/**
 * Days from `firstYear` to the last year that upstream has a National Day for: a year's paper always names it, while a
 * few days of late December may already come from the next year's paper.
 * @throws Error when a year between them has no days at all
 */
export function buildTable(upstream: Upstream, version: string, asOf: string, fixes = corrections): CalendarTable {
  const off = new Set(Object.keys(upstream.holidays))
  const work = new Set(Object.keys(upstream.workdays))
  for (const { day, isOff } of fixes) {
    ;(isOff ? off : work).add(day)
    ;(isOff ? work : off).delete(day)
  }
  const years = [...off].filter((day) => day.endsWith('-10-01')).map((day) => Number(day.slice(0, 4)))
  const publishedThrough = Math.max(...years)
  for (let year = firstYear; year <= publishedThrough; year++) {
    if (!years.includes(year)) throw new Error(`chinese-days ${version} has no holidays of ${year}`)
  }
  const kept = (days: Set<string>) => [...days].filter((day) => Number(day.slice(0, 4)) >= firstYear).sort()
  return {
    source: 'npm chinese-days, from the State Council notices on holidays (国务院办公厅关于部分节假日安排的通知)',
    sourceVersion: version,
    licence: 'MIT, Copyright (c) 2024 Yawei sun',
    asOf,
    publishedFrom: firstYear,
    publishedThrough,
    corrections: fixes,
    offDays: kept(off),
    workDays: kept(work),
  }
}

/** One line a member; the days of a year on a line of their own, so that a new paper shows as a small diff. */
export function renderTable(table: CalendarTable): string {
  const members = Object.entries(table).map(([name, value]) => {
    const isDays = name === 'offDays' || name === 'workDays'
    return `  ${JSON.stringify(name)}: ${isDays ? renderDays(value as string[]) : JSON.stringify(value)}`
  })
  return `{\n${members.join(',\n')}\n}\n`
}

function renderDays(days: readonly string[]): string {
  const years = [...new Set(days.map((day) => day.slice(0, 4)))]
  const lines = years.map((year) => days.filter((day) => day.startsWith(year)).map((day) => `"${day}"`).join(','))
  return `[\n    ${lines.join(',\n    ')}\n  ]`
}

/** What the installed package holds, with its version. */
export function readUpstream(): { upstream: Upstream; version: string } {
  const require = createRequire(import.meta.url)
  const read = (path: string): unknown => JSON.parse(readFileSync(require.resolve(path), 'utf8'))
  const { version } = read('chinese-days/package.json') as { version: string }
  return { upstream: read('chinese-days/dist/chinese-days.json') as Upstream, version }
}

function main(): void {
  const asOf = process.argv[process.argv.indexOf('--as-of') + 1] ?? ''
  if (!process.argv.includes('--as-of') || !/^\d{4}-\d{2}-\d{2}$/.test(asOf)) {
    console.error('usage: build.ts --as-of YYYY-MM-DD (the day the installed chinese-days was published)')
    process.exitCode = 2
    return
  }
  const { upstream, version } = readUpstream()
  const table = buildTable(upstream, version, asOf)
  writeFileSync(new URL('./state-council.json', import.meta.url), renderTable(table))
  console.log(`${table.offDays.length} days off, ${table.workDays.length} make-up days, through ${table.publishedThrough}`)
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main()
