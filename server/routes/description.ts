/** The description of the interface: OpenAPI for programs, a plain page for people. */
import { readFileSync } from 'node:fs'
import type { App, Around } from '../app-instance.ts'
import { escaped, sendPage } from '../html.ts'
import { languageOf } from '../language.ts'
import { describeApi, type ApiDescription, type Operation } from '../openapi.ts'
import type { RouteTable } from '../routes-table.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string }

export function descriptionRoutes(app: App, { platform, demo }: Around, table: RouteTable): void {
  let known: ApiDescription | undefined
  // Routes do not change once the server listens.
  const description = () => known ??= describeApi(table.routes, platform.city, version)

  app.get('/openapi.json', { config: { open: true }, schema: { operationId: 'openapi', summary: 'This interface as OpenAPI 3.1', tags: ['operation'] } }, async () => description())

  app.get('/docs', { config: { open: true }, schema: { operationId: 'docs', summary: 'This interface as a page', tags: ['operation'] } },
    async (request, reply) => sendPage(reply, languageOf(request.headers['accept-language']), 'OneVisit 一次通 API', pageOf(description(), demo)))
}

function pageOf(api: ApiDescription, demo: boolean): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))].sort()
  return `${demo ? '<p class="note">演示数据，全部虚构 · Demonstration: all data are invented.</p>' : ''}<p>${escaped(String(api.info['description']))}</p><p><a href="/openapi.json">openapi.json</a></p>`
    + tags.map(tag => {
      const rows = operations.filter(({ operation }) => operation.tags.includes(tag)).map(row).join('')
      return `<h2 id="${escaped(tag)}">${escaped(tag)}</h2><table><thead><tr><th>call</th><th>what</th><th>answers</th></tr></thead><tbody>${rows}</tbody></table>`
    }).join('')
}

function row({ path, method, operation }: { readonly path: string; readonly method: string; readonly operation: Operation }): string {
  const about = [operation.summary, operation['description']].filter(text => typeof text === 'string' && text !== '').map(text => escaped(String(text))).join('<br>')
  return `<tr><td><code>${method.toUpperCase()} ${escaped(path)}</code></td><td>${about}</td><td>${Object.keys(operation.responses).join(' ')}</td></tr>`
}
