/**
 * References: how one definition names another without importing it. A facade holds them, with the fields they
 * carry, and imports only the kernel.
 */
import type { Fields } from './field.ts'

declare const brand: unique symbol

/** A case type `system.type`, its fields and the names of its moves. */
export interface CaseRef<F = any, M extends string = any> {
  readonly noun: 'case'
  readonly ref: string
  readonly [brand]?: readonly [F, M]
}

/** A resource `system.resource` and its fields. */
export interface ResourceRef<F = any> {
  readonly noun: 'resource'
  readonly ref: string
  readonly [brand]?: readonly [F]
}

/** A series `system.series` and the names of its dimensions. */
export interface SeriesRef<D extends string = any> {
  readonly noun: 'series'
  readonly ref: string
  readonly [brand]?: readonly [D]
}

export interface CredentialRef<F = any> {
  readonly noun: 'credential'
  readonly ref: string
  readonly [brand]?: readonly [F]
}

/** `caseRef('wages.disposal', disposalFields).moves<'sign' | 'close'>()` */
export function caseRef<F extends Fields>(ref: string, _fields?: F): CaseRef<F, never> & { moves<M extends string>(): CaseRef<F, M> } {
  return { noun: 'case', ref, moves: () => ({ noun: 'case', ref }) }
}

export function resourceRef<F extends Fields>(ref: string, _fields?: F): ResourceRef<F> {
  return { noun: 'resource', ref }
}

export function seriesRef<const D extends string = string>(ref: string, _dimensions?: readonly D[]): SeriesRef<D> {
  return { noun: 'series', ref }
}

export function credentialRef<F extends Fields>(ref: string, _fields?: F): CredentialRef<F> {
  return { noun: 'credential', ref }
}
