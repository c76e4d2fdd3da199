/** Who is signed in, and what they may do. */
import { Type } from '@sinclair/typebox'
import { list } from '../../engines/case-flow/index.ts'
import type { SignedIn } from '../../runtime/access/actor.ts'
import { mayRun } from '../../runtime/actions/actions.ts'
import type { City } from '../../runtime/city.ts'
import type { App, Around } from '../app-instance.ts'
import { actorOf } from '../request.ts'
import { Text, Uuid } from '../schemas.ts'

export function meRoutes(app: App, { platform }: Around): void {
  app.get('/api/v1/me', {
    schema: {
      operationId: 'me', summary: 'The signed-in subject, posts and permissions', tags: ['me'],
      response: { 200: Type.Object({
        subject: Uuid, kind: Type.String(), class: Type.String(), name: Type.String(),
        posts: Type.Array(Type.Object({ post: Type.String(), title: Text, unit: Type.String({ description: 'An organ or a region; a region covers all below it.' }) })),
        permissions: Type.Object({
          opens: Type.Array(Type.String(), { description: 'Case types, `system.type`.' }),
          moves: Type.Array(Type.String(), { description: 'By post, `system.type/move`; parties of a case have theirs by the case.' }),
          actions: Type.Array(Type.String(), { description: '`system.action`.' }),
        }),
      }) },
    },
  }, async request => {
    const actor = actorOf(request)
    return {
      subject: actor.subject, kind: actor.kind, class: actor.class, name: actor.name,
      posts: actor.holdings.map(({ post, unit }) => ({ post, title: titleOfPost(platform.city, post), unit })), permissions: permissionsOf(platform.city, actor),
    }
  })
}

function titleOfPost(city: City, ref: string) {
  const [system = '', post = ''] = ref.split('.')
  const types = [...city.cases.values()].filter(entry => entry.system === system)
  return types.map(({ type }) => type.posts[post]?.title).find(title => title !== undefined) ?? { zh: ref, en: ref }
}

function permissionsOf(city: City, actor: SignedIn) {
  const cases = [...city.cases.values()]
  const holds = (system: string, by: string | readonly string[]) => list(by).some(who => who.startsWith('post:') && actor.holdings.some(({ post }) => post === `${system}.${who.slice(5)}`))
  return {
    opens: cases.filter(({ system, type }) => holds(system, type.opening.by) || list(type.opening.by).some(who => type.parties[who]?.classes.includes(actor.class))).map(({ ref }) => ref),
    moves: cases.flatMap(({ ref, system, type }) => Object.entries(type.moves).filter(([, move]) => holds(system, move.by)).map(([name]) => `${ref}/${name}`)),
    actions: [...city.actions].filter(([, { system, action }]) => mayRun(actor, system, action)).map(([ref]) => ref),
  }
}
