/**
 * References: how one definition names another without importing it. A facade holds them, with the fields they
 * carry, and imports only the kernel.
 */
import type { Fields } from './field.ts'

declare const brand: unique symbol

/** A case type `system.type`, its fields and the names of its moves. */
export interface CaseRef<F = any, M extends string = any> {
  readonly ref: string
  readonly [brand]?: readonly ['case', F, M]
}

/** A resource `system.resource` and its fields. */
export interface ResourceRef<F = any> {
  readonly ref: string
  readonly [brand]?: readonly ['resource', F]
}

export interface SeriesRef<D extends string = any> {
  readonly ref: string
  readonly [brand]?: readonly ['series', D]
}

export interface CredentialRef<F = any> {
  readonly ref: string
  readonly [brand]?: readonly ['credential', F]
}

/** `caseRef('wage-payments.disposal', disposalFields).moves<'sign' | 'close'>()` */
export function caseRef<F extends Fields>(ref: string, _fields?: F): CaseRef<F, never> & { moves<M extends string>(): CaseRef<F, M> } {
  return { ref, moves: () => ({ ref }) }
}

export function resourceRef<F extends Fields>(ref: string, _fields?: F): ResourceRef<F> {
  return { ref }
}

export function seriesRef<const D extends string = string>(ref: string, _dimensions?: readonly D[]): SeriesRef<D> {
  return { ref }
}

export function credentialRef<F extends Fields>(ref: string, _fields?: F): CredentialRef<F> {
  return { ref }
}
