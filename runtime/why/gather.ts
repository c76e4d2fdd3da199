/** Reads everything that is kept of a case and of the requests that moved it. */
import type { PartyHeader } from '../../kernel/context.ts'
import type { EventRow } from '../apply/writes.ts'
import type { Queryable } from '../database/pool.ts'
import { EVENT_LEAF_COLUMNS } from '../ledger/event-leaf.ts'

export interface Header {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly state: string
  readonly outcome: string | null
  readonly version: number
  readonly opened_at: string
  readonly closed_at: string | null
  readonly parent: string | null
  readonly parties: Readonly<Record<string, PartyHeader>>
}

export interface LeafRow {
  readonly kind: string
  readonly trace: string
  readonly hash: Buffer
  readonly position: number | null
}

/** Rows, named as the columns are. */
export interface Gathered {
  readonly header: Header
  readonly events: readonly (EventRow & { readonly effects: readonly { readonly do: string; readonly ref?: string }[] })[]
  readonly elsewhere: readonly { readonly number: string; readonly system: string; readonly type: string; readonly move: string; readonly version: number; readonly trace: string }[]
  readonly leaves: readonly LeafRow[]
  readonly dataUses: readonly { readonly at: string; readonly resource: string; readonly fields: readonly string[]; readonly purpose: string; readonly answers: readonly string[]; readonly trace: string }[]
  readonly messages: readonly { readonly id: number; readonly recipient: string; readonly created_at: string; readonly read_at: string | null }[]
  readonly credentials: readonly { readonly id: string; readonly system: string; readonly type: string; readonly status: string; readonly issued_at: string }[]
  readonly deliveries: readonly { readonly webhook: string; readonly event_id: string; readonly event_type: string; readonly event_time: string; readonly attempts: number; readonly delivered_at: string | null; readonly failed_at: string | null; readonly last_status: number | null }[]
  readonly timers: readonly { readonly key: string; readonly kind: string; readonly move: string | null; readonly due: string; readonly provisional: boolean; readonly attempts: number }[]
}

/** `null` where there is no such case. */
export async function gather(db: Pick<Queryable, 'query'>, system: string, number: string): Promise<Gathered | null> {
  const rows = async <R>(name: string, text: string, values: readonly unknown[]) => (await db.query<R>(`why-${name}`, text, values)).rows
  const [header] = await rows<Header>('case', 'select number, system, type, state, outcome, version, opened_at, closed_at, parent, parties from onevisit.cases where system = $1 and number = $2', [system, number])
  if (header === undefined) return null
  const events = await rows<Gathered['events'][number]>('events', `select ${EVENT_LEAF_COLUMNS} from onevisit.events where system = $1 and number = $2 order by version`, [system, number])
  const traces = [...new Set(events.map(event => event.trace))]
  const [elsewhere, leaves, dataUses, messages, credentials, deliveries, timers] = await Promise.all([
    rows<Gathered['elsewhere'][number]>('elsewhere', 'select number, system, type, move, version, trace from onevisit.events where trace = any($1) and number <> $2 order by id', [traces, number]),
    rows<LeafRow>('leaves', 'select kind, trace, hash, position from onevisit.ledger_leaf where trace = any($1) order by id', [traces]),
    rows<Gathered['dataUses'][number]>('data-uses', 'select at, resource, fields, purpose, answers, trace from onevisit.data_use where number = $1 order by id', [number]),
    rows<Gathered['messages'][number]>('messages', 'select id, recipient, created_at, read_at from onevisit.message where number = $1 order by id', [number]),
    rows<Gathered['credentials'][number]>('credentials', 'select id, system, type, status, issued_at from onevisit.credential where number = $1 order by issued_at, id', [number]),
    rows<Gathered['deliveries'][number]>('deliveries', `select webhook, event ->> 'id' as event_id, event ->> 'type' as event_type, event ->> 'time' as event_time, attempts, delivered_at, failed_at, last_status
      from onevisit.outbox where event ->> 'source' = $1 and webhook is not null order by id`, [`/api/v1/cases/${number}`]),
    rows<Gathered['timers'][number]>('timers', 'select key, kind, move, due, provisional, attempts from onevisit.timer where number = $1 order by due, key', [number]),
  ])
  return { header, events, elsewhere, leaves, dataUses, messages, credentials, deliveries, timers }
}
