import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import type { App } from './app-instance.ts'
import { collectRoutes } from './routes-table.ts'

describe('the table of routes', () => {
  it('knows the methods of a path and the route that serves it, as the router does', async () => {
    const app: App = Fastify()
    const table = collectRoutes(app)
    const routes = [['GET', '/a/:id'], ['POST', '/a/verify'], ['GET', '/a/keys'], ['DELETE', '/a/:id'], ['GET', '/a/:id/x.json'], ['POST', '/:any/:other']] as const
    for (const [method, url] of routes) app.route({ method, url, handler: async () => url })
    await app.ready()
    for (const path of ['/a/1', '/a/keys', '/a/verify', '/a/1/x.json', '/a/1/xXjson', '/b/c', '/', '/a', '/a/1/2/3', '/a/(x)']) {
      for (const method of ['GET', 'POST', 'DELETE', 'PUT'] as const) {
        const answer = await app.inject({ method, url: path })
        expect({ method, path, url: table.find(method, path)?.url ?? '' }).toEqual({ method, path, url: answer.statusCode === 404 ? '' : answer.body })
        expect(table.methodsOf(path).includes(method)).toBe(answer.statusCode !== 404)
      }
    }
    expect(table.methodsOf('/a/keys')).toEqual(['DELETE', 'GET', 'HEAD', 'POST'])
  })
})
