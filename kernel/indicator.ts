/** Indicators: formulas over records that yield a series, with a target and lineage down to the records. */
import type { CaseRef, ResourceRef, SeriesRef } from './reference.ts'
import type { Text } from './text.ts'

export interface Indicator {
  readonly title: Text
  readonly unit: string
  readonly of: CaseRef | ResourceRef | SeriesRef
  /** Additive measures are kept by deltas; a ratio names two of them. */
  readonly measure:
    | { readonly count: Readonly<Record<string, unknown>> | 'all' }
    | { readonly sum: string; readonly where?: Readonly<Record<string, unknown>> }
    | { readonly ratio: readonly [part: string, whole: string] }
  readonly dimensions?: readonly string[]
  readonly target?: { readonly value: number; readonly by?: string; readonly source: string; readonly better: 'higher' | 'lower' }
}

export function defineIndicator(definition: Indicator): Indicator {
  return definition
}
