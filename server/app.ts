/** The HTTP interface, put together: hooks, errors, and one file a group of routes. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import Fastify from 'fastify'
import { catalogue } from '../kernel/errors/catalogue.ts'
import { Problem } from '../kernel/errors/problem.ts'
import type { App, Around } from './app-instance.ts'
import { parseJsonBody } from './json-body.ts'
import { measureRequests } from './metrics.ts'
import { PROBLEM_TYPE, schemaProblem, sendProblem } from './problems.ts'
import { newTrace, prepareRequests } from './request.ts'
import { collectRoutes, type RouteTable } from './routes-table.ts'
import { actionRoutes } from './routes/actions.ts'
import { applicationRoutes } from './routes/applications.ts'
import { caseRoutes } from './routes/cases.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { dataUseRoutes } from './routes/data-uses.ts'
import { descriptionRoutes } from './routes/description.ts'
import { errorRoutes } from './routes/errors.ts'
import { fileRoutes } from './routes/files.ts'
import { healthRoutes } from './routes/health.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { matterEditionRoutes } from './routes/matter-editions.ts'
import { matterRoutes } from './routes/matters.ts'
import { meRoutes } from './routes/me.ts'
import { messageRoutes } from './routes/messages.ts'
import { moveRoutes } from './routes/moves.ts'
import { openingRoutes } from './routes/openings.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { systemRoutes } from './routes/systems.ts'
import { taskRoutes } from './routes/tasks.ts'
import { webhookRoutes } from './routes/webhooks.ts'
import { whyRoutes } from './routes/why.ts'

/** Of a JSON body. */
export const BODY_LIMIT_BYTES = 1_048_576
/** From the first byte of a request to its last: time for the largest upload on a slow line. */
const REQUEST_TIMEOUT_MS = 300_000

const GROUPS = [
  healthRoutes, errorRoutes, sessionRoutes, systemRoutes, meRoutes, matterRoutes, matterEditionRoutes, applicationRoutes, caseRoutes, moveRoutes,
  openingRoutes, actionRoutes, taskRoutes, fileRoutes, messageRoutes, webhookRoutes, credentialRoutes, dataUseRoutes, ledgerRoutes, whyRoutes,
]

/** Listens to nobody yet. */
export function buildApp(around: Around): App {
  const app: App = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logger: false,
    requestIdHeader: false,
    genReqId: newTrace,
    routerOptions: { maxParamLength: 200 },
    // Nothing is dropped, filled in or turned into another type on the way in.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, useDefaults: false, allErrors: true } },
    schemaErrorFormatter: (faults, part) => schemaProblem(faults, part),
    frameworkErrors: (error, request, reply) => { sendProblem(error, request as never, reply as never, around.log) },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
  })
  const table = collectRoutes(app)
  acceptOnlyJson(app)
  measureRequests(app, around.platform.db)
  prepareRequests(app, around)
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, around.log))
  app.setNotFoundHandler((request, reply) => sendProblem(notServed(table, request.method, request.url, allow => void reply.header('allow', allow)), request, reply, around.log))
  for (const routes of GROUPS) routes(app, around)
  descriptionRoutes(app, around, table)
  return app
}

/** Answers are written as they are: schemas of answers describe them and do not filter them. */
function acceptOnlyJson(app: App): void {
  app.setSerializerCompiler(() => data => JSON.stringify(data))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer))
    } catch (error) {
      done(error as Error)
    }
  })
}

function notServed(table: RouteTable, method: string, url: string, allow: (methods: string) => void): Problem {
  const methods = table.methodsOf(url.split('?', 1)[0]!)
  if (methods.length === 0 || methods.includes(method)) return new Problem('not-found')
  allow(methods.join(', '))
  return new Problem('method-not-allowed', { detail: methods.join(', ') })
}

/** What is no HTTP at all, or has headers without end, never becomes a request. */
function refuseUnreadable(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400
  const body = JSON.stringify({ type: '/errors/invalid-request', title: catalogue['invalid-request'].title.zh, status, code: 'invalid-request', errors: [] })
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`)
}
