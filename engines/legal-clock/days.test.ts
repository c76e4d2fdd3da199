import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addMonths, dayNumber, dayOf, dayText, instantMs, msOf, weekdayOf } from './days.ts'

describe('days', () => {
  it('go to text and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 60_000 }), (n) => {
        expect(dayNumber(dayText(n))).toBe(n)
      }),
    )
  })

  it('are the days the platform names, over centuries and leap years', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: -700_000, max: 2_900_000 }), fc.integer({ min: 15_000, max: 21_000 })), (n) => {
        expect(dayText(n)).toBe(new Date(n * 86_400_000).toISOString().slice(0, 10))
      }),
      { numRuns: 2000 },
    )
  })

  it.each(['1900-02-29', '2021-02-29', '2020-04-31', '2020-00-10', '2020-13-01', '2020-01-00', '2020-1-1'])('%j is no date', (text) => {
    expect(dayNumber(text)).toBeNull()
  })

  it('fall on the weekday the platform knows', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 60_000 }), (n) => {
        expect((weekdayOf(n) + 1) % 7).toBe(new Date(n * 86_400_000).getUTCDay())
      }),
    )
  })

  it('of an instant are those of Shanghai', () => {
    expect(dayText(dayOf('2020-01-31T15:59:59Z')!)).toBe('2020-01-31')
    expect(dayText(dayOf('2020-01-31T16:00:00Z')!)).toBe('2020-02-01')
    expect(dayText(dayOf('2020-02-01T00:30:00+08:00')!)).toBe('2020-02-01')
    expect(msOf('2020-02-01')).toBe(Date.parse('2020-01-31T16:00:00Z'))
  })

  it.each(['2020-02-30T00:00:00Z', '2020-01-31T10:00:00', '2020-01-31', '31.1.2020', '2020-01-31T25:00:00Z'])('%j is no instant', (text) => {
    expect(instantMs(text)).toBeNull()
  })

  it('keep their number in another month, or take its last day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: -60, max: 60 }), (n, months) => {
        const [year, month, day] = dayText(n).split('-').map(Number) as [number, number, number]
        const [y, m, d] = dayText(addMonths(n, months)).split('-').map(Number) as [number, number, number]
        expect(y * 12 + m).toBe(year * 12 + month + months)
        const lastOfMonth = new Date(Date.UTC(y, m, 0)).getUTCDate()
        expect(d).toBe(Math.min(day, lastOfMonth))
      }),
    )
  })
})
