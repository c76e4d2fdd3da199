import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import { isWorkday } from './calendar.ts'
import { readClock } from './clock.ts'
import type { LedgerInput, LedgerPause, Stay } from './counted-time.ts'
import { readLedger } from './counted-time.ts'
import { dayNumberOf, dayText } from './days.ts'

const zero = dayNumberOf('2020-01-02')
const day = (i: number) => dayText(zero + i)
const parties = ['government', 'government-intermediary', 'utility', 'owner', 'owner-intermediary']
const anyStay = fc.record({ party: fc.constantFrom(...parties), from: fc.nat(60), length: fc.nat(30), counts: fc.boolean(), open: fc.boolean() })
const anyPause = fc.record({ from: fc.nat(60), length: fc.nat(20) })
const anyLedger = fc.record({
  stays: fc.array(anyStay, { maxLength: 8 }),
  pauses: fc.array(anyPause, { maxLength: 3 }),
  order: fc.shuffledSubarray(parties),
  unit: fc.constantFrom('workday', 'day'),
})

const now = 95
const stayOf = ({ party, from, length, counts, open }: { party: string; from: number; length: number; counts: boolean; open: boolean }): Stay => ({
  party, from: day(from), counts, ...(open ? {} : { to: day(from + length) }),
})
const pauseOf = ({ from, length }: { from: number; length: number }): LedgerPause => ({ from: day(from), to: day(from + length) })

describe('the counted-time ledger', () => {
  it('adds up to its total, and agrees with a day-by-day attribution', () => {
    fc.assert(
      fc.property(anyLedger, ({ stays, pauses, order, unit }) => {
        const input: LedgerInput = { stays: stays.map(stayOf), pauses: pauses.map(pauseOf), order, unit: unit as 'workday' | 'day', now: day(now) }
        const result = readLedger(calendar, input)
        if (!result.ok) throw new Error(result.code)
        expect(result.entries.reduce((sum, { counted }) => sum + counted, 0)).toBe(result.total)

        const rank = [...order, ...stays.map(({ party }) => party)]
        const expected = new Map<string, number>()
        for (let d = 0; d <= 130; d++) {
          if (unit === 'workday' && !isWorkday(calendar, day(d)).workday) continue
          if (pauses.some(({ from, length }) => from <= d && d < from + length)) continue
          const present = stays.filter(({ from, length, counts, open }) => counts && from < d && d <= (open ? now : from + length))
          const holder = present.map(({ party }) => party).sort((a, b) => rank.indexOf(a) - rank.indexOf(b))[0]
          if (holder !== undefined) expected.set(holder, (expected.get(holder) ?? 0) + 1)
        }
        for (const { party, counted } of result.entries) expect(counted, party).toBe(expected.get(party) ?? 0)
      }),
      { numRuns: 500 },
    )
  })

  it('never attributes more than a party held, nor less in total than the party that held most', () => {
    fc.assert(
      fc.property(anyLedger, ({ stays, pauses, order, unit }) => {
        const result = readLedger(calendar, { stays: stays.map(stayOf), pauses: pauses.map(pauseOf), order, unit: unit as 'workday' | 'day', now: day(now) })
        if (!result.ok) throw new Error(result.code)
        for (const { counted, held } of result.entries) {
          expect(counted).toBeLessThanOrEqual(held)
          expect(held).toBeLessThanOrEqual(result.total)
        }
      }),
    )
  })

  it('counts for one government stay what the clock has used', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(anyPause, { maxLength: 3 }), (length, pauses) => {
        const stays: Stay[] = [{ party: 'government', from: day(0), to: day(length), counts: true }]
        const ledger = readLedger(calendar, { stays, pauses: pauses.map(pauseOf), unit: 'workday', now: day(now) })
        const clock = readClock(calendar, {
          start: { kind: 'acceptance', at: day(0) }, legal: { n: 400, unit: 'workday' }, now: day(length),
          pauses: pauses.map((pause) => ({ ...pauseOf(pause), kind: 'hearing', noticeDays: 5 })),
        })
        expect(ledger.ok && clock.ok && ledger.total - clock.used).toBe(0)
      }),
    )
  })

  it('tells the stages of a project apart: owner time does not count, overlaps count once', () => {
    const stays: Stay[] = [
      { party: 'owner', from: '2020-03-02', to: '2020-03-16', counts: false },
      { party: 'government', from: '2020-03-16', to: '2020-03-27', counts: true },
      { party: 'utility', from: '2020-03-20', to: '2020-04-03', counts: true },
    ]
    // Government 17-20 and 23-27 March: 9. Utility 23 March-3 April is 10, of which 30 March-3 April are its alone.
    expect(readLedger(calendar, { stays, unit: 'workday', now: '2020-04-10', order: ['government', 'utility'] })).toEqual({
      ok: true,
      total: 14,
      entries: [
        { party: 'government', counted: 9, held: 9, uncounted: 0 },
        { party: 'utility', counted: 5, held: 10, uncounted: 0 },
        { party: 'owner', counted: 0, held: 0, uncounted: 10 },
      ],
    })
  })

  it('is exact in hours', () => {
    const stays: Stay[] = [{ party: 'government', from: '2020-03-16T01:00:00Z', to: '2020-03-16T09:30:00Z', counts: true }]
    const pauses = [{ from: '2020-03-16T03:00:00Z', to: '2020-03-16T04:00:00Z' }]
    expect(readLedger(calendar, { stays, pauses, unit: 'hour', now: '2020-03-17T00:00:00Z' })).toMatchObject({
      total: 7.5, entries: [{ counted: 7.5, uncounted: 1 }],
    })
  })

  it.each([
    [{ from: '2020-03-16', to: '2020-03-15' }, 'workday', 'stay-ends-before-it-begins'],
    [{ from: '2020-03-32' }, 'day', 'date-invalid'],
    [{ from: '2020-03-16', to: '2020-03-17' }, 'hour', 'instant-required'],
  ] as const)('refuses %j in %ss: %s', (stay, unit, code) => {
    const stays: Stay[] = [{ party: 'government', counts: true, ...stay }]
    expect(readLedger(calendar, { stays, unit, now: '2020-04-01T00:00:00Z' })).toEqual({ ok: false, code, stay: 0 })
  })
})
