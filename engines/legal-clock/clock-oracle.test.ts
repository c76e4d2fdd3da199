/**
 * The clock against a second implementation that walks day by day over a marked calendar and shares no code with it:
 * 100,000 random cases with pauses (overlapping, open, capped, announced late) and extensions, from a fixed seed.
 */
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import type { ClockInput, Extension } from './clock.ts'
import { readClock } from './clock.ts'
import type { Pause, PauseRules } from './pauses.ts'
import type { Period } from './period.ts'

const seed = 20200127
const cases = 100_000

// Day table: index 0 is 2012-01-01.
const origin = Date.UTC(2012, 0, 1)
const off = new Set(calendar.offDays)
const makeUp = new Set(calendar.workDays)
const dates: string[] = []
const works: boolean[] = []
for (let i = 0; i < 7300; i++) {
  const date = new Date(origin + i * 86_400_000)
  const text = date.toISOString().slice(0, 10)
  dates.push(text)
  works.push(makeUp.has(text) || (date.getUTCDay() % 6 !== 0 && !off.has(text)))
}
const indexOf = new Map(dates.map((date, i) => [date, i]))
const at = (date: string) => indexOf.get(date)!
/** Days from the start that any case needs at most: five months, and pauses over the first hundred days. */
const reach = 330

interface Naive {
  readonly code?: string
  readonly due?: { legal: string | null; promised: string | null }
  readonly projected?: { legal: string; promised: string }
  readonly used?: number
  readonly left?: { legal: number; promised: number }
  readonly state?: string
}

function naive(input: ClockInput, rules: PauseRules): Naive {
  const start = at(input.start.at)
  const today = at(input.now)
  const workdays = input.legal.unit === 'workday'
  const unitOf = (day: number) => (workdays ? (works[day] ? 1 : 0) : 1)

  /** Marks the days that do not count; an open pause runs to the horizon, or to its expected end. */
  const marks = (pauses: readonly Pause[], known: number, expect: boolean): Uint8Array => {
    const marked = new Uint8Array(reach)
    for (const pause of pauses) {
      const begin = at(pause.from)
      let units = 0
      let bound = begin
      let notified = begin
      const cap = Math.min(rules.cap?.each ?? Infinity, rules.beyondNotice === 'counted' ? pause.noticeDays! : Infinity)
      if (cap === Infinity) bound = start + reach
      while (units < cap && bound < start + reach) units += unitOf(bound++)
      for (units = 0; units < pause.noticeDays!; ) units += unitOf(notified++)
      let end = pause.to === undefined ? bound : Math.min(bound, at(pause.to))
      if (pause.to === undefined && known < bound) end = expect ? Math.min(bound, Math.max(notified, known)) : start + reach
      for (let day = begin; day < end; day++) if (day - start < reach) marked[day - start] = 1
    }
    const total = rules.cap?.total
    if (total === undefined) return marked
    const isOpenEnded = marked[reach - 1] === 1
    const openFrom = isOpenEnded ? marked.lastIndexOf(0) + 1 : reach
    let units = 0
    for (let i = 0; i < reach; i++) {
      if (units >= total) {
        // The cap is used up here. While an open pause is running and it is not, the end stays unknown.
        if (i > openFrom && known < start + i) return marked
        return marked.fill(0, i)
      }
      if (marked[i]) units += unitOf(start + i)
    }
    return marked
  }

  const lastDay = (period: Period, added: number, marked: Uint8Array): number | null => {
    let n = period.n + added
    if (period.unit === 'month') n = monthsLater(start, n) - start
    let day = start
    for (let counted = 0; counted < n; ) {
      day++
      if (day - start >= reach) return null
      if (!marked[day - start]) counted += unitOf(day)
    }
    while (!works[day] || marked[day - start]) if (++day - start >= reach) return null
    return day
  }

  const pauses: Pause[] = []
  let added = 0
  const later = (a: string, b: string | undefined) => (b === undefined || b < a ? a : b)
  const events = [
    ...(input.pauses ?? []).map((pause) => ({ day: at(later(pause.from, pause.noticeOn)), pause, n: 0 })),
    ...(input.extensions ?? []).map((extension) => ({ day: at(extension.on), pause: undefined, n: extension.n })),
  ].sort((a, b) => a.day - b.day)
  for (const { day, pause, n } of events) {
    const deadline = lastDay(input.legal, added, marks(pauses, day, false))
    if (deadline !== null && day > deadline) return { code: pause ? 'pause-after-deadline' : 'extension-after-deadline' }
    if (pause) pauses.push(pause)
    added += n
  }

  const known = marks(pauses, today, false)
  const expected = marks(pauses, today, true)
  const promised = input.promised!
  const legalDay = lastDay(input.legal, added, known)
  const promisedDay = lastDay(promised, 0, known)
  const projectedLegal = legalDay ?? lastDay(input.legal, added, expected)!
  const projectedPromised = promisedDay ?? lastDay(promised, 0, expected)!
  const units = (from: number, to: number, marked?: Uint8Array) => {
    let sum = 0
    for (let day = from + 1; day <= to; day++) if (!marked?.[day - start]) sum += unitOf(day)
    return sum
  }
  const left = (due: number | null, projected: number) =>
    due !== null && today > due ? 0 - units(due, today) : units(today, projected, expected)
  return {
    due: { legal: legalDay === null ? null : dates[legalDay]!, promised: promisedDay === null ? null : dates[promisedDay]! },
    projected: { legal: dates[projectedLegal]!, promised: dates[projectedPromised]! },
    used: units(start, today, known),
    left: { legal: left(legalDay, projectedLegal), promised: left(promisedDay, projectedPromised) },
    state: known[today - start] ? 'paused' : 'running',
  }
}

function monthsLater(day: number, months: number): number {
  const [year, month, date] = dates[day]!.split('-').map(Number) as [number, number, number]
  const ym = year * 12 + month - 1 + months
  const first = `${Math.floor(ym / 12)}-${String((ym % 12) + 1).padStart(2, '0')}`
  for (let d = date; ; d--) {
    const found = indexOf.get(`${first}-${String(d).padStart(2, '0')}`)
    if (found !== undefined) return found
  }
}

describe('the clock and a day-by-day count', () => {
  it(`agree on ${cases} random cases`, { timeout: 60_000 }, () => {
    const next = random(seed)
    const below = (n: number) => Math.floor(next() * n)
    const tally: Record<string, number> = {}
    for (let i = 0; i < cases; i++) {
      const rules = anyRules(next, below)
      const input = anyInput(next, below, rules)
      const expected = naive(input, rules)
      const reading = readClock(calendar, input)
      const got: Naive = reading.ok
        ? {
            due: reading.due,
            projected: reading.projected,
            used: reading.used,
            left: { legal: reading.legal.left, promised: reading.promised.left },
            state: reading.state,
          }
        : { code: reading.code }
      if (JSON.stringify(got) !== JSON.stringify(expected)) {
        expect({ input, rules, ...got }, `case ${i} of seed ${seed}`).toEqual({ input, rules, ...expected })
      }
      const kind = expected.code ?? (expected.due!.legal === null ? 'open' : expected.state!)
      tally[kind] = (tally[kind] ?? 0) + 1
    }
    console.log(`${cases} cases agree:`, JSON.stringify(tally))
    // A generator that no longer reaches a branch would make the comparison worthless.
    for (const kind of ['running', 'paused', 'open', 'pause-after-deadline', 'extension-after-deadline']) {
      expect(tally[kind] ?? 0, kind).toBeGreaterThan(cases / 100)
    }
  })
})

function anyRules(next: () => number, below: (n: number) => number): PauseRules {
  return {
    noticeRequired: true,
    beyondNotice: next() < 0.3 ? 'counted' : 'excluded',
    cap: { ...(next() < 0.3 ? { each: 15 + below(20) } : {}), ...(next() < 0.3 ? { total: 15 + below(30) } : {}) },
    source: 'test',
    verified: false,
  }
}

function anyInput(next: () => number, below: (n: number) => number, rules: PauseRules): ClockInput {
  const start = 400 + below(5000)
  const unit = (['workday', 'workday', 'day', 'month'] as const)[below(4)]!
  const n = unit === 'month' ? 1 + below(3) : 1 + below(45)
  const pauses = Array.from({ length: below(4) }, (_, i): Pause => {
    const from = start + below(60)
    const length = below(40)
    return {
      kind: 'hearing',
      from: dates[from]!,
      noticeDays: 1 + below(15),
      ...(next() < 0.15 && i > 0 ? {} : { to: dates[from + length]! }),
      ...(next() < 0.2 ? { noticeOn: dates[from + below(6)]! } : {}),
    }
  })
  const extensions = Array.from({ length: next() < 0.3 ? 1 : 0 }, (): Extension => {
    return { n: 1 + below(unit === 'month' ? 2 : 10), on: dates[start + below(50)]!, approvedBy: 'head', reason: 'more to examine' }
  })
  return {
    start: { kind: 'acceptance', at: dates[start]! },
    legal: { n, unit },
    promised: { n: 1 + below(n), unit },
    now: dates[start + below(150)]!,
    pauses,
    extensions,
    rules: { pauses: rules },
  }
}

/** mulberry32 */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
