/** Series: figures over time. A revision is a new vintage and never overwrites. */
import type { LocalDate } from './field.ts'
import type { SeriesRef } from './reference.ts'
import type { Text } from './text.ts'

/** From `from` on the figures are defined otherwise, and are not compared with those before. */
export interface SeriesBreak {
  readonly from: LocalDate
  readonly note: Text
}

export interface Series<D extends string = string> {
  readonly title: Text
  readonly unit: string
  readonly dimensions: readonly D[]
  readonly vintages?: boolean
  /** `toDate` figures accumulate within their year and must be differenced before they are compared. */
  readonly measure?: 'level' | 'flow' | 'toDate'
  readonly breaks?: readonly SeriesBreak[]
}

export function defineSeries<const D extends string>(definition: Series<D>): Series<D> {
  return definition
}

export function refToSeries<S extends Series<any>>(ref: string): S extends Series<infer D> ? SeriesRef<D> : never {
  return { noun: 'series', ref } as never
}
