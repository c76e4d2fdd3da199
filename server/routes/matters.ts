/** Matters for everybody: found by everyday words, and each one's guide. */
import { Type } from '@sinclair/typebox'
import { isWithin } from '../../kernel/codes/region-code.ts'
import type { Matter } from '../../kernel/matter.ts'
import { schemaOf } from '../../kernel/schema.ts'
import type { SubjectClass } from '../../kernel/who.ts'
import { pageOf, readCursor } from '../../runtime/keyset.ts'
import type { App, Around } from '../app-instance.ts'
import { dayOf } from '../request.ts'
import { closed, Day, listOf, mapOf, MatterCode, nullable, oneOf, pageOfQuery, pageQuery, Region, Text } from '../schemas.ts'

const CLASSES = ['person', 'enterprise', 'socialOrganisation', 'publicInstitution', 'organ'] as const satisfies readonly SubjectClass[]

const Limit = Type.Object({ n: Type.Integer(), unit: Type.String() })
const head = {
  code: Type.String(), edition: Type.Integer(), title: Text, about: nullable(Text), audience: Type.Array(Type.String()),
  regions: Type.Array(Type.String(), { description: 'Offered in these and all below them.' }),
  limits: mapOf(Limit), fee: nullable(Type.Object({ fen: Type.Integer(), basis: Type.String() })), visits: Type.Integer({ description: 'Times a window must be visited.' }),
}
const Head = Type.Object(head)
const Guide = Type.Object({
  ...head,
  basis: Type.Array(Type.Object({ title: Type.String(), article: Type.Optional(Type.String()), source: Type.String(), verified: Type.Boolean(), effectiveFrom: Day })),
  situations: Type.Array(Type.Object({ id: Type.String(), title: Text, answers: mapOf(Text), when: Type.Optional(mapOf(Type.Array(Type.String()))) })),
  materials: Type.Array(Type.Object({ id: Type.String(), title: Text, when: Type.Optional(mapOf(Type.Array(Type.String()))), ways: Type.Array(Type.Unknown()), whenDown: Type.Optional(Type.String()) })),
  schema: mapOf(Type.Unknown()),
  windows: Type.Array(Type.Object({ region: Type.String(), organ: Type.String() })),
  result: nullable(Type.Object({ credential: Type.String(), title: Text, validYears: nullable(Type.Integer()) })),
  remedy: Text, effectiveFrom: Day, effectiveTo: nullable(Day),
})

export function matterRoutes(app: App, { platform }: Around): void {
  const { matters, city } = platform

  app.get('/api/v1/matters', {
    config: { open: true },
    schema: {
      operationId: 'matters', summary: 'Matters in force, found by words, region and audience', tags: ['matters'], errors: ['cursor-invalid'],
      querystring: closed({ q: Type.Optional(Type.String({ maxLength: 100 })), region: Type.Optional(Region), audience: Type.Optional(oneOf(CLASSES)), ...pageQuery }),
      response: { 200: listOf(Head) },
    },
  }, async request => {
    const { q, region, audience } = request.query
    const { limit, after } = pageOfQuery(request.query)
    const from = after === undefined ? '' : String(readCursor(after, ['text'])[0])
    const words = (q ?? '').toLowerCase().split(/\s+/).filter(word => word !== '')
    const found = (await matters.all(dayOf(request)))
      .filter(matter => matter.code > from && words.every(word => textsOf(matter).some(text => text.includes(word))))
      .filter(matter => region === undefined || Object.keys(matter.organs).some(offered => isWithin(region, offered)))
      .filter(matter => audience === undefined || matter.audience.includes(audience))
      .sort((a, b) => a.code < b.code ? -1 : 1)
    return pageOf(found, limit, headOf, matter => [matter.code])
  })

  app.get('/api/v1/matters/:code', {
    config: { open: true },
    schema: {
      operationId: 'matter', summary: 'The guide of a matter', tags: ['matters'], params: closed({ code: MatterCode }), errors: ['matter-unknown', 'matter-not-in-force'],
      response: { 200: Guide },
    },
  }, async request => {
    const matter = await matters.inForce(request.params.code, dayOf(request))
    const { result } = matter
    return {
      ...headOf(matter), basis: matter.basis, situations: matter.questions, materials: matter.materials, schema: schemaOf(matter.form),
      windows: Object.entries(matter.organs).map(([at, organ]) => ({ region: at, organ })),
      result: result === undefined ? null : { credential: result.credential, title: city.credentials.get(result.credential)!.credential.title, validYears: result.validYears ?? null },
      remedy: matter.remedy, effectiveFrom: matter.effectiveFrom, effectiveTo: matter.effectiveTo ?? null,
    }
  })
}

function headOf(matter: Matter) {
  const { code, edition, title, about, audience, organs, limits, fee, visits } = matter
  return { code, edition, title, about: about ?? null, audience, regions: Object.keys(organs), limits, fee, visits }
}

/** What a matter is looked for by, in lower case. */
function textsOf({ code, title, about, words }: Matter): readonly string[] {
  return [code, title.zh, title.en, about?.zh ?? '', about?.en ?? '', ...words ?? []].map(text => text.toLowerCase())
}
