import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { Calendar } from './calendar.ts'
import type { ClockInput } from './clock.ts'
import { readClock } from './clock.ts'
import type { GivenAnswer } from './recompute.ts'
import { recompute } from './recompute.ts'

const newest: Calendar = stateCouncilCalendar

/** As published in November 2019: Spring Festival 24-30 January, 1 February a working day. */
const beforeExtension: Calendar = {
  ...newest,
  offDays: newest.offDays.filter((day) => !['2020-01-31', '2020-02-01', '2020-02-02'].includes(day)),
  workDays: [...newest.workDays, '2020-02-01'],
}

/** As known in the summer of 2025, before the notice for 2026. */
const through2025: Calendar = {
  publishedFrom: 2013,
  publishedThrough: 2025,
  offDays: newest.offDays.filter((day) => day < '2026'),
  workDays: newest.workDays.filter((day) => day < '2026'),
}

function given(calendar: Calendar, id: string, input: ClockInput): GivenAnswer {
  const reading = readClock(calendar, input)
  if (!reading.ok) throw new Error(reading.code)
  return { id, input, due: reading.due, provisional: reading.provisional }
}

const clock = (at: string, n: number, more: Partial<ClockInput> = {}): ClockInput => ({
  start: { kind: 'acceptance', at }, legal: { n, unit: 'workday' }, now: at, ...more,
})

describe('a newer calendar', () => {
  it('moves provisional answers, and leaves alone what it does not reach', () => {
    const answers = [
      given(through2025, 'moves', clock('2025-12-25', 10)),
      given(through2025, 'moves-too', clock('2025-12-29', 13)),
      given(through2025, 'still-open', clock('2026-12-25', 10)),
      given(through2025, 'untouched', clock('2025-12-01', 10)),
    ]
    expect(answers.map(({ provisional }) => provisional)).toEqual([true, true, true, false])
    expect(recompute(newest, answers)).toEqual({
      changed: [
        // By weekdays 26, 29, 30, 31 Dec, 1, 2, 5, 6, 7, 8 Jan; by the notice 1-3 Jan are off and Sunday the 4th is worked.
        { id: 'moves', clock: 'legal', before: '2026-01-08', after: '2026-01-09', wasProvisional: true, provisional: false },
        { id: 'moves', clock: 'promised', before: '2026-01-08', after: '2026-01-09', wasProvisional: true, provisional: false },
        { id: 'moves-too', clock: 'legal', before: '2026-01-15', after: '2026-01-16', wasProvisional: true, provisional: false },
        { id: 'moves-too', clock: 'promised', before: '2026-01-15', after: '2026-01-16', wasProvisional: true, provisional: false },
      ],
      confirmed: [],
      failed: [],
    })
  })

  it('confirms a provisional answer that keeps its day', () => {
    // 5, 6, 7, 8, 9 Jan: both calendars agree from the 5th on.
    const answer = given(through2025, 'confirmed', clock('2026-01-04', 5))
    expect(recompute(newest, [answer])).toEqual({ changed: [], confirmed: ['confirmed'], failed: [] })
  })

  it('moves answers that were final when a published year is amended', () => {
    const answer = given(beforeExtension, 'case', clock('2020-01-17', 20))
    // 19-23 Jan, 31 Jan, 1 Feb W, 3-7, 10-14, 17-19 Feb.
    expect(answer).toMatchObject({ due: { legal: '2020-02-19' }, provisional: false })
    expect(recompute(newest, [answer]).changed[0]).toEqual({
      id: 'case', clock: 'legal', before: '2020-02-19', after: '2020-02-21', wasProvisional: false, provisional: false,
    })
  })

  it('names facts it no longer admits', () => {
    // By the amended notice the five days end on 6 Feb; by the first one 23, 31 Jan, 1 W, 3, 4 Feb.
    const pauses = [{ kind: 'hearing', from: '2020-02-06', to: '2020-02-10', noticeDays: 3 }]
    const answer = given(newest, 'case', clock('2020-01-22', 5, { pauses }))
    expect(recompute(beforeExtension, [answer]).failed).toEqual([{ id: 'case', code: 'pause-after-deadline' }])
  })
})
