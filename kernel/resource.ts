/** Resources: datasets with typed fields, a key, one authoritative owner and a catalogue entry. */
import type { DateFieldName, FieldName, Fields, Level, Values } from './field.ts'
import type { ResourceRef } from './reference.ts'
import type { DataRef, RowOf } from './rows.ts'
import type { Text } from './text.ts'

/** National share attribute of a dataset: unconditional, conditional, not shared. */
export type Sharing = 'unconditional' | 'conditional' | 'none'
export type Openness = 'open' | 'restricted' | 'closed'

export interface Fold<F, E = any> {
  /** The append-only resource, or the case type, whose rows are folded; it has the key columns of the fold. */
  readonly of: E
  readonly step: (row: Values<F> | null, event: RowOf<E>) => Values<F> | null
}

export interface Resource<F, E = any> {
  readonly title: Text
  readonly about?: Text
  readonly fields: F
  readonly key: readonly FieldName<F>[]
  /** The organ (or role) that is authoritative for it. */
  readonly owner: Text
  readonly level: Level
  readonly sharing?: Sharing
  readonly openness?: Openness
  /** How often the owner refreshes it, in hours; staleness beyond it is reported. */
  readonly updateHours?: number
  readonly appendOnly?: boolean
  readonly partitionBy?: FieldName<F>
  /** No two rows alike in `same` overlap between `from` and `to` (two dates or two instants): no double booking. */
  readonly exclude?: { readonly same: readonly FieldName<F>[]; readonly from: DateFieldName<F>; readonly to: DateFieldName<F> }
  readonly fold?: Fold<F, E>
  /** Columns looked up often besides the key. */
  readonly indexed?: readonly FieldName<F>[]
}

export type AnyResource = Resource<any, any>

export function defineResource<F extends Fields, const E extends DataRef = ResourceRef>(definition: Resource<NoInfer<F>, E> & { readonly fields: F }): Resource<F, E> {
  return definition
}

export function refToResource<R extends AnyResource>(ref: string): R extends Resource<infer F, any> ? ResourceRef<F> : never {
  return { noun: 'resource', ref } as never
}
