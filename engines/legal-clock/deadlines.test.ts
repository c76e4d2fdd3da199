/**
 * Deadlines counted by hand on a printed calendar of the State Council's notices, not with the engine. `counted` lists
 * the days in order, with the number reached in brackets; "W" marks a make-up working day on a weekend.
 */
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import type { Extension } from './clock.ts'
import { readClock } from './clock.ts'
import type { Pause } from './pauses.ts'
import type { Period } from './period.ts'

interface Deadline {
  readonly start: string
  readonly period: Period
  readonly pauses?: readonly Pause[]
  readonly extensions?: readonly Extension[]
  readonly due: string
  readonly provisional?: true
  readonly counted: string
  readonly cite: string
}

const workdays = (n: number): Period => ({ n, unit: 'workday' })
const notice = '行政许可法 第32、82条, sheet 0.2 [C:8]'
const decision = '行政许可法 第42、82条, sheet 0.2 [C:8]'
const joint = '行政许可法 第42条第2款、82条, sheet 0.2 [C:8]'
const delivery = '行政许可法 第44、82条, sheet 0.2 [C:8]'
const special = '行政许可法 第42、45条, sheet 0.2 [C:8]; which end days of a pause count: unverified'
const civil = '民法典 第201—203条 (sheet 0.2 [K]): unverified for administrative periods'

const deadlines: readonly Deadline[] = [
  { start: '2013-02-06', period: workdays(5), due: '2013-02-18', cite: notice,
    counted: 'Feb 7, 8, 16W, 17W, 18; 9-15 Spring Festival' },
  { start: '2013-04-26', period: workdays(5), due: '2013-05-06', cite: notice,
    counted: 'Apr 27W, 28W, May 2, 3, 6; 29 Apr-1 May Labour Day' },
  { start: '2013-09-18', period: workdays(10), due: '2013-10-09', cite: delivery,
    counted: 'Sep 22W, 23, 24, 25, 26, 27, 29W, 30, Oct 8, 9; 19-21 Mid-autumn, 1-7 National Day' },
  { start: '2014-12-30', period: workdays(5), due: '2015-01-07', cite: notice,
    counted: 'Dec 31, Jan 4W, 5, 6, 7; 1-3 New Year' },
  { start: '2015-02-13', period: workdays(20), due: '2015-03-18', cite: decision,
    counted: 'Feb 15W, 16, 17, 25, 26, 27, 28W (7), Mar 2-6 (12), 9-13 (17), 16, 17, 18; 18-24 Feb Spring Festival' },
  { start: '2015-09-01', period: workdays(5), due: '2015-09-09', cite: notice,
    counted: 'Sep 2, 6W, 7, 8, 9; 3-5 the Victory Day holiday of the amending notice of May 2015' },
  { start: '2015-12-18', period: workdays(20), due: '2016-01-18', cite: decision,
    counted: 'Dec 21-25 (5), 28-31 (9), Jan 4-8 (14), 11-15 (19), 18; 1 Jan New Year' },
  { start: '2016-02-03', period: workdays(5), due: '2016-02-15', cite: notice,
    counted: 'Feb 4, 5, 6W, 14W, 15; 7-13 Spring Festival' },
  { start: '2016-06-07', period: workdays(5), due: '2016-06-15', cite: notice,
    counted: 'Jun 8, 12W, 13, 14, 15; 9-11 Dragon Boat' },
  { start: '2017-01-20', period: workdays(10), due: '2017-02-08', cite: delivery,
    counted: 'Jan 22W, 23, 24, 25, 26, Feb 3, 4W, 6, 7, 8; 27 Jan-2 Feb Spring Festival' },
  { start: '2017-09-27', period: workdays(20), due: '2017-10-31', cite: decision,
    counted: 'Sep 28, 29, 30W (3), Oct 9-13 (8), 16-20 (13), 23-27 (18), 30, 31; 1-8 National Day with Mid-autumn' },
  { start: '2018-12-27', period: workdays(5), due: '2019-01-04', cite: notice,
    counted: 'Dec 28, 29W, Jan 2, 3, 4; 30 Dec-1 Jan New Year by the notice for 2019' },
  { start: '2019-01-14', period: workdays(45), due: '2019-03-21', cite: joint,
    counted: 'Jan 15-18 (4), 21-25 (9), 28-31 (13), Feb 1 (14), 2W, 3W (16), 11-15 (21), 18-22 (26), 25-28 (30), Mar 1 (31), 4-8 (36), 11-15 (41), 18-21 (45); 4-10 Feb Spring Festival' },
  { start: '2019-04-26', period: workdays(5), due: '2019-05-06', cite: notice,
    counted: 'Apr 28W, 29, 30, May 5W, 6; 1-4 Labour Day by the amending notice of March 2019' },
  { start: '2020-01-17', period: workdays(20), due: '2020-02-21', cite: decision,
    counted: 'Jan 19W, 20-23 (5), Feb 3-7 (10), 10-14 (15), 17-21 (20); 24 Jan-2 Feb Spring Festival as extended on 27 Jan' },
  { start: '2020-01-22', period: workdays(5), due: '2020-02-06', cite: notice,
    counted: 'Jan 23, Feb 3, 4, 5, 6; 24 Jan-2 Feb Spring Festival as extended, 1 Feb no longer a working day' },
  { start: '2020-04-20', period: workdays(20), due: '2020-06-02', cite: decision,
    extensions: [{ n: 10, on: '2020-05-15', approvedBy: 'head of the organ', reason: 'further review' }],
    counted: 'Apr 21-24 (4), 26W, 27-30 (9), May 6-8 (12), 9W (13), 11-15 (18), 18, 19 (20); ten more: 20, 21, 22 (23), 25-29 (28), Jun 1, 2; 1-5 May Labour Day' },
  { start: '2020-06-22', period: workdays(5), due: '2020-06-30', cite: notice,
    counted: 'Jun 23, 24, 28W, 29, 30; 25-27 Dragon Boat' },
  { start: '2020-09-21', period: workdays(10), due: '2020-10-20', cite: special,
    pauses: [{ kind: 'expert-review', from: '2020-09-25', to: '2020-10-12', noticeDays: 10 }],
    counted: 'Sep 22, 23, 24, paused 25 Sep-11 Oct, Oct 12-16 (8), 19, 20' },
  { start: '2020-05-06', period: workdays(20), due: '2020-06-16', cite: special,
    pauses: [
      { kind: 'hearing', from: '2020-05-11', to: '2020-05-18', noticeDays: 5 },
      { kind: 'inspection', from: '2020-05-14', to: '2020-05-25', noticeDays: 10 },
    ],
    counted: 'May 7, 8, 9W, both pauses together 11-24, May 25-29 (8), Jun 1-5 (13), 8-12 (18), 15, 16' },
  { start: '2021-02-05', period: workdays(10), due: '2021-02-24', cite: delivery,
    counted: 'Feb 7W, 8, 9, 10, 18, 19, 20W, 22, 23, 24; 11-17 Spring Festival' },
  { start: '2021-09-15', period: workdays(20), due: '2021-10-19', cite: decision,
    counted: 'Sep 16, 17, 18W, 22-24 (6), 26W, 27-30 (11), Oct 8, 9W (13), 11-15 (18), 18, 19; 19-21 Sep Mid-autumn, 1-7 Oct National Day' },
  { start: '2022-12-23', period: workdays(20), due: '2023-01-28', cite: decision,
    counted: 'Dec 26-30 (5), Jan 3-6 (9), 9-13 (14), 16-20 (19), 28W: a Saturday; 31 Dec-2 Jan New Year, 21-27 Jan Spring Festival' },
  { start: '2023-02-06', period: workdays(5), due: '2023-02-20', cite: special,
    pauses: [{ kind: 'test', from: '2023-02-13', to: '2023-02-20', noticeDays: 5 }],
    counted: 'Feb 7, 8, 9, 10, paused on the last day 13-19, Feb 20' },
  { start: '2023-09-28', period: workdays(5), due: '2023-10-11', cite: notice,
    counted: 'Oct 7W, 8W, 9, 10, 11; 29 Sep-6 Oct Mid-autumn and National Day' },
  { start: '2024-02-02', period: workdays(10), due: '2024-02-21', cite: delivery,
    counted: 'Feb 4W, 5-9 (6, New Year\'s Eve was a working day), 18W, 19, 20, 21; 10-17 Spring Festival' },
  { start: '2024-04-02', period: workdays(20), due: '2024-04-30', cite: decision,
    counted: 'Apr 3, 7W, 8-12 (7), 15-19 (12), 22-26 (17), 28W, 29, 30; 4-6 Tomb-sweeping' },
  { start: '2025-01-24', period: workdays(5), due: '2025-02-07', cite: notice,
    counted: 'Jan 26W, 27, Feb 5, 6, 7; 28 Jan-4 Feb Spring Festival' },
  { start: '2025-10-04', period: workdays(5), due: '2025-10-14', cite: notice,
    counted: 'received online on a holiday; Oct 9, 10, 11W, 13, 14; 1-8 National Day with Mid-autumn' },
  { start: '2026-02-10', period: workdays(20), due: '2026-03-16', cite: decision,
    counted: 'Feb 11, 12, 13, 14W (4), 24-27 (8), 28W, Mar 2-6 (14), 9-13 (19), 16; 15-23 Feb Spring Festival' },
  { start: '2026-09-17', period: workdays(10), due: '2026-10-08', cite: delivery,
    counted: 'Sep 18, 20W, 21-24 (6), 28, 29, 30 (9), Oct 8; 25-27 Sep Mid-autumn, 1-7 Oct National Day' },
  { start: '2026-12-24', period: workdays(10), due: '2027-01-07', provisional: true, cite: delivery,
    counted: 'Dec 25, 28-31 (5), Jan 1 by weekday only, since the notice for 2027 is not out (6), 4-7 (10)' },
  { start: '2020-04-16', period: { n: 15, unit: 'day' }, due: '2020-05-06', cite: civil,
    counted: '15 days from 17 Apr end on 1 May; 1-5 May Labour Day, so 6 May' },
  { start: '2020-01-31', period: { n: 1, unit: 'month' }, due: '2020-03-02', cite: civil,
    counted: 'February 2020 has no 31st: 29 Feb, a Saturday, so Monday 2 Mar' },
  { start: '2024-11-30', period: { n: 3, unit: 'month' }, due: '2025-02-28', cite: civil,
    counted: 'February 2025 has no 30th: 28 Feb, a Friday' },
  { start: '2024-02-29', period: { n: 1, unit: 'year' }, due: '2025-02-28', cite: civil,
    counted: '2025 has no 29 Feb: 28 Feb, a Friday' },
  { start: '2020-09-30T09:00:00Z', period: { n: 48, unit: 'hour' }, due: '2020-10-02T09:00:00.000Z', cite: civil,
    counted: 'hours run through the holiday: 48 h from 17:00 on 30 Sep in Shanghai end at 17:00 on 2 Oct' },
]

describe('deadlines counted by hand', () => {
  it.each(deadlines)('$start + $period.n $period.unit = $due ($counted)', ({ start, period, pauses, extensions, due, provisional }) => {
    const reading = readClock(calendar, {
      start: { kind: 'acceptance', at: start },
      legal: period,
      now: start,
      ...(pauses ? { pauses } : {}),
      ...(extensions ? { extensions } : {}),
    })
    expect(reading).toMatchObject({ ok: true, due: { legal: due }, provisional: provisional ?? false })
  })

  it('are at least thirty, of every year from 2013 to 2026, each with its source', () => {
    expect(deadlines.length).toBeGreaterThanOrEqual(30)
    const years = new Set(deadlines.flatMap(({ start, due }) => [start.slice(0, 4), due.slice(0, 4)]))
    for (let year = 2013; year <= 2026; year++) expect(years).toContain(String(year))
    for (const { cite } of deadlines) expect(cite).toMatch(/\[C:\d+\]|unverified/)
  })
})
