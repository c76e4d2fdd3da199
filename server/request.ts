/** What happens to every request before its route: trace, instant, refusal of NUL, sign-in, and typed query values. */
import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../kernel/errors/problem.ts'
import type { SignedIn } from '../runtime/access/actor.ts'
import { localDate } from '../runtime/cases/clock.ts'
import type { App, Around } from './app-instance.ts'

/** The trace of a request: its answer names it, and so does everything it wrote. */
export const newTrace = (): string => randomUUID()

export function prepareRequests(app: App, { platform, clock }: Around): void {
  app.decorateRequest('signedIn', null)
  app.decorateRequest('at', '')
  app.addHook('onRequest', async (request, reply) => {
    request.at = clock()
    reply.header('trace-id', request.id).header('x-content-type-options', 'nosniff').header('referrer-policy', 'no-referrer')
    reply.header('content-security-policy', `default-src 'none'; frame-ancestors 'none'`)
    if (/%00/.test(request.url)) throw new Problem('nul-character')
    if (request.is404) return
    if (request.routeOptions.config.open) return
    reply.header('cache-control', 'no-store')
    request.signedIn = await platform.accounts.signedIn(bearerToken(request), request.at)
  })
  app.addHook('preValidation', async request => {
    const properties = (request.routeOptions.schema?.querystring as QuerySchema | undefined)?.properties
    if (properties !== undefined) request.query = typedQuery(request.query as Record<string, unknown>, properties)
  })
}

/** @throws Problem `sign-in-required` */
export function actorOf(request: FastifyRequest): SignedIn {
  if (request.signedIn === null) throw new Problem('sign-in-required')
  return request.signedIn
}

/** The day of the request in Asia/Shanghai. */
export function dayOf(request: FastifyRequest): string {
  return localDate(request.at)
}

/** @throws Problem `sign-in-required` */
export function bearerToken(request: FastifyRequest): string {
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new Problem('sign-in-required')
  return token
}

interface QuerySchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
}

/** Query values are texts; those declared otherwise are read as such, and an empty one (`after=`) was not given. */
function typedQuery(query: Readonly<Record<string, unknown>>, properties: NonNullable<QuerySchema['properties']>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '').map(([name, value]) => {
    const type = Object.hasOwn(properties, name) ? properties[name]?.type : undefined
    if (type === 'integer' && typeof value === 'string' && /^-?\d{1,15}$/.test(value)) return [name, Number(value)]
    if (type === 'boolean' && (value === 'true' || value === 'false')) return [name, value === 'true']
    return [name, value]
  }))
}
