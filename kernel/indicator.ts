/** Indicators: formulas over records that yield a series, with a target and lineage down to the records. */
import type { ColumnOf, DataRef } from './rows.ts'
import type { Text } from './text.ts'

export interface Indicator<R = any> {
  readonly title: Text
  readonly unit: string
  readonly of: R
  /** Additive measures are kept by deltas; a ratio names two of them. */
  readonly measure:
    | { readonly count: Readonly<Partial<Record<ColumnOf<R>, unknown>>> | 'all' }
    | { readonly sum: ColumnOf<R> | 'value'; readonly where?: Readonly<Partial<Record<ColumnOf<R>, unknown>>> }
    | { readonly ratio: readonly [part: string, whole: string] }
  readonly dimensions?: readonly ColumnOf<R>[]
  readonly target?: { readonly value: number; readonly by?: string; readonly source: string; readonly better: 'higher' | 'lower' }
}

export type AnyIndicator = Indicator<any>

export function defineIndicator<const R extends DataRef>(definition: Indicator<NoInfer<R>> & { readonly of: R }): Indicator<R> {
  return definition
}
