/** Credentials: held, read, and verified by anyone. */
import { Type } from '@sinclair/typebox'
import { Problem } from '../../kernel/errors/problem.ts'
import type { App, Around } from '../app-instance.ts'
import { actorOf, dayOf } from '../request.ts'
import { closed, Day, Instant, listOf, mapOf, nullable, pageOfQuery, pageQuery, Text, Uuid, Values } from '../schemas.ts'
import { caseFor } from './cases.ts'

const Credential = Type.Object({
  id: Type.String(), type: Type.String(), title: Text, holder: Uuid, issuer: Type.String(), status: Type.String(), reason: nullable(Text), claims: Values,
  face: Type.Array(Type.String()), number: nullable(Type.String()), issuedAt: Instant, validUntil: nullable(Day),
  signed: Type.String({ description: 'Compact JWS, verified with the keys below without asking anybody.' }),
})
const CertificateId = Type.String({ minLength: 1, maxLength: 200 })

export function credentialRoutes(app: App, { platform, parts }: Around): void {
  app.get('/api/v1/credentials', {
    schema: { operationId: 'credentials', summary: 'The caller\'s own credentials, newest first', tags: ['credentials'], querystring: closed(pageQuery), errors: ['cursor-invalid'], response: { 200: listOf(Credential) } },
  }, async request => parts.credentials.ofHolder(actorOf(request).subject, pageOfQuery(request.query)))

  app.get('/api/v1/credentials/keys', {
    config: { open: true },
    schema: { operationId: 'credentialKeys', summary: 'Public keys of the issuers (JWK set, RFC 7517)', tags: ['credentials'], response: { 200: Type.Object({ keys: Type.Array(mapOf(Type.Unknown())) }) } },
  }, async () => platform.credentials.keys())

  app.get('/api/v1/credentials/:id', {
    schema: {
      operationId: 'credential', summary: 'A credential, for its holder and for whoever handles the case it results from', tags: ['credentials'],
      params: closed({ id: CertificateId }), errors: ['credential-id-invalid', 'credential-unknown', 'not-permitted'], response: { 200: Credential },
    },
  }, async request => {
    const actor = actorOf(request)
    const credential = await parts.credentials.read(request.params.id)
    if (credential.holder === actor.subject) return credential
    if (credential.number === null) throw new Problem('not-permitted')
    const { roles } = await caseFor(platform, actor, credential.number, dayOf(request))
    if (!roles.some(role => role.startsWith('post:'))) throw new Problem('not-permitted')
    return credential
  })

  app.post('/api/v1/credentials/verify', {
    config: { open: true },
    schema: {
      operationId: 'verifyCredential', summary: 'Whether a credential is valid now, by its id or its signed text', tags: ['credentials'],
      description: 'Reasons: credential-id-invalid, credential-unknown, code-unreadable, signature-invalid, issuer-key-unknown, issuer-key-wrong, content-differs, suspended, revoked, not-yet-valid, expired.',
      body: Type.Union([closed({ id: CertificateId }), closed({ code: Type.String({ minLength: 1, maxLength: 20_000, description: 'The signed text (compact JWS).' }) })]),
      response: { 200: Type.Object({
        valid: Type.Boolean(), reasons: Type.Array(Type.String()),
        type: Type.Optional(Type.String()), title: Type.Optional(Text), issuer: Type.Optional(Type.String()), issuedAt: Type.Optional(Instant), validUntil: Type.Optional(nullable(Day)),
      }) },
    },
  }, async request => parts.credentials.verify(request.body, request.at, dayOf(request)))
}
