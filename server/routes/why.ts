/** Why a case stands where it does: request, moves, effects, ledger leaves and messages, by trace. For staff of the case and administrators. */
import { Type } from '@sinclair/typebox'
import { Problem } from '../../kernel/errors/problem.ts'
import { renderWhy } from '../../runtime/why/render.ts'
import type { App, Around } from '../app-instance.ts'
import { languageOf } from '../language.ts'
import { actorOf, dayOf } from '../request.ts'
import { CaseNumber, closed, nullable, oneOf, Text } from '../schemas.ts'
import { caseFor } from './cases.ts'

const Many = Type.Array(Type.Unknown())
const Why = Type.Object({
  number: CaseNumber, type: Type.String(), title: Text, state: Type.String(), stateTitle: Text, outcome: nullable(Type.String()), version: Type.Integer(),
  openedAt: Type.String(), closedAt: nullable(Type.String()), parent: nullable(CaseNumber),
  requests: Type.Array(Type.Object({
    trace: Type.String(), at: Type.String(), moves: Many, elsewhere: Many, leaves: Many, dataUses: Many, messages: Many, credentials: Many, deliveries: Many,
  }), { description: 'Each request that moved the case, with all that its trace leads to. Codes and roles only, no values.' }),
  timers: Many, beside: Type.Unknown(), text: Type.String({ description: 'The same as plain text.' }),
})

export function whyRoutes(app: App, { platform, parts }: Around): void {
  app.get('/api/v1/cases/:number/why', {
    schema: {
      operationId: 'why', summary: 'Why a case stands where it does', tags: ['cases'], params: closed({ number: CaseNumber }), querystring: closed({ language: Type.Optional(oneOf(['zh', 'en'])) }),
      errors: ['case-unknown', 'not-permitted'], response: { 200: Why },
    },
  }, async request => {
    const actor = actorOf(request)
    const { number } = request.params
    if (actor.kind !== 'admin') {
      const { roles } = await caseFor(platform, actor, number, dayOf(request))
      if (!roles.some(role => role.startsWith('post:'))) throw new Problem('not-permitted')
    }
    const why = await parts.why.why(number)
    return { ...why, text: renderWhy(why, request.query.language ?? languageOf(request.headers['accept-language'])) }
  })
}
