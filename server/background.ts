/** Work that nobody asks for by HTTP. Each part runs in a loop of its own; one that fails is told of and tried again, and the others go on. */
import type { Log } from '../runtime/database/log.ts'
import type { Platform } from '../runtime/platform.ts'
import type { Clock } from './clock.ts'
import type { Parts } from './parts.ts'

export interface BackgroundTask {
  readonly name: string
  /** How much it did; while it is not 0 it runs again at once. */
  readonly run: () => Promise<number>
  readonly everyMs: number
}

export interface Background {
  /** Runs the task at once, or again as soon as it is through. */
  wake(name: string): void
  /** Resolves when every run under way has ended; nothing runs after that. */
  stop(): Promise<void>
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Timers each second and whenever one fell due at once, the ledger's numbering, and what webhooks are sent. */
export function startPlatformBackground(around: { readonly platform: Platform; readonly parts: Parts; readonly clock: Clock; readonly log: Log }): Background {
  const { platform, parts, clock, log } = around
  const background = startBackground([
    // The timer worker goes on by itself while it gets anywhere.
    { name: 'timers', everyMs: 1_000, run: async () => { await platform.timers.runDue(clock()); return 0 } },
    { name: 'ledger', everyMs: 1_000, run: () => parts.sequencer.number() },
    { name: 'webhook fan-out', everyMs: 1_000, run: () => parts.fanOut.run(clock()) },
    { name: 'webhook delivery', everyMs: 1_000, run: () => parts.deliveries.run(clock()) },
    { name: 'abandoned uploads', everyMs: HOUR_MS, run: async () => { await parts.files.clear(new Date(Date.parse(clock()) - DAY_MS).toISOString()); return 0 } },
  ], log)
  platform.onWake(() => background.wake('timers'))
  return background
}

export function startBackground(tasks: readonly BackgroundTask[], log: Log): Background {
  const loops = new Map(tasks.map(task => [task.name, startLoop(task, log)]))
  return {
    wake: name => loops.get(name)?.wake(),
    stop: async () => void await Promise.all([...loops.values()].map(loop => loop.stop())),
  }
}

interface Loop {
  wake(): void
  stop(): Promise<void>
}

function startLoop({ name, run, everyMs }: BackgroundTask, log: Log): Loop {
  let stopped = false
  let woken = false
  let failing = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  async function once(): Promise<boolean> {
    try {
      const done = await run()
      if (failing) log.info({ task: name }, 'background work goes on')
      failing = false
      return done > 0
    } catch (error) {
      // Told once for each time it goes wrong, not each second.
      if (!failing) log.error({ task: name, error: error instanceof Error ? error.message : String(error) }, 'background work failed; it is tried again')
      failing = true
      return false
    }
  }
  function start(): void {
    clearTimeout(timer)
    woken = false
    running = once().then(more => {
      running = undefined
      if (!stopped) schedule(more || woken ? 0 : everyMs)
    })
  }
  function schedule(ms: number): void {
    timer = setTimeout(start, ms)
    timer.unref()
  }
  schedule(0)
  return {
    wake() {
      woken = true
      if (running === undefined && !stopped) start()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
