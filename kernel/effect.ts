/**
 * Effects: the only way anything is written. Moves, actions, jobs and listeners return them; one applier carries
 * them out. The union is closed, and effects are made by the constructors here, never as literals.
 */
import type { Instant, Values } from './field.ts'
import type { CaseRef, CredentialRef, ResourceRef, SeriesRef } from './reference.ts'
import type { Text } from './text.ts'

declare const brand: unique symbol
interface Branded { readonly [brand]: 'effect' }

export interface OpenEffect extends Branded {
  readonly do: 'open'
  readonly ref: string
  /** Name of the child slot of the case whose move opens this one. */
  readonly child?: string
  readonly values: Readonly<Record<string, unknown>>
  readonly parties: Readonly<Record<string, string>>
  readonly region?: string
  readonly organ?: string
}
export interface MoveEffect extends Branded {
  readonly do: 'move'
  readonly ref: string
  readonly number: string
  readonly move: string
  readonly version: number
  readonly values: Readonly<Record<string, unknown>>
}
export interface PutEffect extends Branded {
  readonly do: 'put'
  readonly ref: string
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}
export interface RetractEffect extends Branded {
  readonly do: 'retract'
  readonly ref: string
  readonly keys: readonly string[]
}
export interface SetEffect extends Branded {
  readonly do: 'set'
  readonly ref: string
  readonly where: Readonly<Record<string, unknown>>
  readonly values: Readonly<Record<string, unknown>>
  /** The whole effect is refused when more rows than this match. */
  readonly atMost: number
}
export interface ObserveEffect extends Branded {
  readonly do: 'observe'
  readonly ref: string
  readonly at: Instant
  readonly value: number | null
  readonly dimensions: Readonly<Record<string, string>>
  /** Names the observation at its source: the same key again changes nothing. */
  readonly key: string
  /** When the figure was released, where that is not now; a later one is a new vintage. */
  readonly knownAt?: Instant
}
export interface IssueEffect extends Branded {
  readonly do: 'issue'
  readonly ref: string
  readonly holder: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly validUntil: string | null
}
/** Changes the status of a credential issued before. */
export interface RevokeEffect extends Branded {
  readonly do: 'revoke'
  readonly id: string
  readonly status: 'suspended' | 'revoked' | 'valid'
  readonly reason: Text
}
export interface SendEffect extends Branded {
  readonly do: 'send'
  /** CloudEvents type. */
  readonly type: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
}
export interface NotifyEffect extends Branded {
  readonly do: 'notify'
  /** A party of the case, `post:x`, or a subject id. */
  readonly to: string
  readonly title: Text
  readonly body: Text
}
export interface PayEffect extends Branded {
  readonly do: 'pay'
  readonly key: string
  readonly payee: string
  readonly fen: number
  readonly reason: Text
}
export interface WakeEffect extends Branded {
  readonly do: 'wake'
  /** A system move of the case named `number`, or a job's `system.job`. */
  readonly target: string
  readonly number?: string
  readonly at: Instant
}

export type Effect =
  | OpenEffect | MoveEffect | PutEffect | RetractEffect | SetEffect | ObserveEffect | IssueEffect | RevokeEffect
  | SendEffect | NotifyEffect | PayEffect | WakeEffect

export const EFFECT_KINDS = ['open', 'move', 'put', 'retract', 'set', 'observe', 'issue', 'revoke', 'send', 'notify', 'pay', 'wake'] as const

type Optional<F> = { [K in keyof F as null extends ValueOf<F[K]> ? K : never]?: ValueOf<F[K]> }
type Required<F> = { [K in keyof F as null extends ValueOf<F[K]> ? never : K]: ValueOf<F[K]> }
type ValueOf<X> = X extends { readonly t?: infer T } ? T : never
/** What a new record needs: its required fields, and any of the others. */
export type NewValues<F> = Required<F> & Optional<F>

function effect<E extends Effect>(body: Omit<E, typeof brand>): E {
  return body as E
}

export function open<F>(ref: CaseRef<F>, values: NewValues<F>, to?: { child?: string; parties?: Record<string, string>; region?: string; organ?: string }): Effect {
  return effect<OpenEffect>({ do: 'open', ref: ref.ref, values: values as Record<string, unknown>, parties: to?.parties ?? {}, ...pick(to, ['child', 'region', 'organ']) })
}
export function move<F, M extends string>(ref: CaseRef<F, M>, number: string, name: NoInfer<M>, version: number, values: Partial<Values<F>> = {}): Effect {
  return effect<MoveEffect>({ do: 'move', ref: ref.ref, number, move: name, version, values: values as Record<string, unknown> })
}
export function put<F>(ref: ResourceRef<F>, rows: readonly NewValues<F>[]): Effect {
  return effect<PutEffect>({ do: 'put', ref: ref.ref, rows: rows as readonly Record<string, unknown>[] })
}
export function retract(ref: ResourceRef, keys: readonly string[]): Effect {
  return effect<RetractEffect>({ do: 'retract', ref: ref.ref, keys })
}
export function set<F>(ref: ResourceRef<F>, where: Partial<Values<F>>, values: Partial<Values<F>>, bound: { atMost: number }): Effect {
  return effect<SetEffect>({ do: 'set', ref: ref.ref, where: where as Record<string, unknown>, values: values as Record<string, unknown>, atMost: bound.atMost })
}
export function observe<D extends string>(ref: SeriesRef<D>, at: Instant, value: number | null, dimensions: Record<NoInfer<D>, string>, key: string, knownAt?: Instant): Effect {
  return effect<ObserveEffect>({ do: 'observe', ref: ref.ref, at, value, dimensions, key, ...(knownAt === undefined ? {} : { knownAt }) })
}
export function issue<F>(ref: CredentialRef<F>, holder: string, claims: NewValues<F>, validUntil: string | null): Effect {
  return effect<IssueEffect>({ do: 'issue', ref: ref.ref, holder, claims: claims as Record<string, unknown>, validUntil })
}
export function revoke(id: string, status: RevokeEffect['status'], reason: Text): Effect {
  return effect<RevokeEffect>({ do: 'revoke', id, status, reason })
}
export function send(type: string, subject: string, data: Readonly<Record<string, unknown>>): Effect {
  return effect<SendEffect>({ do: 'send', type, subject, data })
}
export function notify(to: string, title: Text, body: Text): Effect {
  return effect<NotifyEffect>({ do: 'notify', to, title, body })
}
export function pay(key: string, payee: string, fen: number, reason: Text): Effect {
  return effect<PayEffect>({ do: 'pay', key, payee, fen, reason })
}
export function wake(target: string, at: Instant, number?: string): Effect {
  return effect<WakeEffect>({ do: 'wake', target, at, ...(number === undefined ? {} : { number }) })
}

function pick<T extends object, K extends keyof T>(from: T | undefined, names: readonly K[]): Partial<Pick<T, K>> {
  const out: Partial<Pick<T, K>> = {}
  for (const name of names) if (from?.[name] !== undefined) out[name] = from[name]
  return out
}

