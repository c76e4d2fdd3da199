/** Errors as RFC 9457 problem details, whoever threw them. Bad input is never a server error; a server error tells no internals. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { catalogue, type ErrorCode } from '../kernel/errors/catalogue.ts'
import { isProblem, Problem, type Fault } from '../kernel/errors/problem.ts'
import { fault } from '../kernel/values.ts'
import type { Log } from '../runtime/database/log.ts'
import { isRetryable } from '../runtime/database/sql-errors.ts'
import { inLanguage, languageOf } from './language.ts'

export const PROBLEM_TYPE = 'application/problem+json'
const RETRY_AFTER_SECONDS = 2
const MOST_FAULTS = 100

/** What Fastify, its parsers and its plugins throw, by their own codes. */
const FRAMEWORK: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large', FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type', FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed-json',
  FST_ERR_BAD_URL: 'invalid-request', FST_ERR_NOT_FOUND: 'not-found', FST_REQ_FILE_TOO_LARGE: 'file-too-large', FST_FILES_LIMIT: 'invalid-request',
  FST_FIELDS_LIMIT: 'invalid-request', FST_PARTS_LIMIT: 'invalid-request', FST_PROTO_VIOLATION: 'invalid-request', FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported-media-type',
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = { 404: 'not-found', 405: 'method-not-allowed', 413: 'body-too-large', 415: 'unsupported-media-type' }

export function problemFrom(error: unknown): Problem {
  if (isProblem(error)) return error
  if (isRetryable(error)) return new Problem('database-unavailable', { cause: error })
  const { code, statusCode, message } = error as { readonly code?: string; readonly statusCode?: number; readonly message?: string }
  const known = code !== undefined && Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined
  if (known !== undefined) return new Problem(known, { cause: error })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return new Problem(BY_STATUS[statusCode] ?? 'invalid-request', { detail: message ?? '', cause: error })
  return new Problem('internal', { cause: error })
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const problem = problemFrom(error)
  if (problem.status >= 500 && problem.code !== 'database-unavailable') {
    const cause = (problem.code === 'internal' ? problem.cause : problem) as Error
    log.error({ trace: request.id, route: request.routeOptions.url, code: problem.code, error: cause.message, stack: cause.stack }, 'a request failed')
  }
  const retryAfter = problem.more['retryAfter'] ?? ('retry' in catalogue[problem.code] ? RETRY_AFTER_SECONDS : undefined)
  if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter))
  if (problem.status === 401) void reply.header('www-authenticate', problem.code === 'session-expired' ? 'Bearer error="invalid_token"' : 'Bearer')
  const language = languageOf(request.headers['accept-language'])
  return reply.code(problem.status).header('content-language', language).header('vary', 'accept-language').type(PROBLEM_TYPE)
    .send(documentOf(problem, language, request.id))
}

/** The problem document; its own members are never overridden by further ones. */
export function documentOf(problem: Problem, language: 'zh' | 'en', trace: string): Readonly<Record<string, unknown>> {
  const internals = problem.code === 'internal' || problem.code === 'definition-invalid'
  return {
    ...(internals ? {} : problem.more),
    type: `/errors/${problem.code}`, title: problem.title[language], status: problem.status, code: problem.code,
    ...(problem.detail === undefined || internals ? {} : { detail: inLanguage(problem.detail, language) }),
    instance: `urn:uuid:${trace}`,
    errors: problem.faults.slice(0, MOST_FAULTS).map(({ path, code, message }) => ({ path, code, message: message[language] })),
  }
}

/** A fault as the JSON Schema validator reports it. */
export interface SchemaFault {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
}

const PLACES: Readonly<Record<string, string>> = { body: '', querystring: '/query', params: '/path', headers: '/headers' }

/** Faults of a request against its schema, all at once. Pointers into the query or the path begin with `/query` and `/path`. */
export function schemaProblem(faults: readonly SchemaFault[], part: string): Problem {
  // A text that fits none of several alternatives fails each of them; the alternatives' own faults say it.
  const told = faults.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf' && keyword !== 'if')
  return new Problem('invalid-request', { faults: (told.length > 0 ? told : faults).map(one => faultOf(one, PLACES[part] ?? '')) })
}

const KEYWORDS: Readonly<Record<string, ErrorCode>> = {
  required: 'field-required', additionalProperties: 'field-unknown', enum: 'field-choice', const: 'field-choice', minimum: 'field-range', maximum: 'field-range',
  minItems: 'field-range', maxItems: 'field-too-long', maxLength: 'field-too-long', minLength: 'field-required', maxProperties: 'field-too-long', pattern: 'field-type', format: 'field-type',
}

function faultOf({ keyword, instancePath, params }: SchemaFault, place: string): Fault {
  const name = params['missingProperty'] ?? params['additionalProperty']
  const path = place + instancePath + (typeof name === 'string' ? `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` : '')
  return fault(path, KEYWORDS[keyword] ?? 'field-type', expected(params))
}

function expected(params: Readonly<Record<string, unknown>>): string | undefined {
  if (Array.isArray(params['allowedValues'])) return params['allowedValues'].join(', ')
  for (const name of ['type', 'format', 'pattern']) if (typeof params[name] === 'string') return params[name]
  return typeof params['limit'] === 'number' ? `${params['comparison'] === '>=' ? '≥' : '≤'} ${params['limit']}` : undefined
}
