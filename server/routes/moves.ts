/** Moving a case. */
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Problem } from '../../kernel/errors/problem.ts'
import { fault } from '../../kernel/values.ts'
import type { WorkingCase } from '../../runtime/cases/work.ts'
import type { App, Around } from '../app-instance.ts'
import { filesIn, requireFiles, uploadsOf } from '../attachments.ts'
import { keyedByDesk } from '../keyed.ts'
import { actorOf } from '../request.ts'
import { CaseNumber, CaseView, closed, Name, nullable, Values } from '../schemas.ts'
import { Supplements } from './applications.ts'

export function moveRoutes(app: App, { platform, parts }: Around): void {
  app.post('/api/v1/cases/:number/moves/:move', {
    schema: {
      operationId: 'move', summary: 'Make a move; answers with the case after it', tags: ['cases'], keyed: true, params: closed({ number: CaseNumber, move: Name }),
      errors: ['case-unknown', 'move-unknown', 'version-stale', 'not-permitted', 'wrong-post', 'not-a-party', 'duties-separated', 'move-not-possible', 'note-required', 'field-required', 'file-unknown'],
      body: closed({ values: Type.Optional(Values), note: Type.Optional(nullable(Type.String({ maxLength: 2_000 }))), version: Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'The version of the case that the caller saw.' }) }),
      response: { 200: CaseView },
    },
  }, async (request, reply) => {
    const actor = actorOf(request)
    const { number, move } = request.params
    const given = request.body.values ?? {}
    return keyedByDesk(platform, request, reply, ({ once }) => platform.desk.move({
      actor, number, move, given, note: request.body.note ?? null, version: request.body.version, now: request.at, trace: request.id, ...(once ? { once } : {}),
      resolve: async working => {
        const { record, matter } = working
        const attached = filesIn(record.entry.type.fields, given, '/values')
        if (matter === null || !takesMaterials(working, move)) {
          await requireFiles(parts.files, actor.account, attached, record.values)
          return {}
        }
        const supplied = wellFormed(given)
        const uploads = uploadsOf(matter, (supplied['uploads'] ?? {}) as Record<string, readonly string[]>, '/values/uploads')
        await requireFiles(parts.files, actor.account, [...attached, ...uploads, ...filesIn(matter.form, (supplied['form'] ?? {}) as Record<string, unknown>, '/values/form')], record.values)
        return platform.applications.resupply(working, supplied, actor, request.at, request.id)
      },
    }))
  })
}

/** Corrections of an application resolve its materials anew; what the caller says of them is not taken. */
function takesMaterials({ record }: WorkingCase, move: string): boolean {
  const { asks = [], takes = [] } = record.entry.type.moves[move] ?? {}
  return [...asks, ...takes].includes('materials')
}

/** What was given, without what was left empty. @throws Problem `invalid-request` */
function wellFormed(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))
  const faults = [...Value.Errors(Supplements, present)].map(error => fault(`/values${error.path}`, 'field-type'))
  if (faults.length > 0) throw new Problem('invalid-request', { faults })
  return present
}
