/**
 * The ledger leaf of an event: a hash of its row in one fixed form (names sorted, no spaces, as RFC 8785 has it), so
 * that whoever has the row can compute the leaf again. Identifying values are sealed in the row already.
 */
import { hashLeaf } from '../../engines/merkle/index.ts'
import type { EventRow } from '../apply/writes.ts'

/** Hex of the leaf hash. `jsonb` keeps neither the order of names nor how an instant was written, and neither counts here. */
export function eventLeaf(event: EventRow): string {
  const row: Record<keyof EventRow, unknown> = {
    system: event.system, number: event.number, version: event.version, type: event.type, move: event.move,
    from_state: event.from_state, to_state: event.to_state, tracks: event.tracks, outcome: event.outcome,
    actor: event.actor, actor_kind: event.actor_kind, actor_role: event.actor_role, at: new Date(event.at).toISOString(), trace: event.trace,
    note: event.note, given: event.given, effects: event.effects, due_legal: event.due_legal, due_promised: event.due_promised,
  }
  return Buffer.from(hashLeaf(canonicalJson(row))).toString('hex')
}

/** Names of the columns that make up the leaf, for reading an event back. */
export const EVENT_LEAF_COLUMNS = `system, number, version, type, move, from_state, to_state, tracks, outcome, actor, actor_kind, actor_role, at, trace, note, given, effects, due_legal, due_promised`

/** Names in the order of their UTF-16 units; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(one => canonicalJson(one ?? null)).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  const members = Object.entries(value).filter(([, member]) => member !== undefined).sort(([a], [b]) => a < b ? -1 : 1)
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
