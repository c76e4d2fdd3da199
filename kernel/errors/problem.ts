/** An error with a code of the catalogue; it leaves the platform as RFC 9457 problem details. */
import type { ErrorCode } from './catalogue.ts'
import { catalogue } from './catalogue.ts'
import type { Text } from '../text.ts'

/** One fault of one place of the input. `path` is a JSON pointer. */
export interface Fault {
  readonly path: string
  readonly code: string
  readonly message: Text
}

export interface ProblemOptions {
  /** A plain line for the reader; without it the catalogue's title stands alone. */
  readonly detail?: Text | string
  readonly faults?: readonly Fault[]
  /** Further members of the problem document (a link, the present version). */
  readonly more?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export class Problem extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly title: Text
  readonly detail: Text | string | undefined
  readonly faults: readonly Fault[]
  readonly more: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    const detail = typeof options.detail === 'string' ? options.detail : options.detail?.en
    super(detail === undefined ? `${code}: ${catalogue[code].title.en}` : `${code}: ${detail}`, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.status = catalogue[code].status
    this.title = catalogue[code].title
    this.detail = options.detail
    this.faults = options.faults ?? []
    this.more = options.more ?? {}
  }
}

export function isProblem(error: unknown, code?: ErrorCode): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code)
}
