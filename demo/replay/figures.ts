/** The figures of a replay: what the case type accepts and refuses, of the cases it was built from and of those it was not. */
import type { PlainCaseType } from '../../kernel/case.ts'
import { judgeTrace, mulberry32, parallel, swapUnlike, type Judgement, type Vocabulary } from './conformance.ts'
import { durationFigures, type DurationFigures } from './durations.ts'
import type { EventLog, LogCase } from './eventlog.ts'

/** Fixed, so that everybody draws the same swaps. */
export const SEEDS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

export interface RefusedEvent {
  readonly caseId: string
  readonly judgement: Extract<Judgement, { verdict: 'refused' }>
}

export interface EventFigures {
  readonly cases: number
  readonly events: number
  readonly accepted: number
  readonly refused: readonly RefusedEvent[]
}

export interface SwapFigures {
  readonly seeds: readonly { readonly seed: number; readonly swapped: number; readonly refused: number }[]
  readonly swapped: number
  /** Swapped traces of which at least one event was refused. */
  readonly refused: number
  /** Those of them whose events are not all accepted unswapped either, so that they say nothing about the swap. */
  readonly refusedUnswappedToo: number
  /** Swapped traces accepted whole because the two tasks belong to lines that run in parallel. */
  readonly acceptedInParallel: number
  /** The same for two tasks of one line that may stand in either order (two advices). */
  readonly acceptedInLine: number
  /** Traces without two unlike events, which cannot be swapped. */
  readonly unswappable: number
}

export interface HalfFigures {
  readonly events: EventFigures
  readonly swaps: SwapFigures
}

export interface ReplayFigures {
  /** Even running numbers: the case type was built from them. */
  readonly even: HalfFigures
  /** Odd running numbers: kept apart. */
  readonly odd: HalfFigures
  readonly durations: DurationFigures
  readonly rejectedRows: number
}

export async function replayFigures(type: PlainCaseType, words: Vocabulary, log: EventLog): Promise<ReplayFigures> {
  return {
    even: await halfFigures(type, words, log.cases.filter(isEven)),
    odd: await halfFigures(type, words, log.cases.filter(one => !isEven(one))),
    durations: durationFigures(log.cases),
    rejectedRows: log.rejected.length,
  }
}

export function isEven(one: LogCase): boolean {
  return one.running % 2 === 0
}

export async function halfFigures(type: PlainCaseType, words: Vocabulary, cases: readonly LogCase[], seeds = SEEDS): Promise<HalfFigures> {
  const events = await eventFigures(type, words, cases)
  return { events, swaps: await swapFigures(type, words, cases, seeds, new Set(events.refused.map(one => one.caseId))) }
}

async function eventFigures(type: PlainCaseType, words: Vocabulary, cases: readonly LogCase[]): Promise<EventFigures> {
  const refused: RefusedEvent[] = []
  let events = 0
  for (const one of cases) {
    for (const judgement of await judgeTrace(type, words, one)) {
      events++
      if (judgement.verdict === 'refused') refused.push({ caseId: one.id, judgement })
    }
  }
  return { cases: cases.length, events, accepted: events - refused.length, refused }
}

/** One swap a trace and seed, the traces in the order of their running numbers. */
async function swapFigures(type: PlainCaseType, words: Vocabulary, cases: readonly LogCase[], seeds: readonly number[], refusedUnswapped: ReadonlySet<string>): Promise<SwapFigures> {
  const perSeed: { seed: number; swapped: number; refused: number }[] = []
  let [acceptedInParallel, acceptedInLine, refusedUnswappedToo] = [0, 0, 0]
  for (const seed of seeds) {
    const random = mulberry32(seed)
    const count = { seed, swapped: 0, refused: 0 }
    for (const one of cases) {
      const swap = swapUnlike(one, random)
      if (swap === null) continue
      count.swapped++
      const judgements = await judgeTrace(type, words, swap.trace)
      if (judgements.some(({ verdict }) => verdict === 'refused')) {
        count.refused++
        if (refusedUnswapped.has(one.id)) refusedUnswappedToo++
      } else if (inParallel(type, words, swap.swapped)) acceptedInParallel++
      else acceptedInLine++
    }
    perSeed.push(count)
  }
  const total = (of: 'swapped' | 'refused') => perSeed.reduce((sum, count) => sum + count[of], 0)
  const unswappable = cases.filter(one => new Set(one.events.map(event => event.activity)).size < 2).length
  return { seeds: perSeed, swapped: total('swapped'), refused: total('refused'), refusedUnswappedToo, acceptedInParallel, acceptedInLine, unswappable }
}

function inParallel(type: PlainCaseType, words: Vocabulary, [one, other]: readonly [string, string]): boolean {
  return words.candidates(one).some(a => words.candidates(other).some(b => parallel(type, a, b)))
}
