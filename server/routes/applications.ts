/** Applying for a matter: prepare, then file. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { filesIn, requireFiles, uploadsOf } from '../attachments.ts'
import { keyedByDesk } from '../keyed.ts'
import { actorOf, dayOf } from '../request.ts'
import { closed, Due, mapOf, MatterCode, nullable, Opened, Region, Text, Uuid, Values } from '../schemas.ts'

const Answers = mapOf(Type.String({ maxLength: 200 }), { maxProperties: 200 })
const Uploads = mapOf(Type.Array(Uuid, { maxItems: 50 }), { maxProperties: 200 })
const Promises = Type.Array(Type.String({ maxLength: 100 }), { maxItems: 200 })

/** Shapes of what an application's corrections may bring besides form values. */
export const Supplements = Type.Object({ answers: Type.Optional(Answers), uploads: Type.Optional(Uploads), promises: Type.Optional(Promises), form: Type.Optional(Values) })

const Prepared = Type.Object({
  matter: Type.String(), edition: Type.Integer(),
  questions: Type.Array(Type.Object({ id: Type.String(), title: Text, answers: mapOf(Text) }), { description: 'Open and not answered yet.' }),
  schema: mapOf(Type.Unknown()), values: Values,
  materials: Type.Array(Type.Object({
    id: Type.String(), title: Text, by: Type.String({ description: 'credential, data, verification, promise or upload' }), status: Type.String(), source: nullable(Type.String()),
    sourceDown: Type.Boolean(), checkLater: Type.Boolean(), accept: Type.Optional(Type.Array(Type.String())), promise: Type.Optional(Text),
  })),
  oneCertificate: Type.Boolean(), due: Type.Composite([Due, Type.Object({ provisional: Type.Boolean() })]), outages: Type.Array(Type.String()),
})

export function applicationRoutes(app: App, { platform, parts }: Around): void {
  app.post('/api/v1/matters/:code/prepare', {
    schema: {
      operationId: 'prepare', summary: 'What an application still needs, with what the city knows filled in', tags: ['matters'],
      errors: ['matter-unknown', 'matter-not-in-force', 'matter-audience', 'matter-not-offered-here', 'subject-unknown', 'mandate-missing'],
      params: closed({ code: MatterCode }), response: { 200: Prepared },
      body: closed({ answers: Type.Optional(Answers), applicant: Type.Optional(Uuid), agent: Type.Optional(Uuid), region: Type.Optional(Region) }),
    },
  }, async request => platform.applications.prepare(actorOf(request), request.params.code, request.body, request.at, request.id))

  app.post('/api/v1/cases', {
    schema: {
      operationId: 'apply', summary: 'File an application', tags: ['cases'], keyed: true,
      description: 'A person or firm applies for itself, an agent under a mandate, a clerk for whoever is at the window. Decided at once where the matter\'s rule knows every fact.',
      errors: [
        'matter-unknown', 'matter-not-in-force', 'matter-edition-changed', 'matter-audience', 'matter-not-offered-here', 'answers-missing', 'materials-missing', 'live-case-exists',
        'subject-unknown', 'mandate-missing', 'wrong-post', 'not-a-party', 'file-unknown', 'file-type', 'file-too-large',
      ],
      body: closed({
        matter: MatterCode, edition: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'The edition that was prepared; a newer one must be confirmed.' })),
        answers: Type.Optional(Answers), values: Values, uploads: Type.Optional(Uploads), promises: Type.Optional(Promises), consent: Type.Optional(Type.Boolean()),
        applicant: Type.Optional(Uuid), agent: Type.Optional(Uuid),
        window: Type.Optional(Type.String({ maxLength: 100, description: 'Not kept: `acceptingRegion` says where it was accepted.' })), region: Type.Optional(Region), acceptingRegion: Type.Optional(Region),
      }),
      response: { 201: Opened },
    },
  }, async (request, reply) => {
    const { window: _window, ...application } = request.body
    const actor = actorOf(request)
    return keyedByDesk(platform, request, reply, async ({ once }) => {
      const { matter, uploads = {}, values } = application
      // Of a matter that is not in force nothing is checked here: the desk says so, and gives back what was typed.
      const edition = (await platform.matters.all(dayOf(request))).find(one => one.code === matter)
      if (edition !== undefined) await requireFiles(parts.files, actor.account, [...uploadsOf(edition, uploads, '/uploads'), ...filesIn(edition.form, values, '/values')], null)
      return platform.applications.submit(actor, application, request.at, request.id, once)
    })
  })
}

