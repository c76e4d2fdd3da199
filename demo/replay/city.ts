/** The replay city: one system, into which a real event log is replayed at its own times. It is no part of a live city. */
import { plain } from '../../kernel/case.ts'
import { defineSystem, type System } from '../../kernel/system.ts'
import { moveCandidates, OPENING_ACTIVITY, openingValues } from './activities.ts'
import type { Vocabulary } from './conformance.ts'
import { permit } from './permit.ts'

export { moveCandidates, openingValues, replaySteps, type ReplayStep } from './activities.ts'

/** `system.type` of the replayed cases. */
export const PERMIT = 'permit-replay.permit'

export const permitType = plain(permit)

export const permitWords: Vocabulary = { opens: activity => activity === OPENING_ACTIVITY, candidates: moveCandidates, openingValues }

export const replayCity: System[] = [
  defineSystem({
    id: 'permit-replay',
    prefix: 'RP',
    title: { zh: '许可办件回放', en: 'Permit replay' },
    policy: ['N一(一)'],
    owner: { zh: '回放城市', en: 'Replay city' },
    cases: { permit },
  }),
]
