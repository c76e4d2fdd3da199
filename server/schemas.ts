/** The shapes that many routes take and give, as JSON Schema (2020-12). What comes in is closed; answers may gain members. */
import { Type, type Static, type TProperties, type TSchema, type TUnsafe } from '@sinclair/typebox'

/** A request's object: anything not named is refused. */
export function closed<P extends TProperties>(properties: P) {
  return Type.Object(properties, { additionalProperties: false })
}

/** Free names, one kind of value. */
export function mapOf<T extends TSchema>(value: T, options: { readonly maxProperties?: number } = {}): TUnsafe<Readonly<Record<string, Static<T>>>> {
  return Type.Unsafe(Type.Object({}, { additionalProperties: value, ...options }))
}

export function oneOf<const T extends readonly string[]>(values: T): TUnsafe<T[number]> {
  return Type.Unsafe(Type.String({ enum: [...values] }))
}

export function listOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: nullable(Type.String({ description: 'Give it as `after` for the next page; null on the last one.' })) })
}

export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()])
}

export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', description: 'UUID in lower case.' })
export const Region = Type.String({ pattern: '^\\d{12}$', description: 'Twelve-digit region code.' })
export const CaseNumber = Type.String({ maxLength: 40 })
/** An organ's unified social credit code, or a region where no organ is told apart. */
export const Organ = Type.String({ pattern: '^([0-9A-Z]{18}|\\d{12})$' })
export const Day = Type.String({ description: 'YYYY-MM-DD in Asia/Shanghai.' })
export const Instant = Type.String({ description: 'ISO 8601 in UTC.' })
export const Name = Type.String({ minLength: 1, maxLength: 100 })
export const MatterCode = Type.String({ minLength: 1, maxLength: 64 })
export const Text = Type.Object({ zh: Type.String(), en: Type.String() })
export const Values = mapOf(Type.Unknown(), { maxProperties: 500 })
export const Due = Type.Object({ legal: nullable(Day), promised: nullable(Day) })

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: '20 unless given.' })),
  after: Type.Optional(Type.String({ maxLength: 500, description: '`next` of the page before.' })),
}

/** The page asked for, with its default size. */
export function pageOfQuery(query: { readonly limit?: number; readonly after?: string }): { readonly limit: number; readonly after?: string } {
  return { limit: query.limit ?? 20, ...(query.after === undefined ? {} : { after: query.after }) }
}

export const CaseSummary = Type.Object({
  number: CaseNumber, system: Type.String(), type: Type.String(), title: Text, matter: nullable(Type.String()),
  state: Type.String(), stateTitle: Text, version: Type.Integer(), outcome: nullable(Type.String()),
  due: Due, openedAt: Instant, closedAt: nullable(Instant),
})

export const CaseView = Type.Object({
  number: CaseNumber, system: Type.String(), type: Type.String(), title: Text, matter: nullable(Type.String()), edition: nullable(Type.Integer()),
  state: Type.String(), stateTitle: Text, tracks: mapOf(Type.String()), version: Type.Integer({ description: 'Give it with the next move.' }), outcome: nullable(Type.String()),
  due: Type.Object({ legal: nullable(Day), promised: nullable(Day), provisional: Type.Boolean({ description: 'Rests on a working-day calendar not published yet.' }) }),
  openedAt: Instant, enteredAt: Instant, closedAt: nullable(Instant), region: Type.String(), acceptingRegion: Type.String(), organ: Type.String(), parent: nullable(CaseNumber),
  roles: Type.Array(Type.String(), { description: 'What the reader is to the case: names of parties, `post:x`.' }),
  values: Values,
  moves: Type.Array(Type.Object({ name: Type.String(), title: Text, asks: Type.Array(Type.String()), takes: Type.Array(Type.String()), note: Type.Boolean(), confirm: Type.Boolean() })),
})

/** The answer to whoever opened a case. */
export const Opened = Type.Object({
  number: CaseNumber, state: Type.String(), version: Type.Integer(), due: Due, decision: Type.Unknown({ description: 'Grounds of a decision made at once; null where a person decides.' }),
  credentials: Type.Array(Type.Object({ id: Type.String(), type: Type.String() })), next: Text,
})

export const ProblemDocument = Type.Object({
  type: Type.String({ description: '`/errors/{code}`, which explains it.' }), title: Type.String(), status: Type.Integer(), code: Type.String(), detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'The trace of the request.' })),
  errors: Type.Array(Type.Object({ path: Type.String({ description: 'JSON pointer into the body; `/query/…` and `/path/…` elsewhere.' }), code: Type.String(), message: Type.String() })),
})
