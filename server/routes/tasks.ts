/** The to-do list: of a member of staff by posts, of a person or firm by what their cases wait for. */
import { Type } from '@sinclair/typebox'
import { partyTasks } from '../../runtime/inbox/party-duties.ts'
import { tasksOf, type Task } from '../../runtime/inbox/worklist.ts'
import type { Platform } from '../../runtime/platform.ts'
import type { App, Around } from '../app-instance.ts'
import { actorOf, dayOf } from '../request.ts'
import { CaseNumber, closed, Instant, listOf, Name, nullable, pageOfQuery, pageQuery, Text } from '../schemas.ts'

const Moment = Type.String({ pattern: '^(?!0000)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z$', format: 'date-time', description: 'ISO 8601 in UTC.' })
const Item = Type.Object({
  id: Type.Optional(Type.Integer()), number: CaseNumber, system: Type.String(), type: Type.String(), title: Text, matter: nullable(Type.String()),
  caseState: Type.String(), stateTitle: Text, moves: Type.Array(Type.Object({ name: Type.String(), title: Text })), due: nullable(Instant), openedAt: Instant,
  post: Type.Optional(Type.String({ description: 'The post it is for, and where.' })), unit: Type.Optional(Type.String()),
})

export function taskRoutes(app: App, { platform }: Around): void {
  app.get('/api/v1/tasks', {
    schema: {
      operationId: 'tasks', summary: 'The caller\'s to-do list, soonest due first', tags: ['tasks'], errors: ['cursor-invalid'],
      description: 'People and firms get what their live cases wait for from them; filters are for staff.',
      querystring: closed({
        state: Type.Optional(Type.String({ enum: ['open', 'done'] })), system: Type.Optional(Name), dueFrom: Type.Optional(Moment), dueBefore: Type.Optional(Moment), ...pageQuery,
      }),
      response: { 200: listOf(Item) },
    },
  }, async request => {
    const actor = actorOf(request)
    const { state = 'open', system, dueFrom, dueBefore } = request.query
    const page = pageOfQuery(request.query)
    if (actor.kind === 'person' || actor.kind === 'firm') return state === 'done' ? { items: [], next: null } : partyTasks(platform, actor, dayOf(request), page)
    const scopes = await platform.scopes.covered(actor.holdings)
    const found = await tasksOf(platform.db, scopes, {
      state: state === 'done' ? 'done' : 'open', ...(system === undefined ? {} : { system }), ...(dueFrom === undefined ? {} : { dueFrom }), ...(dueBefore === undefined ? {} : { dueBefore }),
    }, page)
    return { items: found.items.map(task => itemOf(platform, task)), next: found.next }
  })
}

function itemOf({ city, scopes }: Platform, { scope, moves, ...task }: Task) {
  const { type } = city.caseEntry(`${task.system}.${task.type}`)
  const bare = (name: string) => ({ zh: name, en: name })
  return {
    ...task, ...scopes.holdingOf(scope), title: type.title, stateTitle: type.states[task.caseState]?.title ?? bare(task.caseState),
    moves: moves.map(name => ({ name, title: type.moves[name]?.title ?? bare(name) })),
  }
}
