/** The systems of this build. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { Text } from '../schemas.ts'

export function systemRoutes(app: App, { platform, rungs }: Around): void {
  app.get('/api/v1/systems', {
    config: { open: true },
    schema: {
      operationId: 'systems', summary: 'The systems and how far each is', tags: ['systems'],
      response: { 200: Type.Array(Type.Object({ id: Type.String(), title: Text, policy: Type.Array(Type.String()), rung: Type.String() })) },
    },
  }, async () => platform.city.systems.map(({ id, title, policy }) => ({ id, title, policy, rung: rungs[id] ?? 'none' })))
}
