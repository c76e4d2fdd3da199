/** Endpoints to which the caller has events sent, as CloudEvents. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { keyed } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { closed, Instant, listOf, nullable, pageOfQuery, pageQuery, Uuid } from '../schemas.ts'

const webhook = { id: Uuid, url: Type.String(), types: Type.Array(Type.String()), createdAt: Instant, disabledAt: nullable(Instant) }
const params = closed({ id: Uuid })

export function webhookRoutes(app: App, { platform, parts }: Around): void {
  app.get('/api/v1/webhooks', {
    schema: { operationId: 'webhooks', summary: 'The caller\'s webhooks', tags: ['webhooks'], response: { 200: listOf(Type.Object(webhook)) } },
  }, async request => ({ items: await parts.webhooks.list(actorOf(request).account), next: null }))

  app.post('/api/v1/webhooks', {
    schema: {
      operationId: 'registerWebhook', summary: 'Register a webhook; its secret is shown once', tags: ['webhooks'], keyed: true, errors: ['webhook-address'],
      description: 'Applications and administrators are told of what they list; all others of cases they are a party of.',
      body: closed({ url: Type.String({ minLength: 1, maxLength: 2_000 }), types: Type.Array(Type.String({ maxLength: 200, description: 'A beginning of CloudEvents types, or of `system.type.move`.' }), { minItems: 1, maxItems: 50 }) }),
      response: { 201: Type.Object({ ...webhook, secret: Type.String() }) },
    },
  }, async (request, reply) => keyed(platform, request, reply, async () => {
    const { url, types } = request.body
    return { status: 201, body: await parts.webhooks.register({ account: actorOf(request).account, url, types }, request.at) }
  }))

  app.delete('/api/v1/webhooks/:id', {
    schema: { operationId: 'removeWebhook', summary: 'Remove a webhook', tags: ['webhooks'], params, errors: ['webhook-unknown'], response: { 204: Type.Null() } },
  }, async (request, reply) => {
    await parts.webhooks.remove(actorOf(request).account, request.params.id, request.at)
    return reply.code(204).send()
  })

  app.get('/api/v1/webhooks/:id/deliveries', {
    schema: {
      operationId: 'deliveries', summary: 'What was sent to a webhook, newest first', tags: ['webhooks'], params, querystring: closed(pageQuery), errors: ['webhook-unknown', 'cursor-invalid'],
      response: { 200: listOf(Type.Object({
        id: Type.Integer(), event: Type.Unknown(), attempts: Type.Integer(), due: nullable(Instant), deliveredAt: nullable(Instant), failedAt: nullable(Instant),
        lastStatus: nullable(Type.Integer()), lastError: nullable(Type.String()),
      })) },
    },
  }, async request => parts.webhooks.deliveries(actorOf(request).account, request.params.id, pageOfQuery(request.query)))
}
