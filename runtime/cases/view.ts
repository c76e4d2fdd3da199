/** A case as its reader may see it. */
import { list, possibleMoves } from '../../engines/case-flow/index.ts'
import type { Text } from '../../kernel/text.ts'
import { visibleValues } from '../access/visible.ts'
import type { CaseRecord } from './record.ts'

export interface MoveView {
  readonly name: string
  readonly title: Text
  readonly asks: readonly string[]
  readonly takes: readonly string[]
  readonly note: boolean
  readonly confirm: boolean
}

export interface CaseView {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly title: Text
  readonly matter: string | null
  readonly edition: number | null
  readonly state: string
  readonly stateTitle: Text
  readonly tracks: Readonly<Record<string, string>>
  readonly version: number
  readonly outcome: string | null
  readonly due: { readonly legal: string | null; readonly promised: string | null; readonly provisional: boolean }
  readonly openedAt: string
  readonly enteredAt: string
  readonly closedAt: string | null
  readonly region: string
  readonly acceptingRegion: string
  readonly organ: string
  readonly parent: string | null
  readonly roles: readonly string[]
  readonly values: Readonly<Record<string, unknown>>
  /** Moves open to the reader now, guards aside. */
  readonly moves: readonly MoveView[]
}

export function viewOf(record: CaseRecord, roles: readonly string[]): CaseView {
  const { type } = record.entry
  const position = { state: record.state, tracks: record.tracks }
  return {
    number: record.number, system: record.entry.system, type: record.entry.name, title: type.title,
    matter: record.matter, edition: record.matterEdition,
    state: record.state, stateTitle: type.states[record.state]?.title ?? { zh: record.state, en: record.state }, tracks: record.tracks,
    version: record.version, outcome: record.outcome, due: { ...record.due, provisional: record.clock.provisional ?? false },
    openedAt: record.openedAt, enteredAt: record.enteredAt, closedAt: record.closedAt,
    region: record.region, acceptingRegion: record.acceptingRegion, organ: record.organ, parent: record.parent,
    roles,
    values: visibleValues(type, position, roles, record.values, record.form),
    moves: possibleMoves(type, position).filter(name => list(type.moves[name]!.by).some(who => roles.includes(who))).map(name => {
      const move = type.moves[name]!
      return { name, title: move.title, asks: move.asks ?? [], takes: move.takes ?? [], note: move.note === 'required', confirm: move.confirm ?? false }
    }),
  }
}
