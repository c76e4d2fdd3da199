/** Who read the caller's data. */
import { Type } from '@sinclair/typebox'
import { dataUsesOf } from '../../runtime/gateway/uses.ts'
import type { App, Around } from '../app-instance.ts'
import { actorOf } from '../request.ts'
import { closed, Instant, listOf, nullable, pageOfQuery, pageQuery, Text } from '../schemas.ts'

export function dataUseRoutes(app: App, { platform }: Around): void {
  app.get('/api/v1/me/data-uses', {
    schema: {
      operationId: 'dataUses', summary: 'Who read my data, when, for which case and purpose; newest first', tags: ['me'], querystring: closed(pageQuery), errors: ['cursor-invalid'],
      response: { 200: listOf(Type.Object({
        at: Instant, resource: Type.String(), title: Text, owner: Text, fields: Type.Array(Type.Object({ name: Type.String(), title: Text })), purpose: Type.String(),
        number: nullable(Type.String({ description: 'The case; null while an application was being prepared.' })), by: Type.Object({ kind: Type.String(), self: Type.Boolean() }),
      })) },
    },
  }, async request => dataUsesOf(platform, actorOf(request).subject, pageOfQuery(request.query)))
}
