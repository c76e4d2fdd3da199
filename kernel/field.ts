/**
 * Fields: the typed columns of cases, resources, matters and actions. A field is plain data, so that a matter
 * authored at run time and a case type authored in code are validated, stored and rendered by the same code.
 */
import type { Text } from './text.ts'

/** A calendar date, `YYYY-MM-DD`, in Asia/Shanghai. */
export type LocalDate = string
/** An instant, ISO 8601 in UTC. */
export type Instant = string
/** Money in integer fen (1/100 yuan). */
export type Fen = number

export type FieldKind =
  | 'text' | 'integer' | 'decimal' | 'fen' | 'yesNo' | 'consent' | 'date' | 'instant' | 'choice' | 'choices'
  | 'code' | 'region' | 'organ' | 'subject' | 'place' | 'file' | 'record' | 'list' | 'form' | 'json'

/** National codes that a `code` field can hold; each has a parser in `kernel/codes`. */
export type CodeName =
  | 'uscc' | 'organizationCode' | 'citizenId' | 'regionCode' | 'matterCode' | 'projectCode' | 'certificateId' | 'industryCode'
  | 'imoNumber' | 'containerCode'

/** Sensitivity of one column: L1 not sensitive … L4 sensitive (domain sheet B1). */
export type Level = 1 | 2 | 3 | 4

/** A point with its coordinate system; a bare pair of numbers is refused. */
export interface Place {
  readonly crs: 'CGCS2000' | 'WGS84' | 'GCJ02'
  readonly lon: number
  readonly lat: number
}

export interface FieldOptions {
  /** Present from the opening of the record on. Without it the value may be `null`, which means unknown, not empty. */
  readonly required?: boolean
  readonly help?: Text
  readonly level?: Level
  /** Identifies a person: encrypted at rest, looked up by keyed hash only, never in logs, ledger or URLs. */
  readonly identifies?: boolean
  /** Seen only where a move or party names it, whatever else its reader may see (a whistle-blower's name). */
  readonly sealed?: boolean
  /** The name this field had in the previous edition; a rename without it fails the build. */
  readonly renamedFrom?: string
}

/** `T` is the value's type, `K` the kind; both are inferred by the constructors below. */
export interface Field<T = unknown, K extends FieldKind = FieldKind> extends FieldOptions {
  readonly kind: K
  readonly title: Text
  readonly maxLength?: number
  readonly min?: number | string
  readonly max?: number | string
  readonly unit?: string
  /** Decimal places kept. */
  readonly scale?: number
  readonly choices?: Readonly<Record<string, Text>>
  readonly code?: CodeName
  readonly fields?: Fields
  readonly items?: Field
  readonly accept?: readonly string[]
  readonly maxBytes?: number
  /** Phantom: carries the value's type only. */
  readonly t?: T
}

export type Fields = Readonly<Record<string, Field>>

/** The values of a set of fields; a field that is not `required` may be `null`. */
export type Values<F> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never }
export type FieldName<F> = keyof F & string
/** Names of the fields a clock can run towards. */
export type DateFieldName<F> = { [K in keyof F]: F[K] extends Field<unknown, 'date' | 'instant'> ? K : never }[keyof F] & string

type Valued<T, O> = O extends { readonly required: true } ? T : T | null
type Made<T, K extends FieldKind, O> = Field<Valued<T, O>, K>

function make<T, K extends FieldKind, O extends FieldOptions>(kind: K, title: Text, options: O | undefined, extra?: object): Made<T, K, O> {
  return { kind, title, ...extra, ...options } as unknown as Made<T, K, O>
}

export function textField<const O extends FieldOptions & { maxLength?: number }>(title: Text, options?: O): Made<string, 'text', O> {
  return make('text', title, options)
}
export function integerField<const O extends FieldOptions & { min?: number; max?: number; unit?: string }>(title: Text, options?: O): Made<number, 'integer', O> {
  return make('integer', title, options)
}
/** A decimal kept exactly, as text; `scale` places. */
export function decimalField<const O extends FieldOptions & { min?: number; max?: number; unit?: string; scale?: number }>(title: Text, options?: O): Made<string, 'decimal', O> {
  return make('decimal', title, options)
}
export function fenField<const O extends FieldOptions & { min?: number; max?: number }>(title: Text, options?: O): Made<Fen, 'fen', O> {
  return make('fen', title, options)
}
export function yesNoField<const O extends FieldOptions>(title: Text, options?: O): Made<boolean, 'yesNo', O> {
  return make('yesNo', title, options)
}
/** A consent that only the person can give: it has no default and only `true` is accepted. */
export function consentField<const O extends FieldOptions>(title: Text, options?: O): Made<true, 'consent', O> {
  return make('consent', title, options)
}
export function dateField<const O extends FieldOptions & { min?: LocalDate; max?: LocalDate }>(title: Text, options?: O): Made<LocalDate, 'date', O> {
  return make('date', title, options)
}
export function instantField<const O extends FieldOptions>(title: Text, options?: O): Made<Instant, 'instant', O> {
  return make('instant', title, options)
}
export function choiceField<const C extends Readonly<Record<string, Text>>, const O extends FieldOptions>(title: Text, choices: C, options?: O): Made<keyof C & string, 'choice', O> {
  return make('choice', title, options, { choices })
}
export function choicesField<const C extends Readonly<Record<string, Text>>, const O extends FieldOptions>(title: Text, choices: C, options?: O): Made<readonly (keyof C & string)[], 'choices', O> {
  return make('choices', title, options, { choices })
}
export function codeField<const O extends FieldOptions>(title: Text, code: CodeName, options?: O): Made<string, 'code', O> {
  return make('code', title, options, { code })
}
/** A twelve-digit region code. */
export function regionField<const O extends FieldOptions>(title: Text, options?: O): Made<string, 'region', O> {
  return make('region', title, options)
}
/** A government organ, by its unified social credit code. */
export function organField<const O extends FieldOptions>(title: Text, options?: O): Made<string, 'organ', O> {
  return make('organ', title, options)
}
/** A subject, by pseudonymous id. */
export function subjectField<const O extends FieldOptions>(title: Text, options?: O): Made<string, 'subject', O> {
  return make('subject', title, options)
}
export function placeField<const O extends FieldOptions>(title: Text, options?: O): Made<Place, 'place', O> {
  return make('place', title, options)
}
/** A stored file, by its id. */
export function fileField<const O extends FieldOptions & { accept?: readonly string[]; maxBytes?: number }>(title: Text, options?: O): Made<string, 'file', O> {
  return make('file', title, options)
}
export function recordField<F extends Fields, const O extends FieldOptions>(title: Text, fields: F, options?: O): Made<Values<F>, 'record', O> {
  return make('record', title, options, { fields })
}
export function listField<T, K extends FieldKind, const O extends FieldOptions & { maxLength?: number }>(title: Text, items: Field<T, K>, options?: O): Made<readonly T[], 'list', O> {
  return make('list', title, options, { items })
}
/** Values whose fields come from the pinned edition of the record's matter. */
export function formField<const O extends FieldOptions>(title: Text, options?: O): Made<Readonly<Record<string, unknown>>, 'form', O> {
  return make('form', title, options)
}

/** A structured value that only the system writes (resolved materials, evidence of a decision). */
export function jsonField<T, const O extends FieldOptions = FieldOptions>(title: Text, options?: O): Made<T, 'json', O> {
  return make('json', title, options)
}
