/** Actions of systems. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { keyedByDesk } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { closed, Name, Values } from '../schemas.ts'

export function actionRoutes(app: App, { platform, parts }: Around): void {
  app.post('/api/v1/systems/:system/actions/:action', {
    schema: {
      operationId: 'act', summary: 'Run an action; its answer', tags: ['actions'], keyed: true, params: closed({ system: Name, action: Name }),
      description: 'Values are `action.{system}.{action}` of the schemas below.', errors: ['system-unknown', 'action-unknown', 'not-permitted', 'wrong-post', 'rows-over-bound'],
      body: closed({ values: Type.Optional(Values) }), response: { 200: Values },
    },
  }, async (request, reply) => {
    const { system, action } = request.params
    return keyedByDesk(platform, request, reply, ({ once }) => parts.actions.run({
      actor: actorOf(request), system, action, given: request.body.values ?? {}, now: request.at, trace: request.id, ...(once ? { once } : {}),
    }))
  })
}
