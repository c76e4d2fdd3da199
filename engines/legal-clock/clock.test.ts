import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import type { ClockInput, ClockReading } from './clock.ts'
import { defaultExtensionRules, readClock } from './clock.ts'
import type { Pause } from './pauses.ts'
import { defaultPauseRules } from './pauses.ts'

const base: ClockInput = {
  start: { kind: 'acceptance', at: '2020-06-01' },
  legal: { n: 20, unit: 'workday' },
  promised: { n: 5, unit: 'workday' },
  now: '2020-06-01',
}
const hearing: Pause = { kind: 'hearing', from: '2020-06-04', to: '2020-06-09', noticeDays: 3 }

function read(change: Partial<ClockInput>): ClockReading {
  const reading = readClock(calendar, { ...base, ...change })
  if (!reading.ok) throw new Error(reading.code)
  return reading
}

function refusal(change: Partial<ClockInput>) {
  const reading = readClock(calendar, { ...base, ...change })
  return reading.ok ? null : reading
}

describe('the three clocks', () => {
  it('stand side by side', () => {
    // 2 Jun is day 1; 8 Jun is day 5; 25-27 Jun are Dragon Boat and 28 Jun is worked, so 30 Jun is day 20.
    expect(read({ now: '2020-06-03' })).toMatchObject({
      due: { legal: '2020-06-30', promised: '2020-06-08' },
      legal: { used: 2, left: 18, light: 'green' },
      promised: { used: 2, left: 3, light: 'green' },
      used: 2,
      left: 3,
      speedUp: 0.75,
      actual: { workdays: 2, days: 2, hours: null },
      state: 'running',
    })
  })

  it('measure wall time with pauses in it, to the end of the case', () => {
    const reading = read({ pauses: [hearing], finished: '2020-06-10T02:00:00Z', now: '2020-07-30', start: { kind: 'acceptance', at: '2020-06-01T01:00:00Z' } })
    expect(reading).toMatchObject({ state: 'finished', used: 4, actual: { workdays: 7, days: 9, hours: 217 } })
  })

  it('refuse a promise longer than the law, in whatever unit', () => {
    expect(refusal({ promised: { n: 21, unit: 'workday' } })).toEqual({ ok: false, code: 'promise-exceeds-legal' })
    expect(refusal({ promised: { n: 1, unit: 'month' } })).toEqual({ ok: false, code: 'promise-exceeds-legal' })
    expect(read({ promised: { n: 20, unit: 'workday' } }).speedUp).toBe(0)
    expect(read({ promised: { n: 25, unit: 'day' } })).toMatchObject({ due: { promised: '2020-06-28' }, speedUp: null })
  })

  it('compare years with months and days with hours for the speed-up', () => {
    expect(read({ legal: { n: 1, unit: 'year' }, promised: { n: 3, unit: 'month' } }).speedUp).toBe(0.75)
    const hours = { start: { kind: 'call', at: '2020-06-01T01:00:00Z' }, now: '2020-06-01T02:00:00Z' }
    expect(read({ ...hours, legal: { n: 2, unit: 'day' }, promised: { n: 12, unit: 'hour' } })).toMatchObject({
      speedUp: 0.75,
      due: { legal: '2020-06-03', promised: '2020-06-01T13:00:00.000Z' },
      promised: { used: 1, left: 11 },
    })
  })

  it('are provisional when one of them reaches beyond the published years', () => {
    const late = { start: { kind: 'acceptance', at: '2026-12-21' }, now: '2026-12-22' }
    expect(read(late)).toMatchObject({ provisional: true, legal: { provisional: true }, promised: { provisional: false } })
  })
})

describe('the light', () => {
  it.each([
    ['2020-06-04', 'green', 2],
    ['2020-06-05', 'yellow', 1],
    ['2020-06-08', 'yellow', 0],
    ['2020-06-09', 'red', -1],
  ])('of a promise of 5 working days is on %s %s with %i left', (now, light, left) => {
    expect(read({ now }).promised).toMatchObject({ light, left })
  })

  it('turns yellow with a fifth of a long limit left', () => {
    expect(read({ now: '2020-06-22' }).legal).toMatchObject({ left: 5, light: 'green' })
    expect(read({ now: '2020-06-23' }).legal).toMatchObject({ left: 4, light: 'yellow' })
  })

  it('of a finished case tells whether it was in time', () => {
    expect(read({ finished: '2020-06-08', now: '2020-08-01' }).light).toBe('green')
    expect(read({ finished: '2020-06-09', now: '2020-08-01' })).toMatchObject({ light: 'red', legal: { light: 'green' } })
  })

  it('of a same-day limit is yellow on the day and red after it', () => {
    const sameDay = { legal: { n: 0, unit: 'workday' }, promised: { n: 0, unit: 'workday' } } as const
    expect(read(sameDay)).toMatchObject({ due: { legal: '2020-06-01' }, light: 'yellow', speedUp: null })
    expect(read({ ...sameDay, now: '2020-06-02' }).light).toBe('red')
  })
})

describe('a pause', () => {
  it('takes out the days from its beginning up to the day it ends', () => {
    // 4, 5 and 8 Jun do not count, so that 9, 10 and 11 Jun are days 3 to 5.
    expect(read({ pauses: [hearing], now: '2020-06-08' })).toMatchObject({ state: 'paused', due: { promised: '2020-06-11' }, used: 2, left: 3 })
    expect(read({ pauses: [hearing], now: '2020-06-09' })).toMatchObject({ state: 'running', used: 3, left: 2 })
  })

  it('counts once where two overlap, whichever is named first', () => {
    const test: Pause = { kind: 'test', from: '2020-06-05', to: '2020-06-12', noticeDays: 5 }
    const together = read({ pauses: [{ ...hearing, to: '2020-06-12', noticeDays: 6 }] }).due
    expect(read({ pauses: [hearing, test] }).due).toEqual(together)
    expect(read({ pauses: [test, hearing] }).due).toEqual(together)
  })

  it('leaves the due day open while it is open, with a projection by its notice', () => {
    const open: Pause = { kind: 'hearing', from: '2020-06-04', noticeDays: 3 }
    const reading = read({ pauses: [open], now: '2020-06-05' })
    expect(reading).toMatchObject({ state: 'paused', due: { legal: null, promised: null }, projected: { promised: '2020-06-11' }, used: 2, left: 3 })
    expect(reading.warnings).toEqual([])
    // The notice ran out on 8 Jun; every further day moves the projection.
    const overrun = read({ pauses: [open], now: '2020-06-15' })
    expect(overrun).toMatchObject({ due: { promised: null }, projected: { promised: '2020-06-17' } })
    expect(overrun.warnings).toEqual([{ code: 'pause-longer-than-notice', pause: 0 }])
  })

  it('counts again beyond its notice where the rules say so', () => {
    const rules = { pauses: { ...defaultPauseRules, beyondNotice: 'counted' as const } }
    const open: Pause = { kind: 'hearing', from: '2020-06-04', noticeDays: 3 }
    expect(read({ rules, pauses: [open], now: '2020-06-15' })).toMatchObject({ state: 'running', due: { promised: '2020-06-11' }, light: 'red' })
  })

  it('is cut to its own cap, and all together to the total cap', () => {
    const long: Pause = { kind: 'hearing', from: '2020-06-04', to: '2020-06-15', noticeDays: 2 }
    const each = { pauses: { ...defaultPauseRules, cap: { each: 2 } } }
    const reading = read({ rules: each, pauses: [long], now: '2020-06-16' })
    expect(reading.due.promised).toBe('2020-06-10')
    expect(reading.warnings.map(({ code }) => code)).toEqual(['pause-longer-than-notice', 'pause-capped'])
    const second: Pause = { kind: 'test', from: '2020-06-16', to: '2020-06-23', noticeDays: 2 }
    const total = { pauses: { ...defaultPauseRules, cap: { total: 3 } } }
    expect(read({ rules: total, pauses: [long, second] }).due.legal).toBe(read({ pauses: [hearing] }).due.legal)
  })

  it('may begin on the last day but not after it', () => {
    const on = (from: string, more: Partial<Pause> = {}) => ({ pauses: [{ kind: 'hearing', from, to: '2020-07-20', noticeDays: 20, ...more }] })
    expect(read(on('2020-06-30')).due.legal).toBe('2020-07-20')
    expect(refusal(on('2020-07-01'))).toEqual({ ok: false, code: 'pause-after-deadline', pause: 0 })
    expect(refusal(on('2020-06-29', { noticeOn: '2020-07-01' }))).toEqual({ ok: false, code: 'pause-after-deadline', pause: 0 })
  })

  it.each([
    [{ ...hearing, noticeDays: undefined }, 'pause-without-notice'],
    [{ ...hearing, noticeDays: 0 }, 'pause-without-notice'],
    [{ ...hearing, noticeDays: 1.5 }, 'pause-without-notice'],
    [{ ...hearing, to: '2020-06-03' }, 'pause-ends-before-it-begins'],
    [{ ...hearing, from: '2020-05-29' }, 'pause-before-start'],
    [{ ...hearing, noticeDays: 31 }, 'pause-over-cap'],
    [{ ...hearing, kind: 'lunch' }, 'pause-kind-not-allowed'],
    [{ ...hearing, to: '2020-06-31' }, 'date-invalid'],
  ])('%j is refused: %s', (pause, code) => {
    const rules = { pauses: { ...defaultPauseRules, kinds: ['hearing'], cap: { total: 30 } } }
    expect(refusal({ rules, pauses: [hearing, pause as Pause] })).toEqual({ ok: false, code, pause: 1 })
  })

  it('needs no notice where the rules do not ask for one', () => {
    const rules = { pauses: { ...defaultPauseRules, noticeRequired: false } }
    const silent: Pause = { kind: 'correction', from: '2020-06-04', to: '2020-06-09' }
    expect(read({ rules, pauses: [silent] }).due).toEqual(read({ pauses: [hearing] }).due)
  })

  it('of a limit in hours takes out exactly its own time', () => {
    const hour = 3_600_000
    const zero = Date.parse('2020-06-01T00:00:00Z')
    const instant = (h: number) => new Date(zero + h * hour).toISOString()
    const anyPauses = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 })), { maxLength: 4 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 72 }), anyPauses, (n, spans) => {
        const pauses = spans.map(([from, length]): Pause => ({ kind: 'hearing', from: instant(from), to: instant(from + length), noticeDays: 3 }))
        const reading = readClock(calendar, { start: { kind: 'call', at: instant(0) }, legal: { n, unit: 'hour' }, now: instant(0), pauses })
        const paused = (h: number) => spans.some(([from, length]) => from <= h && h < from + length)
        let end = 0
        for (let counted = 0; counted < n; end++) if (!paused(end)) counted++
        if (reading.ok) expect(reading.due.legal).toBe(instant(end))
        else expect(reading.code).toBe('pause-after-deadline')
      }),
    )
  })
})

describe('an extension', () => {
  const extension = { n: 10, on: '2020-06-22', approvedBy: 'head of the organ', reason: 'expert opinion outstanding' }
  const rules = { extensions: { ...defaultExtensionRules, max: 10, times: 1 } }

  it('lengthens the legal limit, and the promise only by rule', () => {
    expect(read({ extensions: [extension] }).due).toEqual({ legal: '2020-07-14', promised: '2020-06-08' })
    const both = { extensions: { ...defaultExtensionRules, extends: 'both' as const } }
    expect(read({ extensions: [extension], rules: both }).due).toEqual({ legal: '2020-07-14', promised: '2020-06-22' })
  })

  it.each([
    [{ ...extension, on: '2020-07-01' }, 'extension-after-deadline'],
    [{ ...extension, n: 11 }, 'extension-over-limit'],
    [{ ...extension, n: 0 }, 'extension-invalid'],
    [{ ...extension, on: '2020-05-30' }, 'extension-invalid'],
    [{ ...extension, approvedBy: ' ' }, 'extension-without-approval'],
    [{ ...extension, reason: '' }, 'extension-without-approval'],
    [{ ...extension, on: 'soon' }, 'date-invalid'],
  ])('%j is refused: %s', (bad, code) => {
    expect(refusal({ extensions: [bad], rules })).toEqual({ ok: false, code, extension: 0 })
  })

  it('is allowed as often as the rules say', () => {
    const halves = [{ ...extension, n: 5 }, { ...extension, n: 5 }]
    expect(refusal({ extensions: halves, rules })).toEqual({ ok: false, code: 'extension-over-limit', extension: 1 })
  })

  it('makes room for a pause after the first deadline', () => {
    const pauses: Pause[] = [{ kind: 'hearing', from: '2020-07-02', to: '2020-07-06', noticeDays: 2 }]
    expect(refusal({ pauses })).toMatchObject({ code: 'pause-after-deadline' })
    expect(read({ pauses, extensions: [extension] }).due.legal).toBe('2020-07-16')
  })
})

describe('what cannot be read', () => {
  it.each([
    [{ now: '2020-05-31' }, 'now-before-start'],
    [{ now: 'today' }, 'date-invalid'],
    [{ start: { kind: 'acceptance', at: '2020-06-31' } }, 'date-invalid'],
    [{ legal: { n: -1, unit: 'workday' } }, 'period-invalid'],
    [{ promised: { n: 2, unit: 'hour' } }, 'instant-required'],
  ] as const)('%j: %s', (change, code) => {
    expect(refusal(change)).toEqual({ ok: false, code })
  })
})

describe('readings in general', () => {
  it('use and leave the whole limit, until it is over', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(60), fc.array(fc.nat(20), { maxLength: 3 }), (n, today, gaps) => {
        const day = (i: number) => new Date(Date.parse('2020-08-31') + i * 86_400_000).toISOString().slice(0, 10)
        const pauses = gaps.map((gap, i): Pause => ({ kind: 'test', from: day(gap), to: day(gap + 3 * i), noticeDays: 9 }))
        const reading = readClock(calendar, { start: { kind: 'acceptance', at: day(0) }, legal: { n, unit: 'workday' }, now: day(today), pauses })
        if (!reading.ok || reading.light === 'red') return
        expect(reading.used + reading.left).toBe(n)
      }),
    )
  })
})
