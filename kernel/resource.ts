/** Resources: datasets with typed fields, a key, one authoritative owner and a catalogue entry. */
import type { FieldName, Fields, Level, Values } from './field.ts'
import type { CaseRef, ResourceRef } from './reference.ts'
import type { Text } from './text.ts'

/** National share attribute of a dataset: unconditional, conditional, not shared. */
export type Sharing = 'unconditional' | 'conditional' | 'none'
export type Openness = 'open' | 'restricted' | 'closed'

export interface Fold<F> {
  /** The resource or case type whose events are folded. */
  readonly of: ResourceRef | CaseRef
  readonly step: (row: Values<F> | null, event: Readonly<Record<string, unknown>>) => Values<F> | null
}

export interface Resource<F> {
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
  /** No two rows alike in `same` overlap in `during` (a pair of instant fields): no double booking. */
  readonly exclude?: { readonly same: readonly FieldName<F>[]; readonly from: FieldName<F>; readonly to: FieldName<F> }
  readonly fold?: Fold<F>
  /** Columns looked up often besides the key. */
  readonly indexed?: readonly FieldName<F>[]
}

export type AnyResource = Resource<any>

export function defineResource<F extends Fields>(definition: Resource<NoInfer<F>> & { readonly fields: F }): Resource<F> {
  return definition
}

export function refToResource<R extends Resource<any>>(ref: string): R extends Resource<infer F> ? ResourceRef<F> : never {
  return { ref } as never
}
