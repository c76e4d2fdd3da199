/** Case flow: the to-dos that a position gives to posts, and the timers it starts. */
import type { PlainCaseType, PlainMove, Within } from '../../kernel/case.ts'
import { list, possibleMoves, stepOf, type Position } from './position.ts'

/** One to-do for one post: the duties (not the mere rights) it has at this position. */
export interface Duty {
  /** Stable while nothing it depends on changes, so that a move elsewhere in the case leaves it alone. */
  readonly key: string
  readonly post: string
  readonly moves: readonly string[]
  readonly within: readonly Within<any>[]
  /** Tracks whose step it waits for: its time runs from the last of them. */
  readonly tracks: readonly string[]
}

export interface Timer {
  readonly key: string
  readonly move: string
  readonly kind: 'move' | 'remind' | 'escalate'
  readonly within: Within<any>
  readonly before?: { readonly workingDays?: number; readonly hours?: number }
  readonly to: readonly string[]
  readonly tracks: readonly string[]
}

export function dutiesAt(type: PlainCaseType, position: Position): readonly Duty[] {
  const duties = new Map<string, { post: string; moves: string[]; within: Within<any>[]; tracks: readonly string[] }>()
  for (const name of possibleMoves(type, position)) {
    const move = type.moves[name]!
    if (move.optional) continue
    for (const who of list(move.by)) {
      if (!who.startsWith('post:')) continue
      const post = who.slice(5)
      const key = `${entryKey(type, position, move)}/${post}`
      const duty = duties.get(key) ?? { post, moves: [], within: [], tracks: Object.keys(move.needs ?? {}) }
      duty.moves.push(name)
      if (move.within) duty.within.push(move.within)
      duties.set(key, duty)
    }
  }
  return [...duties].map(([key, duty]) => ({ key, ...duty }))
}

export function timersAt(type: PlainCaseType, position: Position): readonly Timer[] {
  return possibleMoves(type, position).flatMap(name => {
    const move = type.moves[name]!
    if (move.within === undefined) return []
    const at = entryKey(type, position, move)
    const tracks = Object.keys(move.needs ?? {})
    const timers: Timer[] = []
    if (move.on === 'timer') timers.push({ key: `${at}/${name}`, move: name, kind: 'move', within: move.within, to: [], tracks })
    if (move.remind) timers.push({ key: `${at}/${name}/remind`, move: name, kind: 'remind', within: move.within, before: move.remind, to: list(move.by), tracks })
    if (move.escalate) timers.push({ key: `${at}/${name}/escalate`, move: name, kind: 'escalate', within: move.within, to: list(move.escalate), tracks })
    return timers
  })
}

/** What the duty or timer of a move hangs on: the state, and the steps of the tracks it needs. */
function entryKey(type: PlainCaseType, position: Position, move: PlainMove): string {
  const steps = Object.keys(move.needs ?? {}).sort().map(track => `${track}=${stepOf(type, position, track)}`)
  return [position.state, ...steps].join('&')
}
