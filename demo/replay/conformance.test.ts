import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defineCase, plain } from '../../kernel/case.ts'
import { integerField } from '../../kernel/field.ts'
import { text } from '../../kernel/text.ts'
import { judgeTrace, mulberry32, parallel, swapUnlike, type Vocabulary } from './conformance.ts'
import type { LogCase } from './eventlog.ts'

const name = text('名', 'name')

/** a opens; b and c run in parallel, d joins them; e is e1 or e2, whichever is possible; f depends on the case's own number and raises it; g asks for it. */
const type = plain(defineCase({
  title: name, fields: { size: integerField(name, { required: true, min: 1 }) }, parties: { owner: { title: name, classes: ['person'] } }, posts: { clerk: { title: name, at: 'organ' } },
  states: { live: { title: text('办理中', 'live') }, small: { title: name }, large: { title: name }, over: { title: text('已结', 'over'), outcome: 'over' } },
  tracks: { left: { title: name, steps: ['no', 'yes'] }, right: { title: name, steps: ['no', 'yes'] } },
  opening: { title: text('开始', 'Open'), by: 'post:clerk', to: 'live', asks: ['size'] },
  moves: {
    b: { title: name, by: 'post:clerk', from: 'live', to: 'live', needs: { left: 'no' }, sets: { left: 'yes' } },
    c: { title: name, by: 'post:clerk', from: 'live', to: 'live', needs: { right: 'no' }, sets: { right: 'yes' } },
    d: {
      title: name, by: 'post:clerk', from: 'live', needs: { left: 'yes', right: 'yes' },
      to: { less: 'small', more: 'large' }, decide: async values => values.size < 10 ? 'less' : 'more',
    },
    e1: { title: name, by: 'post:clerk', from: 'small', to: 'over' },
    e2: { title: name, by: 'post:clerk', from: 'large', to: 'over' },
    f: { title: name, by: 'post:clerk', from: 'live', to: 'live', when: ({ size }, { today }) => size > 5 ? null : text(`${today} 太小`, `too small on ${today}`), derive: ({ size }) => ({ size: size + 3 }) },
    g: { title: name, by: 'post:clerk', from: 'live', to: 'live', asks: ['size'] },
  },
}))

const words = (size: number): Vocabulary => ({
  opens: activity => activity === 'a', openingValues: () => ({ size }),
  candidates: activity => activity === 'e' ? ['e1', 'e2'] : activity.length === 1 && 'bcdfg'.includes(activity) ? [activity] : [],
})

function trace(activities: string): LogCase {
  const events = [...activities].map((activity, i) => ({ line: i + 2, id: `t${i}`, activity, at: new Date(Date.UTC(2020, 0, 1, 20) + i * 1000).toISOString(), group: null, resource: null }))
  return { id: 'case-1', running: 1, channel: '', department: '', group: null, responsible: '', startedAt: events[0]!.at, plannedEnd: null, deadline: null, endedAt: null, events }
}

const verdicts = async (activities: string, size = 7) => (await judgeTrace(type, words(size), trace(activities))).map(one => one.verdict === 'accepted' ? one.move ?? 'open' : '-').join(' ')
const reasons = async (activities: string, size = 7) => (await judgeTrace(type, words(size), trace(activities))).flatMap(one => one.verdict === 'refused' ? [one.reason.en] : [])

describe('a trace', () => {
  it('is accepted where each event is a possible move, parallel ones in either order', async () => {
    expect(await verdicts('abcde')).toBe('open b c d e1')
    expect(await verdicts('acbde')).toBe('open c b d e1')
  })

  it('takes the outcome that the case decides and the candidate that is possible', async () => {
    expect(await verdicts('abcde', 12)).toBe('open b c d e2')
    expect(await verdicts('afbcde')).toBe('open f b c d e2')
  })

  it('stays where it was at a refused event', async () => {
    expect(await verdicts('abdcbde')).toBe('open b - c - d e1')
  })

  it.each([
    ['ba', 7, /the case is not open; 'Open' comes first/],
    ['aa', 7, /opened at 2020-01-01T20:00:00.000Z already/],
    ['aq', 7, /no move of the case type is the activity 'q'/],
    ['ad', 7, /track 'left' is at 'no'; this move needs 'yes'/],
    ['ae', 7, /starts from 'name'/],
    ['af', 3, /too small on 2020-01-02/],
    ['ag', 7, /asks for 'size'/],
    ['a', 0, /^\/size: /],
  ])('%j of size %d says why it is refused', async (activities, size, reason) => {
    expect(await reasons(activities, size)).toMatchObject([expect.stringMatching(reason)])
  })
})

describe('swapping', () => {
  const traces = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 })

  it('exchanges exactly two unlike events and leaves the times in place', () => {
    fc.assert(fc.property(traces, fc.nat(), (activities, seed) => {
      const before = trace(activities)
      const swap = swapUnlike(before, mulberry32(seed))
      if (swap === null) { expect(new Set(activities).size).toBeLessThan(2); return }
      const after = swap.trace.events
      const changed = after.flatMap((event, i) => event.activity === before.events[i]!.activity ? [] : [i])
      expect(changed).toHaveLength(2)
      const [i, j] = changed as [number, number]
      expect([after[i]!.id, after[j]!.id]).toEqual([before.events[j]!.id, before.events[i]!.id])
      expect(after.map(event => event.at)).toEqual(before.events.map(event => event.at))
      expect(swap.swapped).toEqual([before.events[i]!.activity, before.events[j]!.activity])
    }))
  })

  it('reaches every unlike pair, each as often as any other', () => {
    const random = mulberry32(7)
    const seen = new Map<string, number>()
    for (let n = 0; n < 5000; n++) {
      const key = swapUnlike(trace('abca'), random)!.trace.events.map(event => event.activity).join('')
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
    expect([...seen.keys()].sort()).toEqual(['aacb', 'abac', 'acba', 'baca', 'cbaa'])
    for (const times of seen.values()) expect(Math.abs(times - 1000)).toBeLessThan(150)
  })

  it('draws the same from the same seed, in [0, 1)', () => {
    fc.assert(fc.property(fc.nat(), seed => {
      const [one, other] = [mulberry32(seed), mulberry32(seed)]
      for (let n = 0; n < 20; n++) {
        const draw = one()
        expect(draw).toBe(other())
        expect(draw >= 0 && draw < 1).toBe(true)
      }
    }))
  })

  it('knows tasks of different tracks from tasks of one', () => {
    expect([parallel(type, 'b', 'c'), parallel(type, 'b', 'd')]).toEqual([true, false])
  })
})
