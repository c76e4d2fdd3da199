/** What the world looks like from inside a system: a handful of questions, answered for one moment. */
import type { FieldName, Instant, LocalDate, Values } from './field.ts'
import type { ResourceRef } from './reference.ts'
import type { Matter } from './matter.ts'
import type { SubjectClass } from './who.ts'

/** Found, none, down and refused are four different answers; only `found` and `none` are knowledge. */
export type Answer<R> =
  | { readonly key: string; readonly state: 'found'; readonly row: R; readonly asOf: Instant }
  | { readonly key: string; readonly state: 'none'; readonly asOf: Instant }
  | { readonly key: string; readonly state: 'down' | 'refused'; readonly reason: string }

export interface Need<K> {
  readonly fields: readonly K[]
  readonly purpose: string
}

/** Whoever acts. `subject` is pseudonymous. The system itself has no subject. */
export interface Actor {
  readonly kind: 'person' | 'firm' | 'staff' | 'app' | 'system'
  readonly subject: string | null
  readonly name: string
}

export interface CaseHeader {
  readonly number: string
  readonly type: string
  readonly state: string
  readonly tracks: Readonly<Record<string, string>>
  readonly version: number
  readonly openedAt: Instant
  readonly enteredAt: Instant
  readonly region: string
  readonly organ: string
  readonly acceptingRegion: string
  readonly matter: string | null
  readonly edition: number | null
  readonly parties: Readonly<Record<string, PartyHeader>>
  readonly due: { readonly legal: LocalDate | null; readonly promised: LocalDate | null }
}

export interface PartyHeader {
  readonly subject: string
  readonly class: SubjectClass
}

export interface ChildHeader {
  readonly child: string
  readonly number: string
  readonly type: string
  readonly state: string
  /** What a move of the child must name. */
  readonly version: number
  /** How it closed; `null` while it lives. */
  readonly outcome: string | null
}

export interface Ctx {
  readonly now: Instant
  /** Today in Asia/Shanghai, on which dated rules are judged unless the record's own day is given. */
  readonly today: LocalDate
  readonly actor: Actor
  /** The rule table or setting in force on `on`. */
  rule<T = unknown>(id: string, on: LocalDate): T
  /** Reads another system's rows through the gateway; every use is logged. */
  ask<F, K extends FieldName<F>>(resource: ResourceRef<F>, keys: readonly string[], need: Need<K>): Promise<readonly Answer<Pick<Values<F>, K>>[]>
}

/** The context of a move: the case it belongs to, besides the world. */
export interface MoveCtx extends Ctx {
  readonly case: CaseHeader
  readonly children: readonly ChildHeader[]
  /** Values given with this move, already validated and merged into the first argument. */
  readonly given: Readonly<Record<string, unknown>>
  /** The pinned edition, where the case came from a matter. */
  readonly matter: Matter | null
}
