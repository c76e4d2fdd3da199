/** Cursors of keyset-paged lists: the last row's place in the order, opaque to clients, checked when it comes back. */
import { Problem } from '../kernel/errors/problem.ts'
import { checkValue } from '../kernel/values.ts'

/** What a place in an order consists of; each is checked so that a made-up cursor never reaches the database. A moment is an instant or `infinity`. */
export type CursorPart = 'instant' | 'moment' | 'text' | 'id'

export interface Page {
  readonly limit: number
  readonly after?: string
}

export interface Listed<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

export function cursorOf(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws Problem `cursor-invalid` */
export function readCursor(cursor: string, kinds: readonly CursorPart[]): readonly (string | number)[] {
  const parts = parsed(cursor)
  if (!Array.isArray(parts) || parts.length !== kinds.length || !kinds.every((kind, i) => fits(kind, parts[i]))) throw new Problem('cursor-invalid')
  return parts as (string | number)[]
}

/** Of `limit + 1` rows read, the page and where the next begins. */
export function pageOf<R, T>(rows: readonly R[], limit: number, item: (row: R) => T, place: (row: R) => readonly (string | number)[]): Listed<T> {
  return { items: rows.slice(0, limit).map(item), next: rows.length > limit ? cursorOf(place(rows[limit - 1]!)) : null }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function fits(kind: CursorPart, value: unknown): boolean {
  if (kind === 'id') return Number.isSafeInteger(value)
  if (kind === 'moment' && value === 'infinity') return true
  if (kind !== 'text') return checkValue({ kind: 'instant', title: { zh: '', en: '' } }, value, '').length === 0
  return typeof value === 'string' && value.length <= 200 && !value.includes('\u0000') && value.isWellFormed()
}
