/**
 * Counted-time ledger: who had the case for how long, and how much of it counts towards a target (in construction
 * approval the government, its intermediaries and utilities count; the owner and the owner's intermediaries do not).
 * Overlaps are counted once: at any moment the counted party that comes first in `order` holds the time.
 * Source: sheet D5 [C:24]; whether a target means working days is not stated there, hence `unit`.
 */
import type { Calendar } from './calendar.ts'
import type { Day, Instant } from './days.ts'
import { instantMs } from './days.ts'
import type { Stretch, TimeLine } from './timeline.ts'
import { countAll, subtract, timeLine, unite } from './timeline.ts'

/** A stay of the case with somebody. The day it begins does not count, the day it ends does; hours are exact. */
export interface Stay {
  readonly party: string
  readonly from: Day | Instant
  /** Absent while it lasts. */
  readonly to?: Day | Instant
  readonly counts: boolean
}

/** Time that counts for nobody. The day it begins does not count, the day it ends counts again, as on the clock. */
export interface LedgerPause {
  readonly from: Day | Instant
  readonly to?: Day | Instant
}

export interface LedgerInput {
  readonly stays: readonly Stay[]
  readonly pauses?: readonly LedgerPause[]
  readonly now: Day | Instant
  readonly unit: 'workday' | 'day' | 'hour'
  /** Precedence between parties that overlap; parties not named follow in the order of their first stay. */
  readonly order?: readonly string[]
}

export interface LedgerEntry {
  readonly party: string
  /** Time attributed to the party alone; entries add up to the total. */
  readonly counted: number
  /** Counted time the party had the case, alone or with others. */
  readonly held: number
  /** Time the party had the case that does not count for it: not its kind, or paused. */
  readonly uncounted: number
}

export type LedgerResult =
  | { readonly ok: true; readonly total: number; readonly entries: readonly LedgerEntry[] }
  | { readonly ok: false; readonly code: 'date-invalid' | 'instant-required' | 'stay-ends-before-it-begins'; readonly stay?: number; readonly pause?: number }

/** Counted time by party. In hours every moment must be an instant. */
export function readLedger(calendar: Calendar, input: LedgerInput): LedgerResult {
  const line = timeLine(calendar, input.unit)
  const place = placer(line, input)
  const placed: { stay: Stay; stretch: Stretch }[] = []
  for (const [index, stay] of input.stays.entries()) {
    // Days: (from, to]; on the half-open line that is one day later.
    const stretch = place(stay, input.unit === 'hour' ? 0 : 1)
    if (typeof stretch === 'string') return { ok: false, code: stretch, stay: index }
    placed.push({ stay, stretch })
  }
  const pausedTime: Stretch[] = []
  for (const [index, pause] of (input.pauses ?? []).entries()) {
    const stretch = place(pause, 0)
    if (typeof stretch === 'string') return { ok: false, code: stretch, pause: index }
    pausedTime.push(stretch)
  }

  const paused = unite(pausedTime)
  let taken: Stretch[] = []
  const entries = partiesOf(input).map((party): LedgerEntry => {
    const own = placed.filter(({ stay }) => stay.party === party)
    const all = unite(own.map(({ stretch }) => stretch))
    const held = subtract(unite(own.filter(({ stay }) => stay.counts).map(({ stretch }) => stretch)), paused)
    const counted = subtract(held, taken)
    taken = unite([...taken, ...held])
    return {
      party,
      counted: countAll(line, counted),
      held: countAll(line, held),
      uncounted: countAll(line, subtract(all, held)),
    }
  })
  return { ok: true, total: countAll(line, taken), entries }
}

function partiesOf({ order = [], stays }: LedgerInput): string[] {
  const present = new Set(stays.map(({ party }) => party))
  return [...new Set([...order.filter((party) => present.has(party)), ...present])]
}

function placer(line: TimeLine, { now, unit }: LedgerInput) {
  return ({ from, to = now }: LedgerPause, shift: number) => {
    const lo = line.at(from)
    const hi = line.at(to)
    if (lo === null || hi === null) return 'date-invalid'
    if (unit === 'hour' && (instantMs(from) === null || instantMs(to) === null)) return 'instant-required'
    return hi < lo ? 'stay-ends-before-it-begins' : { lo: lo + shift, hi: hi + shift }
  }
}
