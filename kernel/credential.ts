/** Credentials: signed statements about a subject. */
import type { FieldName, Fields } from './field.ts'
import type { CredentialRef } from './reference.ts'
import type { Text } from './text.ts'

export interface Credential<F> {
  readonly title: Text
  /** Three-character certificate type of the organ that defines it (GB/T 36904). */
  readonly typeNumber: string
  /** The organ that defined the type, by its unified social credit code. */
  readonly definedBy: string
  readonly fields: F
  /** Claims shown on the face (照面); the others are disclosed on request. */
  readonly face: readonly FieldName<F>[]
}

export type AnyCredential = Credential<any>

export function defineCredential<F extends Fields>(definition: Credential<NoInfer<F>> & { readonly fields: F }): Credential<F> {
  return definition
}

export function refToCredential<C extends Credential<any>>(ref: string): C extends Credential<infer F> ? CredentialRef<F> : never {
  return { noun: 'credential', ref } as never
}
