/** Prometheus metrics: the process, requests by route, and the database's sessions. */
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Db } from '../runtime/database/pool.ts'
import type { App } from './app-instance.ts'

/** Registers the hooks and `GET /metrics`. */
export function measureRequests(app: App, db: Pick<Db, 'stats'>): void {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const seconds = new Histogram({
    name: 'http_request_duration_seconds', help: 'Time from request to answer, seconds', labelNames: ['method', 'route', 'status'], registers: [registry],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  })
  new Gauge({
    name: 'onevisit_database_sessions', help: 'Sessions of the database pool', labelNames: ['state'], registers: [registry],
    collect() {
      const { total, idle, waiting } = db.stats()
      this.set({ state: 'busy' }, total - idle)
      this.set({ state: 'idle' }, idle)
      this.set({ state: 'waiting' }, waiting)
    },
  })
  app.addHook('onResponse', async (request, reply) => {
    // The pattern, never the path: numbers and codes of people would be labels without end. Methods are the caller's text too.
    const route = request.is404 ? 'none' : request.routeOptions.url ?? 'none'
    seconds.observe({ method: request.is404 ? 'none' : request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1_000)
  })
  app.get('/metrics', { config: { open: true }, schema: { operationId: 'metrics', summary: 'Metrics in the text format of Prometheus', tags: ['operation'] } },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
