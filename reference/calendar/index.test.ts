import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildTable, corrections, readUpstream, renderTable } from './build.ts'
import { stateCouncilCalendar as table } from './index.ts'

const papers = new URL('../../../shared/data/holidays/', import.meta.url)
const hasPapers = existsSync(papers)

describe('the shipped calendar', () => {
  it('is what build.ts makes of the installed chinese-days', () => {
    const { upstream, version } = readUpstream()
    const committed = readFileSync(new URL('./state-council.json', import.meta.url), 'utf8')
    expect(renderTable(buildTable(upstream, version, table.asOf))).toBe(committed)
    expect(table.sourceVersion).toBe(version)
  })

  it('names no day twice and covers every year from 2013 on', () => {
    const days = [...table.offDays, ...table.workDays]
    expect(new Set(days).size).toBe(days.length)
    for (let year = table.publishedFrom; year <= table.publishedThrough; year++) {
      expect(table.offDays).toContain(`${year}-10-01`)
    }
    expect([table.publishedFrom, table.publishedThrough]).toEqual([2013, 2026])
  })

  it('has the Spring Festival of 2020 as extended to 2 February', () => {
    for (const day of ['2020-01-31', '2020-02-01', '2020-02-02']) expect(table.offDays).toContain(day)
    expect(table.workDays).toContain('2020-01-19')
    expect(table.workDays).not.toContain('2020-02-01')
  })

  it.skipIf(!hasPapers)(`agrees day by day with the papers of 2013-2026${hasPapers ? '' : ' (skipped: ../shared/data/holidays is absent)'}`, () => {
    const papered = paperDays()
    const off = new Set(table.offDays)
    const work = new Set(table.workDays)
    const differences: string[] = []
    let compared = 0
    for (let at = Date.UTC(2013, 0, 1); at <= Date.UTC(2026, 11, 31); at += 86_400_000) {
      const day = new Date(at).toISOString().slice(0, 10)
      const isWeekday = ![0, 6].includes(new Date(at).getUTCDay())
      const shipped = isWeekday ? !off.has(day) : work.has(day)
      const published = papered.has(day) ? !papered.get(day) : isWeekday
      if (shipped !== published) differences.push(`${day}: shipped ${shipped}, paper ${published}`)
      compared++
    }
    console.log(`compared ${compared} days with the papers, ${differences.length} differ, ${corrections.length} corrections shipped`)
    expect(differences).toEqual([])
    expect(compared).toBe(5113)
  })
})

describe('building the table', () => {
  const upstream = {
    holidays: { '2013-01-01': 'x', '2013-10-01': 'x', '2014-10-01': 'x', '2012-12-31': 'x' },
    workdays: { '2013-01-05': 'x' },
  }

  it('leaves out earlier years and ends with the last year that has a National Day', () => {
    const built = buildTable({ ...upstream, workdays: { ...upstream.workdays, '2014-12-28': 'from the next paper' } }, '1', '2014-01-01')
    expect(built.offDays).toEqual(['2013-01-01', '2013-10-01', '2014-10-01'])
    expect(built.workDays).toEqual(['2013-01-05', '2014-12-28'])
    expect(built.publishedThrough).toBe(2014)
  })

  it('refuses a gap of a year', () => {
    expect(() => buildTable({ ...upstream, holidays: { '2013-10-01': 'x', '2015-10-01': 'x' } }, '1', '2014-01-01')).toThrow('2014')
  })

  it('applies dated corrections and ships them', () => {
    const fixes = [
      { day: '2013-01-01', isOff: false, source: 'paper A', correctedOn: '2014-01-02' },
      { day: '2013-01-05', isOff: true, source: 'paper A', correctedOn: '2014-01-02' },
    ]
    const built = buildTable(upstream, '1', '2014-01-01', fixes)
    expect(built.offDays).toEqual(['2013-01-05', '2013-10-01', '2014-10-01'])
    expect(built.workDays).toEqual(['2013-01-01'])
    expect(built.corrections).toEqual(fixes)
  })
})

/** Day → whether it is off, from the transcribed papers. */
function paperDays(): Map<string, boolean> {
  const days = new Map<string, boolean>()
  for (let year = 2013; year <= 2026; year++) {
    const paper = JSON.parse(readFileSync(new URL(`${year}.json`, papers), 'utf8')) as { days: { date: string; isOffDay: boolean }[] }
    for (const { date, isOffDay } of paper.days) days.set(date, isOffDay)
  }
  return days
}
