import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, firstSteps, list, ONLY, opened, possibleMoves, type Position } from '../../engines/case-flow/index.ts'
import { validateCase } from '../../kernel/validate/case.ts'
import { validateCity } from '../../kernel/validate/city.ts'
import { moveCandidates, OPENING_ACTIVITY, replaySteps } from './activities.ts'
import { permitType, replayCity } from './city.ts'
import { parallel } from './conformance.ts'
import type { LogCase } from './eventlog.ts'

const STEP_MOVES = Object.keys(permitType.moves).filter(name => name !== 'close' && name !== 'withdraw')
const byActivity = Array.from({ length: 30 }, (_, n) => `T${String(n).padStart(2, '0')}`)
  .flatMap(number => [number, ...Array.from({ length: 9 }, (_, part) => `${number}-${part}`)])

describe('the permit', () => {
  it('is a sound definition of at most 60 moves in a sound city', () => {
    expect(validateCase(permitType, 'permit')).toEqual([])
    expect(validateCity(replayCity)).toEqual([])
    expect(Object.keys(permitType.moves).length).toBeLessThanOrEqual(60)
  })

  it('has for every move but closing and withdrawing one activity, and the other way round', () => {
    expect(byActivity.flatMap(moveCandidates).sort()).toEqual([...STEP_MOVES].sort())
    for (const name of STEP_MOVES) expect(byActivity.filter(number => moveCandidates(number).includes(name))).toHaveLength(1)
    for (const unknown of [OPENING_ACTIVITY, 'T2 Check', 'T021', 'T99', 'constructor', '']) expect(moveCandidates(unknown)).toEqual([])
  })

  it('has titles that begin with the number of the activity', () => {
    for (const number of byActivity) for (const name of moveCandidates(number)) expect(permitType.moves[name]!.title.en.startsWith(`${number} `)).toBe(true)
  })

  it('lets parallel tasks happen in either order, with the same end', () => {
    fc.assert(fc.property(fc.array(fc.nat(), { maxLength: 25 }), choices => {
      const path = walk(choices)
      for (let i = 0; i + 1 < path.length; i++) {
        const [first, second] = [path[i]!, path[i + 1]!]
        if (!parallel(permitType, first.move, second.move)) continue
        expect(possibleMoves(permitType, first.before)).toContain(second.move)
        const between = step(first.before, second.move)
        expect(possibleMoves(permitType, between)).toContain(first.move)
        expect(step(between, first.move)).toEqual(step(second.before, second.move))
      }
    }), { numRuns: 300 })
  })

  it('comes to every task on some path, and can be closed wherever it lives', () => {
    const seen = new Map<string, Position>()
    const queue: Position[] = [opened(permitType, ONLY)]
    const done = new Set<string>()
    while (queue.length > 0) {
      const at = queue.pop()!
      const key = JSON.stringify(at)
      if (seen.has(key)) continue
      seen.set(key, at)
      for (const move of possibleMoves(permitType, at)) { done.add(move); queue.push(step(at, move)) }
    }
    expect([...done].sort()).toEqual(Object.keys(permitType.moves).sort())
    for (const at of seen.values()) {
      if (permitType.states[at.state]!.outcome === undefined) expect(possibleMoves(permitType, at)).toContain('close')
    }
  })

  it('is closed at the end in the register, or after the last task where that came later', () => {
    const events = [{ line: 2, id: 't', activity: OPENING_ACTIVITY, at: '2011-01-02T00:00:00.000Z', group: null, resource: null }]
    const of = (endedAt: string | null): LogCase => ({
      id: 'case-2', running: 2, channel: 'e-mail', department: 'Customer contact', group: 'Group 2', responsible: 'R', startedAt: events[0]!.at, plannedEnd: null, deadline: null, endedAt, events,
    })
    expect(replaySteps(of(null)).map(one => one.kind)).toEqual(['open'])
    expect(replaySteps(of(null))[0]!.values).toMatchObject({ channel: 'email', department: 'customerContact', caseGroup: 'Group 2' })
    expect(replaySteps(of('2011-01-03T00:00:00.000Z'))[1]).toMatchObject({ kind: 'close', at: '2011-01-03T00:00:00.000Z' })
    expect(replaySteps(of('2011-01-01T00:00:00.000Z'))[1]).toMatchObject({ at: '2011-01-02T00:00:00.000Z', values: { endedAt: '2011-01-01T00:00:00.000Z' } })
  })
})

/** A path of possible moves, each picked by a number. */
function walk(choices: readonly number[]): readonly { readonly before: Position; readonly move: string }[] {
  let at: Position = { state: 'inReview', tracks: firstSteps(permitType) }
  return choices.flatMap(choice => {
    const possible = possibleMoves(permitType, at).filter(name => STEP_MOVES.includes(name))
    if (possible.length === 0) return []
    const taken = { before: at, move: possible[choice % possible.length]! }
    at = step(at, taken.move)
    return [taken]
  })
}

/** Tasks that leave the case where it is have its state as their outcome. */
function step(at: Position, name: string): Position {
  return advance(permitType, at, name, list(permitType.moves[name]!.from).length > 1 ? at.state : ONLY)
}
