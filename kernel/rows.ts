/** What jobs, signals, folds and indicators are given of the things they name. */
import type { CaseHeader } from './context.ts'
import type { FieldName, Instant, Values } from './field.ts'
import type { CaseRef, ResourceRef, SeriesRef } from './reference.ts'

/** Something with rows: a resource, a series, or the cases of a type. */
export type DataRef = ResourceRef | CaseRef | SeriesRef

/** A case as it stands; `case.version` is what a move of it must give. */
export interface CaseRecord<F = any> {
  readonly case: CaseHeader
  readonly values: Values<F>
}

/** One figure. Of several vintages, `knownAt` says which this is. */
export interface SeriesPoint<D extends string = string> {
  readonly at: Instant
  /** `null`: not observed, which is not zero. */
  readonly value: number | null
  readonly dimensions: Readonly<Record<D, string>>
  readonly knownAt: Instant
}

type IsAny<X> = 0 extends 1 & X ? true : false

export type RowOf<R> = IsAny<R> extends true ? any
  : R extends SeriesRef<infer D> ? SeriesPoint<D>
  : R extends CaseRef<infer F> ? CaseRecord<F>
  : R extends ResourceRef<infer F> ? Values<F>
  : never

/** Columns every case has besides its fields. */
export type CaseColumn = 'state' | 'region' | 'organ' | 'acceptingRegion' | 'matter'
export const CASE_COLUMNS: readonly CaseColumn[] = ['state', 'region', 'organ', 'acceptingRegion', 'matter']

/** Names by which rows are grouped, filtered and counted. */
export type ColumnOf<R> = IsAny<R> extends true ? string
  : R extends SeriesRef<infer D> ? D
  : R extends CaseRef<infer F> ? FieldName<F> | CaseColumn
  : R extends ResourceRef<infer F> ? FieldName<F>
  : never

/** Columns that all of several things have. */
export type SharedColumn<R> = IsAny<R> extends true ? string
  : { [N in keyof R]: (column: ColumnOf<R[N]>) => void }[keyof R] extends (column: infer C) => void ? C & string : never
