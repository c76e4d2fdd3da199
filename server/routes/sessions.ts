/** Signing in with an embedded account, and out. Failed tries are throttled by user name and address. */
import { Type } from '@sinclair/typebox'
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import type { App, Around } from '../app-instance.ts'
import { bearerToken } from '../request.ts'
import { closed, Instant } from '../schemas.ts'
import { openThrottle } from '../throttle.ts'

const FAILURES_AT_ONCE = 10
const ONE_MORE_AFTER_MS = 30_000

export function sessionRoutes(app: App, { platform }: Around): void {
  const throttle = openThrottle({ burst: FAILURES_AT_ONCE, intervalMs: ONE_MORE_AFTER_MS })

  app.post('/api/v1/sessions', {
    config: { open: true },
    schema: {
      operationId: 'signIn', summary: 'Sign in', tags: ['sessions'], errors: ['wrong-credentials', 'too-many-requests'],
      body: closed({ username: Type.String({ minLength: 1, maxLength: 200 }), password: Type.String({ minLength: 1, maxLength: 1_000 }) }),
      response: { 201: Type.Object({ token: Type.String(), expiresAt: Instant }) },
    },
  }, async (request, reply) => {
    const { username, password } = request.body
    const key = JSON.stringify([username, request.ip])
    const wait = throttle.take(key, request.at)
    if (wait > 0) throw new Problem('too-many-requests', { more: { retryAfter: Math.ceil(wait / 1_000) } })
    try {
      const session = await platform.accounts.signIn(username, password, request.at)
      throttle.refund(key)
      return await reply.code(201).header('cache-control', 'no-store').send(session)
    } catch (error) {
      // Only a wrong password counts; an outage is not the caller's.
      if (!isProblem(error, 'wrong-credentials')) throttle.refund(key)
      throw error
    }
  })

  app.delete('/api/v1/sessions', {
    schema: { operationId: 'signOut', summary: 'Sign out', tags: ['sessions'], response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await platform.accounts.signOut(bearerToken(request), request.at)
    return reply.code(204).send()
  })
}
