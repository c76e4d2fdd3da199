import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import { addWorkdays, isWorkday, workdaysBetween } from './calendar.ts'
import { dayNumberOf, dayText } from './days.ts'
import type { Period } from './period.ts'
import { defaultPeriodRules, dueBefore, dueDate } from './period.ts'

const anyDay = fc.integer({ min: dayNumberOf('2013-01-01'), max: dayNumberOf('2025-12-31') }).map(dayText)
const anyDayPeriod = fc.record({ n: fc.integer({ min: 1, max: 60 }), unit: fc.constantFrom('workday', 'day', 'month', 'year') })

describe('dueDate', () => {
  it('never ends on a day off, and starts counting the day after the event', () => {
    fc.assert(
      fc.property(anyDay, anyDayPeriod, (start, period) => {
        const result = dueDate(calendar, start, period as Period)
        expect(result.ok && isWorkday(calendar, result.due).workday && result.due > start).toBe(true)
      }),
    )
  })

  it('counts n working days', () => {
    fc.assert(
      fc.property(anyDay, fc.nat(100), (start, n) => {
        const result = dueDate(calendar, addWorkdays(calendar, start, 1), { n, unit: 'workday' })
        expect(result.ok && workdaysBetween(calendar, addWorkdays(calendar, start, 1), result.due)).toBe(n)
      }),
    )
  })

  it('leaves a last day on a holiday where it is when the rules say so', () => {
    const rules = { ...defaultPeriodRules, rollForward: false }
    expect(dueDate(calendar, '2020-04-16', { n: 15, unit: 'day' }, rules)).toEqual({ ok: true, due: '2020-05-01', provisional: false })
    expect(dueDate(calendar, '2026-12-30', { n: 15, unit: 'day' }, rules)).toMatchObject({ provisional: false })
  })

  it('is provisional as soon as it rests on an unpublished year', () => {
    expect(dueDate(calendar, '2026-12-24', { n: 5, unit: 'workday' })).toEqual({ ok: true, due: '2026-12-31', provisional: false })
    expect(dueDate(calendar, '2026-12-24', { n: 6, unit: 'workday' })).toMatchObject({ provisional: true })
    expect(dueDate(calendar, '2012-12-20', { n: 20, unit: 'workday' })).toMatchObject({ provisional: true })
  })

  it('gives a same-day limit that day, or the next working day', () => {
    expect(dueDate(calendar, '2020-05-06', { n: 0, unit: 'workday' })).toMatchObject({ due: '2020-05-06' })
    expect(dueDate(calendar, '2020-05-02T03:00:00Z', { n: 0, unit: 'workday' })).toMatchObject({ due: '2020-05-06' })
  })

  it.each([
    ['2020-02-30', { n: 5, unit: 'workday' }, 'date-invalid'],
    ['2020-02-03', { n: 4, unit: 'hour' }, 'instant-required'],
    ['2020-02-03', { n: -1, unit: 'day' }, 'period-invalid'],
    ['2020-02-03', { n: 1.5, unit: 'workday' }, 'period-invalid'],
    ['2020-02-03', { n: NaN, unit: 'month' }, 'period-invalid'],
  ] as const)('refuses %s with %j', (start, period, code) => {
    expect(dueDate(calendar, start, period)).toEqual({ ok: false, code })
  })
})

describe('dueBefore', () => {
  it('counts back so that the whole period lies before the end', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 1, max: 60 }), (end, n) => {
        const result = dueBefore(calendar, end, { n, unit: 'workday' })
        const endOrAfter = isWorkday(calendar, end).workday ? end : addWorkdays(calendar, end, 1)
        expect(result.ok && workdaysBetween(calendar, result.due, endOrAfter)).toBe(n)
      }),
    )
  })

  it('counts back days, months and hours', () => {
    expect(dueBefore(calendar, '2020-10-08', { n: 7, unit: 'day' })).toMatchObject({ due: '2020-10-01' })
    expect(dueBefore(calendar, '2021-03-31', { n: 1, unit: 'month' })).toMatchObject({ due: '2021-02-28' })
    expect(dueBefore(calendar, '2020-10-08T04:00:00Z', { n: 4, unit: 'hour' })).toMatchObject({ due: '2020-10-08T00:00:00.000Z' })
  })
})
