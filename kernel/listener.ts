/** Listeners: wire protocols as pure step functions; the server owns the socket. */
import type { Effect } from './effect.ts'
import type { Instant } from './field.ts'

export interface ListenerInput {
  readonly at: Instant
  readonly bytes?: Uint8Array
  readonly peer?: string
  readonly woke?: string
  readonly effect?: Effect
}

/** What a step sends out: bytes to a peer, an effect, or a wish to be woken. */
export type ListenerOutput =
  | { readonly send: Uint8Array; readonly to: string }
  | { readonly effect: Effect }
  | { readonly wake: string; readonly at: Instant }

export interface Listener<T> {
  readonly speaks: readonly ('udp' | 'tcp')[]
  readonly port: { readonly env: string; readonly or: number }
  /** Only one server process runs it at a time. */
  readonly single: boolean
  readonly step: (state: T | undefined, input: ListenerInput) => { readonly state: T; readonly out: readonly ListenerOutput[] }
}

export function defineListener<T>(definition: Listener<T>): Listener<T> {
  return definition
}
