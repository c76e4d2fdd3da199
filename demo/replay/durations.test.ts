import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationFigures, quantile } from './durations.ts'
import type { LogCase } from './eventlog.ts'

const at = (day: number) => new Date(Date.UTC(2020, 0, 1) + day * 86_400_000).toISOString()

function lasting(running: number, { start, deadline, end, events }: { start: number; deadline: number | null; end: number | null; events: readonly number[] }): LogCase {
  return {
    id: `case-${running}`, running, channel: 'Desk', department: 'General', group: null, responsible: 'R', plannedEnd: at(0), startedAt: at(start),
    deadline: deadline === null ? null : at(deadline), endedAt: end === null ? null : at(end),
    events: events.map((day, line) => ({ line, id: `${running}-${line}`, activity: 'T02', at: at(day), group: null, resource: null })),
  }
}

describe('durations', () => {
  it('count ends by the deadline, spans over all cases and start to end over the closed', () => {
    expect(durationFigures([
      lasting(1, { start: 0, deadline: 10, end: 10, events: [1] }),
      lasting(2, { start: 0, deadline: 10, end: 10.001, events: [1, 2, 5] }),
      lasting(3, { start: 0, deadline: 10, end: null, events: [1, 11] }),
      lasting(4, { start: 2, deadline: null, end: 90, events: [3, 5] }),
    ])).toEqual({
      cases: 4, closed: 3, withoutEnd: 1, endedAfterDeadline: 1,
      eventSpan: { median: 3, p90: expect.closeTo(8.2, 9) }, startToEnd: { median: expect.closeTo(10.001, 9) },
    })
  })

  it('take quantiles that lie between the values below and above, and hit them at the ends', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
      const found = quantile(values, p)
      const notAbove = values.filter(value => value <= found + 1e-9).length
      const notBelow = values.filter(value => value >= found - 1e-9).length
      const low = Math.floor((values.length - 1) * p)
      expect(notAbove).toBeGreaterThanOrEqual(low + 1)
      expect(notBelow).toBeGreaterThanOrEqual(values.length - 1 - low)
      expect([quantile(values, 0), quantile(values, 1)]).toEqual([Math.min(...values), Math.max(...values)])
    }))
    expect(quantile([], 0.5)).toBeNaN()
  })
})
