/** Files: uploaded by whoever refers to them, read by them and by readers of a case that refers to them. */
import multipart from '@fastify/multipart'
import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import { Problem } from '../../kernel/errors/problem.ts'
import { visibleValues } from '../../runtime/access/visible.ts'
import type { FileReader } from '../../runtime/files/store.ts'
import type { App, Around } from '../app-instance.ts'
import { mentions } from '../attachments.ts'
import { actorOf, dayOf } from '../request.ts'
import { CaseNumber, closed, Instant, Uuid } from '../schemas.ts'
import { caseFor } from './cases.ts'

/** Above what the store takes, so that the store is the one to refuse. */
const MOST_BYTES = 100 * 1024 * 1024

const StoredFile = Type.Object({ id: Uuid, sha256: Type.String({ description: 'Hex.' }), bytes: Type.Integer(), type: Type.String({ description: 'By its content.' }), name: Type.String(), createdAt: Instant })
const params = closed({ id: Uuid })
const querystring = closed({ case: Type.Optional(CaseNumber) })

export function fileRoutes(app: App, { platform, parts }: Around): void {
  const { files } = parts

  // In a context of its own: no other route takes multipart bodies.
  void app.register(async (uploads: App) => {
    await uploads.register(multipart, { limits: { files: 1, fields: 10, parts: 11, fieldSize: 1_000, fileSize: MOST_BYTES, headerPairs: 50 } })
    uploads.post('/api/v1/files', {
      schema: {
        operationId: 'upload', summary: 'Upload one file', tags: ['files'], errors: ['file-missing', 'file-type', 'file-too-large', 'unsupported-media-type', 'invalid-request'],
        description: 'Kept for whoever uploaded it until a case refers to it. The type is judged by the content. The same content again is another file.',
        bodies: { 'multipart/form-data': Type.Object({ file: Type.String({ contentMediaType: 'application/octet-stream' }) }) }, response: { 201: StoredFile },
      },
    }, async (request, reply) => {
      if (!request.isMultipart()) throw new Problem('unsupported-media-type')
      try {
        const part = await request.file()
        if (part === undefined) throw new Problem('file-missing')
        const file = await files.put({ account: actorOf(request).account, name: part.filename ?? '', type: part.mimetype, content: part.file }, request.at)
        if (part.file.truncated) throw new Problem('file-too-large')
        return await reply.code(201).send(file)
      } catch (error) {
        throw isMalformed(error) ? new Problem('invalid-request', { detail: error.message, cause: error }) : error
      } finally {
        // What was not read would stand before the next request of the connection, and its sender would never get to the answer.
        request.raw.unpipe()
        request.raw.resume()
      }
    })
  })

  app.get('/api/v1/files/:id', {
    schema: { operationId: 'file', summary: 'What is known of a file', tags: ['files'], description: 'With `case`, for whoever sees the file in that case.', params, querystring, errors: ['file-unknown'], response: { 200: StoredFile } },
  }, async request => files.find(request.params.id, readerOf(request, request.query.case)))

  app.get('/api/v1/files/:id/content', {
    schema: {
      operationId: 'fileContent', summary: 'The content of a file', tags: ['files'], params, querystring, errors: ['file-unknown'],
      response: { 200: Type.String({ 'x-media-type': 'application/octet-stream', contentMediaType: 'application/octet-stream' }) },
    },
  }, async (request, reply) => {
    const { file, content } = await files.read(request.params.id, readerOf(request, request.query.case))
    return reply.type(file.type).header('content-length', file.bytes).header('content-security-policy', `default-src 'none'; sandbox`)
      .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, char => `%${char.charCodeAt(0).toString(16)}`)}`).send(content)
  })

  function readerOf(request: FastifyRequest, number: string | undefined): FileReader {
    const actor = actorOf(request)
    return {
      account: actor.account,
      async mayRead(id) {
        if (number === undefined) return false
        const { record, roles } = await caseFor(platform, actor, number, dayOf(request))
        return mentions(visibleValues(record.entry.type, record, roles, record.values), id)
      },
    }
  }
}

/** The multipart parser throws plain errors about what it was sent. */
function isMalformed(error: unknown): error is Error {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === undefined && /multipart|part header|boundary/i.test(error.message)
}
