/** All routes of the server as they were registered: what OpenAPI is made from, and what a path would have allowed. */
import type { FastifySchema, RouteOptions } from 'fastify'
import type { App } from './app-instance.ts'

export interface RouteEntry {
  readonly method: string
  /** As registered, `/api/v1/cases/:number`. */
  readonly url: string
  readonly schema: FastifySchema
  readonly open: boolean
}

export interface RouteTable {
  readonly routes: readonly RouteEntry[]
  /** Methods that a path knows, sorted. */
  methodsOf(path: string): readonly string[]
  /** The route that serves a path; fixed segments go before parameters. */
  find(method: string, path: string): RouteEntry | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    routeTable: RouteTable
  }
}

/** Decorates the app with its table. Call it before the first route is registered. */
export function collectRoutes(app: App): RouteTable {
  const routes: RouteEntry[] = []
  const patterns = new Map<string, RegExp>()
  app.addHook('onRoute', (route: RouteOptions) => {
    for (const method of [route.method].flat()) routes.push({ method, url: route.url, schema: route.schema ?? {}, open: route.config?.open ?? false })
    patterns.set(route.url, new RegExp(`^${route.url.split('/').map(segment => segment.startsWith(':') ? '[^/]+' : segment.replaceAll('.', '\\.')).join('/')}$`))
  })
  const matching = (path: string) => routes.filter(route => patterns.get(route.url)!.test(path))
  const table: RouteTable = {
    routes,
    methodsOf: path => [...new Set(matching(path).map(route => route.method))].sort(),
    find: (method, path) => matching(path).filter(route => route.method === method).sort((a, b) => parameters(a) - parameters(b))[0],
  }
  app.decorate('routeTable', table)
  return table
}

function parameters({ url }: RouteEntry): number {
  return url.split('/:').length
}
