import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { permitType, permitWords } from './city.ts'
import { readEventLog, type EventLog } from './eventlog.ts'
import { replayFigures, type ReplayFigures } from './figures.ts'
import { figureLines, meetsThresholds, refusedLines } from './report.ts'

const path = fileURLToPath(new URL('../../../shared/data/eventlogs/receipt_WABO_permit.csv.gz', import.meta.url))
const present = existsSync(path)

describe.skipIf(!present)(`the permit log, replayed${present ? '' : ' (skipped: ../shared/data/eventlogs is absent)'}`, () => {
  let log: EventLog
  let figures: ReplayFigures
  beforeAll(async () => {
    log = await readEventLog(path)
    figures = await replayFigures(permitType, permitWords, log)
  }, 120_000)

  it('is read whole: 1,434 cases and 8,577 events', () => {
    expect([log.cases.length, log.rows, log.rejected]).toEqual([1434, 8577, []])
    expect(log.cases.reduce((sum, one) => sum + one.events.length, 0)).toBe(8577)
  })

  it.each(['even', 'odd'] as const)('of the cases with %s running numbers has 95 %% of the events accepted and 80 %% of the swaps refused, by every seed', half => {
    const { events, swaps } = figures[half]
    expect(events.accepted / events.events).toBeGreaterThanOrEqual(0.95)
    expect(swaps.seeds).toHaveLength(10)
    for (const { swapped, refused } of swaps.seeds) {
      expect(swapped).toBe(events.cases - swaps.unswappable)
      expect(refused / swapped).toBeGreaterThanOrEqual(0.8)
    }
    expect(swaps.refused + swaps.acceptedInParallel + swaps.acceptedInLine).toBe(swaps.swapped)
    expect((swaps.refused - swaps.refusedUnswappedToo) / (swaps.swapped - swaps.refusedUnswappedToo)).toBeGreaterThanOrEqual(0.8)
    expect(meetsThresholds(figures[half])).toBe(true)
  })

  it('has a reason in both languages for every refused event', () => {
    for (const half of ['even', 'odd'] as const) {
      const { events } = figures[half]
      expect(events.accepted + events.refused.length).toBe(events.events)
      for (const { judgement: { reason } } of events.refused) {
        expect(reason.zh).toMatch(/\p{Script=Han}/u)
        expect(reason.en.trim()).not.toBe('')
      }
      expect(refusedLines(figures[half], 'zh')).toHaveLength(events.refused.length)
    }
  })

  it('has the published durations', () => {
    const { durations } = figures
    expect(durations.eventSpan.median.toFixed(3)).toBe('0.033')
    expect(durations.eventSpan.p90.toFixed(1)).toBe('14.1')
    expect(durations.startToEnd.median.toFixed(1)).toBe('50.6')
    expect(durations).toMatchObject({ cases: 1434, closed: 1329, endedAfterDeadline: 377, withoutEnd: 105 })
    expect(figureLines(figures, 28, 'en').join('\n')).toContain('ended after deadline: 377; without end: 105')
  })

  it('gives the same figures every time', async () => {
    expect(await replayFigures(permitType, permitWords, log)).toEqual(figures)
  }, 120_000)
})
