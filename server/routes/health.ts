/** Whether the server can work. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'

export function healthRoutes(app: App, { platform, demo }: Around): void {
  app.get('/healthz', {
    config: { open: true },
    schema: {
      operationId: 'health', summary: 'Whether the server and its database answer', tags: ['operation'],
      response: { 200: Type.Object({ status: Type.Literal('ok'), demo: Type.Boolean({ description: 'All people, firms and cases are invented.' }) }) },
    },
  }, async () => {
    await platform.db.query('health', 'select 1', [])
    return { status: 'ok', demo }
  })
}
