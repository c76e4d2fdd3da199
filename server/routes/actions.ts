/** Actions of systems. */
import { Type } from '@sinclair/typebox'
import type { Fields } from '../../kernel/field.ts'
import type { App, Around } from '../app-instance.ts'
import { filesIn, requireFiles } from '../attachments.ts'
import { keyedByDesk } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { closed, Name, Values } from '../schemas.ts'

export function actionRoutes(app: App, { platform, parts }: Around): void {
  app.post('/api/v1/systems/:system/actions/:action', {
    schema: {
      operationId: 'act', summary: 'Run an action; its answer', tags: ['actions'], keyed: true, params: closed({ system: Name, action: Name }),
      description: 'Values are `action.{system}.{action}` of the schemas below.', errors: ['system-unknown', 'action-unknown', 'not-permitted', 'wrong-post', 'rows-over-bound', 'file-unknown'],
      body: closed({ values: Type.Optional(Values) }), response: { 200: Values },
    },
  }, async (request, reply) => {
    const { system, action } = request.params
    const actor = actorOf(request)
    const given = request.body.values ?? {}
    return keyedByDesk(platform, request, reply, async ({ once }) => {
      const asks = platform.city.actions.get(`${system}.${action}`)?.action.asks as Fields | undefined
      await requireFiles(parts.files, actor.account, filesIn(asks ?? {}, given, '/values'), null)
      return parts.actions.run({ actor, system, action, given, now: request.at, trace: request.id, ...(once ? { once } : {}) })
    })
  })
}
