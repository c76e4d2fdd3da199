/** Cases as their reader may see them: lists, one case, its timeline. */
import { Type } from '@sinclair/typebox'
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import { standingOf, type SignedIn } from '../../runtime/access/actor.ts'
import { casesOfSubject, casesUnderPosts } from '../../runtime/cases/listing.ts'
import type { CaseRecord } from '../../runtime/cases/record.ts'
import { timelineOf } from '../../runtime/cases/timeline.ts'
import { viewOf } from '../../runtime/cases/view.ts'
import { readCase } from '../../runtime/cases/work.ts'
import type { Platform } from '../../runtime/platform.ts'
import type { App, Around } from '../app-instance.ts'
import { actorOf, dayOf } from '../request.ts'
import { CaseNumber, CaseSummary, CaseView, closed, Due, listOf, Name, nullable, pageOfQuery, pageQuery, Text, Values } from '../schemas.ts'

const caseParams = closed({ number: CaseNumber })
const At = Type.Object({ state: Type.String(), title: Text })
const Event = Type.Object({
  version: Type.Integer(), move: Type.String(), title: Text, from: nullable(At), to: At, outcome: nullable(Type.String()), at: Type.String(),
  role: Type.String(), roleTitle: Text, name: Type.Optional(Type.String({ description: 'Who did it: staff only, told to staff of the case only.' })),
  note: nullable(Type.String()), values: Values, due: Due,
})

export function caseRoutes(app: App, { platform }: Around): void {
  app.get('/api/v1/cases', {
    schema: {
      operationId: 'cases', summary: 'Own cases, or those of one type that a post covers', tags: ['cases'], errors: ['cursor-invalid', 'system-unknown', 'case-type-unknown'],
      description: 'Without `system` and `type`: cases the caller is a party of. With both: cases that one of the caller\'s posts covers. With `number`: that case, where the caller may see it.',
      querystring: closed({
        number: Type.Optional(CaseNumber), system: Type.Optional(Name), type: Type.Optional(Name), state: Type.Optional(Name), live: Type.Optional(Type.Boolean()), ...pageQuery,
      }),
      response: { 200: listOf(CaseSummary) },
    },
  }, async request => {
    const actor = actorOf(request)
    const { number, system, type, state, live } = request.query
    if (number !== undefined) return { items: await visibleSummary(platform, actor, number, dayOf(request)), next: null }
    if (system === undefined || type === undefined) return casesOfSubject(platform, actor.subject, live, pageOfQuery(request.query))
    return casesUnderPosts(platform, platform.city.caseEntry(`${platform.city.system(system).id}.${type}`), actor.holdings, state, pageOfQuery(request.query))
  })

  app.get('/api/v1/cases/:number', {
    schema: { operationId: 'case', summary: 'A case as the caller may see it', tags: ['cases'], params: caseParams, errors: ['case-unknown', 'not-permitted'], response: { 200: CaseView } },
  }, async request => {
    const { record, roles } = await caseFor(platform, actorOf(request), request.params.number, dayOf(request))
    return viewOf(record, roles)
  })

  app.get('/api/v1/cases/:number/timeline', {
    schema: { operationId: 'timeline', summary: 'What happened in a case', tags: ['cases'], params: caseParams, errors: ['case-unknown', 'not-permitted'], response: { 200: listOf(Event) } },
  }, async request => {
    const { record, roles } = await caseFor(platform, actorOf(request), request.params.number, dayOf(request))
    return { items: await timelineOf(platform, record, roles), next: null }
  })
}

/** A case and what the actor is to it that day. @throws Problem `case-unknown`, `not-permitted` */
export async function caseFor(platform: Platform, actor: SignedIn, number: string, today: string): Promise<{ readonly record: CaseRecord; readonly roles: readonly string[] }> {
  const record = await readCase(platform, number)
  if (record === null) throw new Problem('case-unknown')
  const { roles } = await standingOf(platform.subjects.mandated, actor, record, today)
  if (roles.length === 0) throw new Problem('not-permitted')
  return { record, roles }
}

/** Whether a number is taken is not told here. */
async function visibleSummary(platform: Platform, actor: SignedIn, number: string, today: string) {
  try {
    const { record } = await caseFor(platform, actor, number, today)
    const { system, type, title, matter, state, stateTitle, version, outcome, due, openedAt, closedAt } = viewOf(record, [])
    return [{ number, system, type, title, matter, state, stateTitle, version, outcome, due: { legal: due.legal, promised: due.promised }, openedAt, closedAt }]
  } catch (error) {
    if (isProblem(error, 'case-unknown') || isProblem(error, 'not-permitted')) return []
    throw error
  }
}
