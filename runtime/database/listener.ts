/** LISTEN on a connection of its own, opened on first use and again whenever it breaks. */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from './log.ts'

export type Unlisten = () => Promise<void>

export interface Listener {
  listen(channel: string, onNotify: (payload: string) => void, onGap?: () => void): Promise<Unlisten>
  close(): Promise<void>
}

interface Subscription {
  channel: string
  onNotify: (payload: string) => void
  onGap: (() => void) | undefined
}

/** A connection that only listens never sends, and would not notice that its peer is gone. */
const HEARTBEAT_MS = 30_000
const HEARTBEAT_ANSWER_MS = 10_000
const FIRST_WAIT_MS = 50
const LONGEST_WAIT_MS = 5_000

export function createListener(config: pg.ClientConfig, log: Log): Listener {
  const subscriptions = new Set<Subscription>()
  let live: pg.Client | undefined
  let opening: Promise<pg.Client> | undefined
  let closed = false

  const client = (): Promise<pg.Client> => {
    if (live) return Promise.resolve(live)
    return (opening ??= open().finally(() => (opening = undefined)))
  }

  // One statement at a time: pg gives up queueing them itself.
  let last: Promise<unknown> = Promise.resolve()
  const send = (to: pg.Client, text: string): Promise<unknown> => (last = last.then(() => to.query(text), () => to.query(text)))

  const open = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({ ...config, query_timeout: HEARTBEAT_ANSWER_MS })
    fresh.on('error', () => undefined)
    fresh.on('notification', ({ channel, payload }) => {
      for (const s of [...subscriptions]) if (s.channel === channel) guarded(log, () => s.onNotify(payload ?? ''))
    })
    fresh.once('end', () => {
      if (live !== fresh) return
      live = undefined
      void reopen()
    })
    try {
      await fresh.connect()
      for (const channel of channels()) await send(fresh, `listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      await fresh.end().catch(() => undefined)
      throw error
    }
    live = fresh
    keepAwake(fresh, () => send(fresh, 'select 1'))
    return fresh
  }

  const reopen = async (): Promise<void> => {
    const interrupted = [...subscriptions]
    for (let wait = FIRST_WAIT_MS; !closed && subscriptions.size > 0; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        await client()
      } catch {
        await sleep(wait, undefined, { ref: false })
        continue
      }
      for (const s of interrupted) if (s.onGap && subscriptions.has(s)) guarded(log, s.onGap)
      return
    }
  }

  const channels = () => new Set([...subscriptions].map((s) => s.channel))

  const end = async (): Promise<void> => {
    const old = live ?? (await opening?.catch(() => undefined))
    live = undefined
    await old?.end().catch(() => undefined)
  }

  return {
    listen: async (channel, onNotify, onGap) => {
      const subscription = { channel, onNotify, onGap }
      subscriptions.add(subscription)
      try {
        await send(await client(), `listen ${pg.escapeIdentifier(channel)}`)
      } catch (error) {
        subscriptions.delete(subscription)
        throw error
      }
      return async () => {
        if (!subscriptions.delete(subscription)) return
        if (subscriptions.size === 0) await end()
        else if (live && !channels().has(channel)) await send(live, `unlisten ${pg.escapeIdentifier(channel)}`).catch(() => undefined)
      }
    },
    close: async () => {
      closed = true
      subscriptions.clear()
      await end()
    },
  }
}

function keepAwake(client: pg.Client, beat: () => Promise<unknown>): void {
  const timer = setInterval(() => {
    beat().catch(() => client.end().catch(() => undefined))
  }, HEARTBEAT_MS)
  timer.unref()
  client.once('end', () => clearInterval(timer))
}

function guarded(log: Log, call: () => void): void {
  try {
    call()
  } catch (error) {
    log.error({ error: String(error) }, 'a listener to database notifications failed')
  }
}
