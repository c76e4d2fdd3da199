/** A whole server in this process: database, platform, background work, HTTP. */
import type { AddressInfo } from 'node:net'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import type { System } from '../kernel/system.ts'
import { openDatabase } from '../runtime/database/database.ts'
import type { Log } from '../runtime/database/log.ts'
import { openPlatform, type Platform } from '../runtime/platform.ts'
import { rungs, systems } from '../systems/registry.generated.ts'
import { buildApp } from './app.ts'
import { startPlatformBackground } from './background.ts'
import { systemClock, type Clock } from './clock.ts'
import { openParts } from './parts.ts'

export interface ServerOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** Loopback unless given. */
  readonly host?: string
  /** 0 takes a free one. */
  readonly port: number
  readonly log: Log
  /** The city is invented; said wherever people look. */
  readonly demo: boolean
  /** Runs before anybody is answered, on the migrated database. */
  readonly prepare?: (platform: Platform) => Promise<unknown>
  /** Those of this build unless given. */
  readonly systems?: readonly System[]
  readonly clock?: Clock
}

export interface RunningServer {
  readonly url: string
  readonly platform: Platform
  /** Answers what is under way, ends the background work, and closes the database. */
  close(): Promise<void>
}

/** Resolves when requests are answered. What was opened is closed again when a later step fails. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { env, dataDir, host = '127.0.0.1', port, log, demo, clock = systemClock } = options
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const database = await openDatabase({ env, dataDir, log })
    closers.push(() => database.stop())
    const platform = await openPlatform({ db: database.db, systems: options.systems ?? systems, calendar: stateCouncilCalendar, dataDir, log })
    closers.push(() => platform.close())
    await options.prepare?.(platform)
    const parts = openParts(platform, { allowPrivateWebhooks: demo || env['ONEVISIT_PRIVATE_WEBHOOKS'] === '1' })
    const background = startPlatformBackground({ platform, parts, clock, log })
    closers.push(() => background.stop())
    const app = buildApp({ platform, parts, clock, rungs, demo, log })
    closers.push(() => app.close())
    await app.listen({ host, port })
    return { url: urlOf(host, (app.server.address() as AddressInfo).port), platform, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** An address that leads here from this machine; a server on every interface is reached by loopback. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
