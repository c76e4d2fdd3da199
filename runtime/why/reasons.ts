/**
 * Why a case stands where it does: every request that moved it, and by the request's trace whatever it wrote, told,
 * asked, issued and sealed into the ledger. Numbers, codes and roles only: no values, names, notes or subjects.
 */
import type { Text } from '../../kernel/text.ts'

export interface Why {
  readonly number: string
  /** `system.type` */
  readonly type: string
  readonly title: Text
  readonly state: string
  readonly stateTitle: Text
  readonly outcome: string | null
  readonly version: number
  readonly openedAt: string
  readonly closedAt: string | null
  readonly parent: string | null
  /** In the order of the case's versions. */
  readonly requests: readonly Request[]
  /** What will happen by itself. */
  readonly timers: readonly PendingTimer[]
  /** What belongs to the case and to none of its moves: reminders, questions of a request that came to nothing. */
  readonly beside: Pick<Request, 'messages' | 'dataUses'>
}

/** One unit of work: a person's request, or the firing of a timer. */
export interface Request {
  readonly trace: string
  readonly at: string
  readonly moves: readonly Move[]
  /** Other cases that the same request moved. */
  readonly elsewhere: readonly { readonly number: string; readonly type: string; readonly move: string; readonly version: number }[]
  readonly leaves: readonly Leaf[]
  readonly dataUses: readonly DataUse[]
  readonly messages: readonly SentMessage[]
  readonly credentials: readonly { readonly id: string; readonly type: string; readonly status: string }[]
  readonly deliveries: readonly SentEvent[]
}

export interface Move {
  readonly version: number
  readonly name: string
  readonly title: Text
  readonly from: string | null
  readonly to: string
  readonly toTitle: Text
  readonly outcome: string | null
  readonly by: { readonly kind: string; readonly role: string; readonly roleTitle: Text }
  /** Whether a reason was written. */
  readonly noted: boolean
  readonly effects: readonly { readonly kind: string; readonly ref: string | null }[]
  /** The leaf of just this row; `null` where no leaf of the trace has its hash, so that the row was changed afterwards. */
  readonly leaf: Leaf | null
}

export interface Leaf {
  readonly kind: string
  /** Base64. */
  readonly hash: string
  /** `null` until it is numbered. */
  readonly position: number | null
  readonly inclusion: { readonly size: number; readonly rootHash: string; readonly path: readonly string[] } | null
}

export interface DataUse {
  readonly at: string
  readonly resource: string
  readonly fields: readonly string[]
  readonly purpose: string
  /** How many keys had which answer: found, none, down, refused. */
  readonly answers: Readonly<Record<string, number>>
}

export interface SentMessage {
  readonly id: number
  /** The party of the case that it went to, or `other`. */
  readonly to: string
  readonly createdAt: string
  readonly readAt: string | null
}

export interface SentEvent {
  readonly webhook: string
  readonly event: string
  readonly type: string
  readonly attempts: number
  readonly deliveredAt: string | null
  readonly failedAt: string | null
  readonly lastStatus: number | null
}

export interface PendingTimer {
  readonly key: string
  readonly kind: string
  readonly move: string | null
  readonly due: string
  /** Rests on a calendar that is not published yet. */
  readonly provisional: boolean
  readonly attempts: number
}
