import fc from 'fast-check'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { Calendar } from './calendar.ts'
import { addWorkdays, isWorkday, nextWorkday, workdaysBetween } from './calendar.ts'
import { dayNumberOf, dayText } from './days.ts'

const papers = new URL('../../../shared/data/holidays/', import.meta.url)
const hasPapers = existsSync(papers)
const first = dayNumberOf('2012-06-01')
const last = dayNumberOf('2028-06-01')
const anyDay = fc.integer({ min: first, max: last }).map(dayText)
const real: Calendar = stateCouncilCalendar

/** Calendars nobody would publish: any day may be off, any may be a working day. */
const anyCalendar = fc
  .uniqueArray(fc.tuple(fc.integer({ min: first, max: first + 200 }), fc.boolean()), { selector: ([day]) => day, maxLength: 80 })
  .map((days): Calendar => ({
    publishedFrom: 2012,
    publishedThrough: 2013,
    offDays: days.filter(([, off]) => off).map(([day]) => dayText(day)),
    workDays: days.filter(([, off]) => !off).map(([day]) => dayText(day)),
  }))

const anyCase = fc.oneof(
  fc.tuple(fc.constant(real), anyDay),
  fc.tuple(anyCalendar, fc.integer({ min: first, max: first + 200 }).map(dayText)),
)

describe('isWorkday', () => {
  it.skipIf(!hasPapers)(`agrees with the papers on all 5,113 days${hasPapers ? '' : ' (skipped: ../shared/data/holidays is absent)'}`, () => {
    const off = new Map<string, boolean>()
    for (let year = 2013; year <= 2026; year++) {
      const { days } = JSON.parse(readFileSync(new URL(`${year}.json`, papers), 'utf8')) as { days: { date: string; isOffDay: boolean }[] }
      for (const { date, isOffDay } of days) off.set(date, isOffDay)
    }
    let compared = 0
    for (let number = dayNumberOf('2013-01-01'); number <= dayNumberOf('2026-12-31'); number++, compared++) {
      const day = dayText(number)
      const isWeekend = [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())
      expect(isWorkday(real, day), day).toEqual({ workday: off.has(day) ? !off.get(day) : !isWeekend, provisional: false })
    }
    expect(compared).toBe(5113)
  })

  it('knows only weekends outside the published years, and says so', () => {
    expect(isWorkday(real, '2027-10-01')).toEqual({ workday: true, provisional: true })
    expect(isWorkday(real, '2027-10-02')).toEqual({ workday: false, provisional: true })
    expect(isWorkday(real, '2012-12-31')).toEqual({ workday: true, provisional: true })
    expect(isWorkday(real, '2026-12-31').provisional).toBe(false)
  })

  it.each(['2020-02-30', '2020-2-3', '20200203', '2020-02-03T00:00:00Z', ''])('rejects %j as a date', (text) => {
    expect(() => isWorkday(real, text)).toThrow('date-invalid')
  })

  it('rejects a calendar that contradicts itself', () => {
    const torn: Calendar = { publishedFrom: 2020, publishedThrough: 2020, offDays: ['2020-02-01'], workDays: ['2020-02-01'] }
    expect(() => isWorkday(torn, '2020-02-03')).toThrow('calendar-contradiction')
  })
})

describe('counting working days', () => {
  it('counts, day by day, what isWorkday says', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: -150, max: 150 }), ([calendar, from], span) => {
        const to = dayText(dayNumberOf(from) + span)
        const [low, high] = span < 0 ? [to, from] : [from, to]
        let count = 0
        for (let day = dayNumberOf(low) + 1; day <= dayNumberOf(high); day++) if (isWorkday(calendar, dayText(day)).workday) count++
        expect(workdaysBetween(calendar, from, to)).toBe(span < 0 ? 0 - count : count)
      }),
    )
  })

  it('finds the n-th working day by walking', () => {
    fc.assert(
      fc.property(anyCase, fc.integer({ min: -80, max: 80 }), ([calendar, from], n) => {
        let day = dayNumberOf(from)
        for (let left = Math.abs(n); left > 0; ) {
          day += Math.sign(n)
          if (isWorkday(calendar, dayText(day)).workday) left--
        }
        expect(addWorkdays(calendar, from, n)).toBe(dayText(day))
      }),
    )
  })

  it('adds in parts what it adds at once', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(60), fc.nat(60), (day, a, b) => {
        expect(addWorkdays(real, addWorkdays(real, day, a), b)).toBe(addWorkdays(real, day, a + b))
      }),
    )
  })

  it('rolls a day off forward and leaves a working day alone', () => {
    fc.assert(
      fc.property(anyCase, ([calendar, day]) => {
        const next = nextWorkday(calendar, day)
        expect(isWorkday(calendar, next).workday).toBe(true)
        expect(next === day).toBe(isWorkday(calendar, day).workday)
        for (let at = dayNumberOf(day); at < dayNumberOf(next); at++) expect(isWorkday(calendar, dayText(at)).workday).toBe(false)
      }),
    )
  })

  it('rejects half a working day', () => {
    expect(() => addWorkdays(real, '2020-01-02', 1.5)).toThrow('period-invalid')
  })
})
