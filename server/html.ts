/** Small pages of the server's own: no script, nothing loaded from elsewhere. */
import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import type { Language } from '../kernel/text.ts'

const STYLE = 'body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}'
  + 'table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}'
  + 'code{font:14px/1.6 ui-monospace,monospace;overflow-wrap:anywhere}h2{margin-top:2rem}.note{background:#fff3cd;padding:.5rem 1rem}'
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64')

/** `body` is markup; texts in it go through `escaped`. */
export function sendPage(reply: FastifyReply, language: Language, title: string, body: string): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('content-security-policy', `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'`).header('content-language', language)
    .send(`<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`)
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}
