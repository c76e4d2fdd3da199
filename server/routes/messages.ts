/** Messages to the caller. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { actorOf } from '../request.ts'
import { CaseNumber, closed, Instant, listOf, nullable, pageOfQuery, pageQuery, Text } from '../schemas.ts'

const MOST_COUNTED = 99
const Message = Type.Object({ id: Type.Integer(), number: nullable(CaseNumber), title: Text, body: Text, createdAt: Instant, readAt: nullable(Instant) })

export function messageRoutes(app: App, { parts }: Around): void {
  app.get('/api/v1/messages', {
    schema: {
      operationId: 'messages', summary: 'Messages to the caller, newest first', tags: ['messages'], errors: ['cursor-invalid'], querystring: closed(pageQuery),
      response: { 200: Type.Composite([listOf(Message), Type.Object({ unread: Type.Object({ count: Type.Integer(), capped: Type.Boolean({ description: 'There are more than `count`.' }) }) })]) },
    },
  }, async request => {
    const { subject } = actorOf(request)
    const [page, unread] = await Promise.all([parts.messages.list(subject, pageOfQuery(request.query)), parts.messages.unread(subject, MOST_COUNTED)])
    return { ...page, unread }
  })

  app.post('/api/v1/messages/:id/read', {
    schema: {
      operationId: 'markRead', summary: 'Mark a message as read; the first time counts', tags: ['messages'], errors: ['message-unknown'],
      params: closed({ id: Type.String({ pattern: '^\\d{1,15}$' }) }), response: { 200: Message },
    },
  }, async request => parts.messages.markRead(actorOf(request).subject, Number(request.params.id), request.at))
}
