/** OpenAPI 3.1 of the routes and the definitions. JSON Schema 2020-12 is what OpenAPI 3.1 speaks, so schemas go in as they are. */
import type { TSchema } from '@sinclair/typebox'
import { catalogue, type ErrorCode } from '../kernel/errors/catalogue.ts'
import type { Fields } from '../kernel/field.ts'
import { schemaOf } from '../kernel/schema.ts'
import type { City } from '../runtime/city.ts'
import { PROBLEM_TYPE } from './problems.ts'
import type { RouteEntry } from './routes-table.ts'
import { ProblemDocument } from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

export interface ApiDescription {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Json
  readonly [member: string]: unknown
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly responses: Json
  readonly [member: string]: unknown
}

export function describeApi(routes: readonly RouteEntry[], city: City, version: string): ApiDescription {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    if (route.method === 'HEAD') continue
    const path = route.url.replace(/:(\w+)/g, '{$1}')
    ;(paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route)
  }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'OneVisit 一次通', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Errors are problem details (RFC 9457) with a stable code. Lists are `{items, next}`, paged by `limit` and `after`. Writes take an Idempotency-Key: the same key and body return the first answer, another body 409.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(paths).flatMap(operations => Object.values(operations).flatMap(one => one.tags)))].sort().map(name => ({ name })),
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', description: 'The token of POST /api/v1/sessions.' } },
      schemas: { Problem: plain(ProblemDocument), ...valueSchemas(city) },
    },
  }
}

function operationOf(route: RouteEntry): Operation {
  const { schema } = route
  const body = bodyOf(schema.body as TSchema | undefined, schema.bodies)
  const parameters = [
    ...parametersOf(schema.params as TSchema | undefined, 'path'), ...parametersOf(schema.querystring as TSchema | undefined, 'query'),
    ...(schema.keyed ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', minLength: 8, maxLength: 200 } }] : []),
  ]
  return {
    operationId: schema.operationId ?? `${route.method.toLowerCase()}${route.url.replace(/[^A-Za-z0-9]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary: schema.summary ?? '', ...(schema.description === undefined ? {} : { description: schema.description }), tags: schema.tags ?? [],
    security: route.open ? [] : [{ session: [] }],
    ...(parameters.length > 0 ? { parameters } : {}), ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...answersOf(schema.response as Readonly<Record<string, TSchema>> | undefined), ...problemsOf(errorsOf(route)) },
  }
}

/** Codes that a call may answer with by what it is, besides its own. */
function errorsOf(route: RouteEntry): readonly ErrorCode[] {
  const { schema } = route
  return [
    ...(route.open ? [] : ['sign-in-required', 'session-expired'] as const), ...(schema.body ? ['malformed-json', 'body-too-large', 'unsupported-media-type'] as const : []),
    ...(schema.body || schema.params || schema.querystring ? ['invalid-request', 'nul-character'] as const : []),
    ...(schema.keyed ? ['idempotency-key-invalid', 'idempotency-key-reused'] as const : []), ...schema.errors ?? [], 'database-unavailable',
  ]
}

function problemsOf(codes: readonly ErrorCode[]): Json {
  const statuses = [...new Set(codes.map(code => catalogue[code].status))].sort()
  return Object.fromEntries(statuses.map(status => [String(status), {
    description: [...new Set(codes.filter(code => catalogue[code].status === status))].map(code => `\`${code}\` ${catalogue[code].title.en}`).join('; '),
    content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  }]))
}

function answersOf(response: Readonly<Record<string, TSchema>> | undefined): Json {
  if (response === undefined) return { 200: { description: 'OK' } }
  return Object.fromEntries(Object.entries(response).map(([status, schema]) => [status, {
    description: typeof schema.description === 'string' ? schema.description : DESCRIPTIONS[status] ?? 'OK',
    ...(schema.type === 'null' ? {} : { content: { [(schema['x-media-type'] as string | undefined) ?? 'application/json']: { schema: plain(schema) } } }),
  }]))
}

const DESCRIPTIONS: Readonly<Record<string, string>> = { 200: 'OK', 201: 'Created', 204: 'Done; no content' }

function bodyOf(schema: TSchema | undefined, bodies: Readonly<Record<string, TSchema>> | undefined): Json | undefined {
  if (bodies !== undefined) return { required: true, content: Object.fromEntries(Object.entries(bodies).map(([type, one]) => [type, { schema: plain(one) }])) }
  return schema === undefined ? undefined : { required: true, content: { 'application/json': { schema: plain(schema) } } }
}

function parametersOf(schema: TSchema | undefined, place: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = (schema ?? {}) as { properties?: Readonly<Record<string, TSchema>>; required?: readonly string[] }
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = plain(property)
    return { name, in: place, required: place === 'path' || required.includes(name), ...(description === undefined ? {} : { description }), schema: rest }
  })
}

/** What each case type asks of its opening and each action of its values, by name. */
function valueSchemas(city: City): Json {
  return Object.fromEntries([
    ...[...city.cases.values()].map(({ ref, type }) => [`case.${ref}`, { ...schemaOf(type.fields, { language: 'en' }), title: type.title.en }]),
    ...[...city.actions].map(([ref, { action }]) => [`action.${ref}`, { ...schemaOf(action.asks as Fields, { language: 'en' }), title: action.title.en }]),
  ])
}

/** A schema without TypeBox's own symbols. */
function plain(schema: TSchema): Record<string, unknown> {
  return JSON.parse(JSON.stringify(schema)) as Record<string, unknown>
}
