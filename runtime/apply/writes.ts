/** What one transition writes, row by row. Built in memory, carried out by one statement. */

/** A row of `onevisit.cases`; names are the columns'. */
export interface CaseRow {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly definition: string
  readonly matter: string | null
  readonly edition: number | null
  readonly state: string
  readonly tracks: Readonly<Record<string, string>>
  /** After this transition. */
  readonly version: number
  /** Before it; an update that does not meet it changes nothing and raises. */
  readonly expected: number
  readonly outcome: string | null
  readonly region: string
  readonly accepting_region: string
  readonly organ: string
  readonly applicant: string | null
  readonly parties: unknown
  readonly opened_at: string
  readonly entered_at: string
  readonly closed_at: string | null
  readonly due_legal: string | null
  readonly due_promised: string | null
  readonly clock: unknown
  readonly parent: string | null
  readonly child: string | null
  readonly live_key: string | null
  readonly index1: string | null
  readonly index2: string | null
  readonly index3: string | null
  readonly values: unknown
}

export interface EventRow {
  readonly system: string
  readonly number: string
  readonly version: number
  readonly type: string
  readonly move: string
  readonly from_state: string | null
  readonly to_state: string
  readonly tracks: unknown
  readonly outcome: string | null
  readonly actor: string | null
  readonly actor_kind: string
  readonly actor_role: string
  readonly at: string
  readonly trace: string
  readonly note: string | null
  readonly given: unknown
  readonly effects: unknown
  readonly due_legal: string | null
  readonly due_promised: string | null
}

export interface PartyRow {
  readonly subject: string
  readonly number: string
  readonly system: string
  readonly party: string
  readonly opened_at: string
}

export interface TaskRow {
  readonly scope: number
  readonly due: string
  readonly system: string
  readonly number: string
  readonly key: string
  readonly type: string
  readonly matter: string | null
  readonly case_state: string
  readonly moves: readonly string[]
  readonly opened_at: string
}

export interface TaskDone {
  readonly number: string
  readonly key: string
  readonly done_at: string
  readonly done_by: string | null
}

/** A to-do that stays while its time changes. */
export interface TaskDue {
  readonly number: string
  readonly key: string
  readonly due: string
}

export interface TimerRow {
  readonly system: string
  readonly number: string
  readonly key: string
  readonly kind: 'move' | 'remind' | 'escalate' | 'childClosed' | 'wake'
  readonly move: string | null
  readonly due: string
  readonly provisional: boolean
  readonly spec: unknown
}

export interface MessageRow {
  readonly recipient: string
  readonly number: string | null
  readonly title: unknown
  readonly body: unknown
  readonly created_at: string
}

export interface CredentialRow {
  readonly id: string
  readonly system: string
  readonly type: string
  readonly holder: string
  readonly issuer: string
  readonly status: 'valid'
  readonly claims: unknown
  readonly signed: string
  readonly number: string | null
  readonly issued_at: string
  readonly valid_until: string | null
}

export interface CredentialChange {
  readonly id: string
  readonly status: 'valid' | 'suspended' | 'revoked'
  readonly reason: unknown
  readonly changed_at: string
}

export interface LeafRow {
  /** Hex of the SHA-256 leaf hash; never personal data. */
  readonly hash: string
  readonly kind: string
  readonly trace: string
  readonly at: string
}

export interface OutboxRow {
  readonly event: unknown
  readonly due: string
}

export interface IdempotencyRow {
  readonly actor: string
  readonly key: string
  /** Hex. */
  readonly request_hash: string
  readonly status: number
  readonly answer: unknown
  readonly at: string
}

/** A composed part that writes a typed resource table. */
export interface ResourceWrite {
  /** One statement sees one snapshot: several writes of one table are carried out in turn. */
  readonly table: string
  readonly sql: (parameter: string) => string
  /** Names the shape; equal shapes have equal SQL. */
  readonly shape: string
  readonly rows: readonly unknown[]
  /** Where writes of equal shape that follow each other may be one: its rows, from those of both. */
  readonly joined?: (rows: readonly unknown[]) => readonly unknown[]
  /** More rows changed than this undo everything; the SQL returns one row for each. */
  readonly atMost?: number
}

export interface Writes {
  readonly opens: CaseRow[]
  readonly updates: CaseRow[]
  readonly events: EventRow[]
  readonly parties: PartyRow[]
  readonly tasks: TaskRow[]
  readonly tasksDone: TaskDone[]
  readonly tasksDue: TaskDue[]
  readonly timers: TimerRow[]
  /** Timers that no longer apply. */
  readonly timersGone: { readonly number: string; readonly key: string }[]
  /** The timer that fired: it must still be there and due when it was, or another process has done its work. */
  readonly timersFired: { readonly number: string; readonly key: string; readonly due: string }[]
  readonly messages: MessageRow[]
  readonly credentials: CredentialRow[]
  readonly credentialChanges: CredentialChange[]
  readonly leaves: LeafRow[]
  readonly outbox: OutboxRow[]
  readonly resources: ResourceWrite[]
  readonly idempotency: IdempotencyRow[]
}

export function emptyWrites(): Writes {
  return {
    opens: [], updates: [], events: [], parties: [], tasks: [], tasksDone: [], tasksDue: [], timers: [], timersGone: [], timersFired: [],
    messages: [], credentials: [], credentialChanges: [], leaves: [], outbox: [], resources: [], idempotency: [],
  }
}
