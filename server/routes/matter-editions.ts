/** Editions of matters, authored at run time by administrators: drafted by one, approved by another. */
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../kernel/errors/problem.ts'
import type { SignedIn } from '../../runtime/access/actor.ts'
import type { StoredEdition } from '../../runtime/matters/book.ts'
import type { App, Around } from '../app-instance.ts'
import { keyed } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { closed, listOf, mapOf, MatterCode, nullable, Text } from '../schemas.ts'

const LegalDay = Type.String({ pattern: '^(?!0000)\\d{4}-\\d\\d-\\d\\d$', format: 'date' })
const EditionNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })
const Bilingual = closed({ zh: Type.String({ maxLength: 2_000 }), en: Type.String({ maxLength: 2_000 }) })
const Free = mapOf(Type.Unknown())

/** Top-level members; what they hold is judged by the same validation as matters in code. */
const Draft = closed({
  code: MatterCode, edition: EditionNumber, case: Type.String({ maxLength: 200 }), title: Bilingual, about: Type.Optional(Bilingual),
  words: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })), audience: Type.Array(Type.String(), { maxItems: 5 }), organs: mapOf(Type.String()),
  basis: Type.Array(Free), questions: Type.Array(Free), materials: Type.Array(Free), form: mapOf(Free), prefill: Type.Optional(mapOf(Free)),
  limits: mapOf(closed({ n: Type.Integer({ minimum: 0, maximum: 10_000 }), unit: Type.String({ enum: ['workingDay', 'day', 'hour'] }) })),
  fee: nullable(closed({ fen: Type.Integer({ minimum: 0 }), basis: Type.String() })), instant: Type.Optional(Type.Array(Free)), result: Type.Optional(Free),
  allowsMultiple: Type.Optional(Type.Boolean()), visits: Type.Integer({ minimum: 0, maximum: 1 }), remedy: Bilingual, effectiveFrom: LegalDay, effectiveTo: Type.Optional(LegalDay),
})

const Edition = Type.Object({
  code: Type.String(), edition: Type.Integer(), title: Text, state: Type.String(), origin: Type.String(), author: nullable(Type.String()), approver: nullable(Type.String()),
  effectiveFrom: Type.String(), effectiveTo: nullable(Type.String()),
})
const editionParams = closed({ code: MatterCode, edition: Type.String({ pattern: '^[1-9]\\d{0,8}$' }) })

export function matterEditionRoutes(app: App, { platform }: Around): void {
  const { matters } = platform

  async function find(code: string, edition: number): Promise<StoredEdition> {
    const found = (await matters.editions(code)).find(one => one.matter.edition === edition)
    if (found === undefined) throw new Problem('matter-unknown', { detail: `${code} #${edition}` })
    return found
  }

  app.get('/api/v1/matters/:code/editions', {
    schema: { operationId: 'matterEditions', summary: 'All editions of a matter', tags: ['matters'], params: closed({ code: MatterCode }), errors: ['not-permitted', 'matter-unknown'], response: { 200: listOf(Edition) } },
  }, async request => {
    administratorOf(request)
    const editions = await matters.editions(request.params.code)
    if (editions.length === 0) throw new Problem('matter-unknown', { detail: request.params.code })
    return { items: editions.map(editionOf), next: null }
  })

  app.post('/api/v1/matters/editions', {
    schema: { operationId: 'draftMatter', summary: 'Draft an edition of a matter', tags: ['matters'], keyed: true, errors: ['not-permitted', 'matter-invalid', 'matter-edition-exists'], body: Draft, response: { 201: Edition } },
  }, async (request, reply) => {
    const administrator = administratorOf(request)
    return keyed(platform, request, reply, async () => {
      const matter = await matters.draft(request.body, administrator.subject, request.at)
      return { status: 201, body: editionOf({ matter, state: 'draft', origin: 'authored', author: administrator.subject, approver: null }) }
    })
  })

  app.post('/api/v1/matters/:code/editions/:edition/approve', {
    schema: {
      operationId: 'approveMatter', summary: 'Approve a draft; not by its author', tags: ['matters'], params: editionParams, keyed: true,
      errors: ['not-permitted', 'matter-unknown', 'edition-same-author', 'matter-not-in-force'], response: { 200: Edition },
    },
  }, async (request, reply) => {
    const administrator = administratorOf(request)
    const { code, edition } = request.params
    return keyed(platform, request, reply, async () => {
      const { state } = await find(code, Number(edition))
      if (state === 'cancelled') throw new Problem('matter-not-in-force', { detail: `${code} #${edition}` })
      await matters.approve(code, Number(edition), administrator.subject, request.at)
      return { status: 200, body: editionOf(await find(code, Number(edition))) }
    })
  })

  app.post('/api/v1/matters/:code/editions/:edition/cancel', {
    schema: {
      operationId: 'cancelMatter', summary: 'Cancel an edition from today; cases that pinned it go on', tags: ['matters'], params: editionParams, keyed: true,
      errors: ['not-permitted', 'matter-unknown'], response: { 200: Edition },
    },
  }, async (request, reply) => {
    administratorOf(request)
    const { code, edition } = request.params
    return keyed(platform, request, reply, async () => {
      await find(code, Number(edition))
      await matters.cancel(code, Number(edition), request.at)
      return { status: 200, body: editionOf(await find(code, Number(edition))) }
    })
  })
}

/** @throws Problem `not-permitted` */
function administratorOf(request: FastifyRequest): SignedIn {
  const actor = actorOf(request)
  if (actor.kind !== 'admin') throw new Problem('not-permitted')
  return actor
}

function editionOf({ matter, ...stored }: StoredEdition) {
  const { code, edition, title, effectiveFrom, effectiveTo } = matter
  return { code, edition, title, ...stored, effectiveFrom, effectiveTo: effectiveTo ?? null }
}
