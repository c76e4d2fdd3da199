/** What an error code means: the address that every problem document's `type` leads to. */
import { Type } from '@sinclair/typebox'
import { catalogue, type CatalogueEntry } from '../../kernel/errors/catalogue.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { App } from '../app-instance.ts'
import { escaped, sendPage } from '../html.ts'
import { languageOf } from '../language.ts'
import { closed, Name, Text } from '../schemas.ts'

export function errorRoutes(app: App): void {
  app.get('/errors/:code', {
    config: { open: true },
    schema: {
      operationId: 'explainError', summary: 'What an error code means, as JSON or as a page', tags: ['errors'], params: closed({ code: Name }), errors: ['not-found'],
      response: { 200: Type.Object({ code: Type.String(), status: Type.Integer(), title: Text, retry: Type.Boolean({ description: 'The same request may succeed later.' }) }) },
    },
  }, async (request, reply) => {
    const { code } = request.params
    if (!Object.hasOwn(catalogue, code)) throw new Problem('not-found')
    const entry: CatalogueEntry = catalogue[code as keyof typeof catalogue]
    const retry = entry.retry ?? false
    void reply.header('vary', 'accept, accept-language')
    if (!(request.headers.accept ?? '').includes('text/html')) return { code, status: entry.status, title: entry.title, retry }
    const language = languageOf(request.headers['accept-language'])
    const later = language === 'zh' ? (retry ? '可稍后原样重试。' : '原样重试不会成功。') : retry ? 'The same request may succeed later.' : 'The same request will not succeed later.'
    return sendPage(reply, language, entry.title[language], `<p><code>${escaped(code)}</code> · HTTP ${entry.status}</p><p>${later}</p>`)
  })
}
