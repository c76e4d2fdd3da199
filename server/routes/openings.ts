/** Opening a case of any type that is not applied for through a matter. */
import { Type } from '@sinclair/typebox'
import { list } from '../../engines/case-flow/index.ts'
import type { PartyHeader } from '../../kernel/context.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { fault } from '../../kernel/values.ts'
import type { SignedIn } from '../../runtime/access/actor.ts'
import { isRegion } from '../../runtime/access/scopes.ts'
import { submitted } from '../../runtime/applications/submit.ts'
import type { CaseEntry } from '../../runtime/city.ts'
import type { Platform } from '../../runtime/platform.ts'
import type { App, Around } from '../app-instance.ts'
import { filesIn, requireFiles } from '../attachments.ts'
import { keyedByDesk } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { closed, mapOf, Name, Opened, Organ, Region, Uuid, Values } from '../schemas.ts'

export function openingRoutes(app: App, { platform, parts }: Around): void {
  const { city } = platform

  app.post('/api/v1/systems/:system/cases/:type', {
    schema: {
      operationId: 'open', summary: 'Open a case', tags: ['cases'], keyed: true, params: closed({ system: Name, type: Name }),
      description: 'A caller without a part of their own becomes the party that opens such cases, or acts by a post. Region and organ are those of the caller\'s posts unless given. Values are `case.{system}.{type}` of the schemas below.',
      errors: ['system-unknown', 'case-type-unknown', 'party-required', 'party-class', 'subject-unknown', 'mandate-missing', 'wrong-post', 'not-a-party', 'live-case-exists', 'file-unknown'],
      body: closed({
        values: Values, parties: Type.Optional(mapOf(Uuid, { maxProperties: 20 })), region: Type.Optional(Region), acceptingRegion: Type.Optional(Region), organ: Type.Optional(Organ),
      }),
      response: { 201: Opened },
    },
  }, async (request, reply) => {
    const actor = actorOf(request)
    const entry = city.caseEntry(`${city.system(request.params.system).id}.${request.params.type}`)
    if (Object.values(entry.type.fields).some(field => field.kind === 'form')) {
      throw new Problem('invalid-request', { detail: { zh: '此类办件须按事项申请：POST /api/v1/cases', en: 'cases of this type are applied for by matter: POST /api/v1/cases' } })
    }
    return keyedByDesk(platform, request, reply, async ({ once }) => {
      const { values, acceptingRegion, ...given } = request.body
      const parties = await partiesFor(platform, actor, entry, given.parties ?? {})
      const { region, organ } = placeOf(actor, entry, given)
      await requireFiles(parts.files, actor.account, filesIn(entry.type.fields, values, '/values'), null)
      return platform.desk.open({
        actor, type: entry.ref, matter: null, given: values, parties, region, acceptingRegion: acceptingRegion ?? region, organ,
        now: request.at, trace: request.id, ...(once ? { once } : {}), answer: submitted,
      })
    })
  })
}

/** The parties named, and the caller as the first party that may open such a case where none is theirs yet and no post of theirs may. */
async function partiesFor(platform: Platform, actor: SignedIn, { system, type }: CaseEntry, named: Readonly<Record<string, string>>): Promise<Readonly<Record<string, PartyHeader>>> {
  const unknown = Object.keys(named).filter(party => !Object.hasOwn(type.parties, party))
  if (unknown.length > 0) throw new Problem('invalid-request', { faults: unknown.map(party => fault(`/parties/${party}`, 'field-unknown')) })
  const parties: Record<string, PartyHeader> = {}
  for (const [party, subject] of Object.entries(named)) parties[party] = { subject, class: subject === actor.subject ? actor.class : (await platform.subjects.find(subject)).class }
  const openers = list(type.opening.by)
  const byPost = openers.some(who => who.startsWith('post:') && actor.holdings.some(({ post }) => post === `${system}.${who.slice(5)}`))
  if (!byPost && !Object.values(parties).some(({ subject }) => subject === actor.subject)) {
    const own = openers.find(who => type.parties[who]?.classes.includes(actor.class) && parties[who] === undefined)
    if (own !== undefined) parties[own] = { subject: actor.subject, class: actor.class }
  }
  return parties
}

/** @throws Problem `invalid-request` where the caller neither gives nor holds a place */
function placeOf(actor: SignedIn, { system, type }: CaseEntry, given: { readonly region?: string; readonly organ?: string }): { readonly region: string; readonly organ: string } {
  const units = actor.holdings.filter(({ post }) => post.startsWith(`${system}.`)).map(({ unit }) => unit)
  const region = given.region ?? units.find(isRegion)
  if (region === undefined) throw new Problem('invalid-request', { faults: [fault('/region', 'field-required')] })
  // Where no post sits at an organ, the region stands for whoever handles it there.
  const organ = given.organ ?? units.find(unit => !isRegion(unit)) ?? (Object.values(type.posts).some(({ at }) => at === 'organ') ? undefined : region)
  if (organ === undefined) throw new Problem('invalid-request', { faults: [fault('/organ', 'field-required')] })
  return { region, organ }
}
