/**
 * Case flow: where a case stands and where a move takes it. Pure; the runtime, the replay of event logs and the
 * generated access tests all judge by these functions.
 */
import type { PlainCaseType, PlainMove, Sight } from '../../kernel/case.ts'
import type { Text } from '../../kernel/text.ts'

/** State and steps of a case. Tracks that a type declares but a case lacks stand at their first step. */
export interface Position {
  readonly state: string
  readonly tracks: Readonly<Record<string, string>>
}

export function opened(type: PlainCaseType, outcome: string): Position {
  return { state: endOf(type.opening.to, outcome), tracks: firstSteps(type) }
}

export function firstSteps(type: PlainCaseType): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(type.tracks ?? {}).map(([name, track]) => [name, track.steps[0]!]))
}

/** Where a track stands; a track that came with a later edition stands at its first step. */
export function stepOf(type: PlainCaseType, position: Position, track: string): string | undefined {
  return position.tracks[track] ?? type.tracks?.[track]?.steps[0]
}

/** Why a move is not possible from a position, or `null`. Guards on values are judged by `guard`. */
export function obstacle(type: PlainCaseType, position: Position, name: string): Obstacle | null {
  const move = Object.hasOwn(type.moves, name) ? type.moves[name] : undefined
  if (move === undefined) return { code: 'move-unknown', detail: { zh: `没有动作 ${name}`, en: `there is no move '${name}'` } }
  const from = list(move.from)
  if (!from.includes(position.state)) {
    const titles = (language: 'zh' | 'en') => from.map(state => type.states[state]?.title[language] ?? state)
    const here = type.states[position.state]?.title
    return {
      code: 'move-not-possible',
      detail: { zh: `办件处于“${here?.zh ?? position.state}”，此动作须在“${titles('zh').join('”或“')}”时进行`, en: `the case is at '${here?.en ?? position.state}'; this move starts from '${titles('en').join("' or '")}'` },
    }
  }
  for (const [track, steps] of Object.entries(move.needs ?? {})) {
    const at = stepOf(type, position, track)
    if (at !== undefined && list(steps).includes(at)) continue
    return { code: 'move-not-possible', detail: { zh: `“${type.tracks?.[track]?.title.zh ?? track}”处于 ${at}，须为 ${list(steps).join(' 或 ')}`, en: `track '${track}' is at '${at}'; this move needs '${list(steps).join("' or '")}'` } }
  }
  return null
}

export interface Obstacle {
  readonly code: 'move-unknown' | 'move-not-possible'
  readonly detail: Text
}

export function guard(move: PlainMove, values: Readonly<Record<string, unknown>>, sight: Sight): Text | null {
  return move.when?.(values, sight) ?? null
}

/** The position after a move; `outcome` is needed where the move has several. */
export function advance(type: PlainCaseType, position: Position, name: string, outcome: string): Position {
  const move = type.moves[name]!
  return { state: endOf(move.to, outcome), tracks: { ...firstSteps(type), ...position.tracks, ...move.sets } }
}

export function endOf(to: PlainMove['to'], outcome: string): string {
  if (typeof to === 'string') return to
  const end = Object.hasOwn(to, outcome) ? to[outcome] : undefined
  if (end === undefined) throw new RangeError(`no outcome '${outcome}'; outcomes are ${Object.keys(to).join(', ')}`)
  return end
}

/** The single outcome's name, where a move has only one. */
export const ONLY = 'done'

/** Names of the moves possible at a position, guards aside. */
export function possibleMoves(type: PlainCaseType, position: Position): readonly string[] {
  return Object.keys(type.moves).filter(name => obstacle(type, position, name) === null)
}

export function list<T>(one: T | readonly T[]): readonly T[] {
  return Array.isArray(one) ? one as readonly T[] : [one as T]
}
