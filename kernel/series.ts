/** Series: figures over time. A revision is a new vintage and never overwrites. */
import type { SeriesRef } from './reference.ts'
import type { Text } from './text.ts'

export interface Series<D extends string = string> {
  readonly title: Text
  readonly unit: string
  readonly dimensions: readonly D[]
  readonly vintages?: boolean
  /** `toDate` figures accumulate within their year and must be differenced before they are compared. */
  readonly measure?: 'level' | 'flow' | 'toDate'
}

export function defineSeries<const D extends string>(definition: Series<D>): Series<D> {
  return definition
}

export function refToSeries<S extends Series<any>>(ref: string): S extends Series<infer D> ? SeriesRef<D> : never {
  return { ref } as never
}
