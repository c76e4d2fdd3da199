import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openThrottle } from './throttle.ts'

const start = Date.parse('2026-03-02T02:00:00.000Z')
const at = (ms: number) => new Date(start + ms).toISOString()

describe('throttle', () => {
  it('never lets more through than the burst and what the time gives, whatever the times of the tries', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 1_000 }), (gaps, burst, intervalMs) => {
      const throttle = openThrottle({ burst, intervalMs })
      let now = 0
      let passed = 0
      for (const gap of gaps) {
        now += gap
        if (throttle.take('a', at(now)) === 0) passed++
        expect(passed).toBeLessThanOrEqual(burst + now / intervalMs + 1e-6)
      }
    }))
  })

  it('lets one through after the wait it names, and not before', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }), gaps => {
      const throttle = openThrottle({ burst: 2, intervalMs: 1_000 })
      let now = 0
      for (const gap of gaps) throttle.take('a', at(now += gap))
      const wait = throttle.take('a', at(now))
      fc.pre(wait > 0)
      expect(throttle.take('a', at(now + wait - 2))).toBeGreaterThan(0)
      expect(throttle.take('a', at(now + wait))).toBe(0)
    }))
  })

  it('keeps keys apart, gives tokens back, and never more than the burst', () => {
    const throttle = openThrottle({ burst: 1, intervalMs: 1_000 })
    expect(throttle.take('a', at(0))).toBe(0)
    expect(throttle.take('b', at(0))).toBe(0)
    expect(throttle.take('a', at(0))).toBe(1_000)
    throttle.refund('b')
    throttle.refund('b')
    throttle.refund('unknown')
    expect([throttle.take('b', at(0)), throttle.take('b', at(0))]).toEqual([0, 1_000])
  })

  it('forgets the key used longest ago when there are too many', () => {
    const throttle = openThrottle({ burst: 1, intervalMs: 1_000, mostKeys: 2 })
    for (const key of ['a', 'b', 'c']) throttle.take(key, at(0))
    expect(throttle.take('c', at(0))).toBe(1_000)
    expect(throttle.take('a', at(0))).toBe(0)
  })

  it('gives nothing when the clock is set back', () => {
    const throttle = openThrottle({ burst: 1, intervalMs: 1_000 })
    throttle.take('a', at(0))
    expect(throttle.take('a', at(-5_000))).toBeGreaterThan(0)
  })
})
