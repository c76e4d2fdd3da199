/**
 * Sends what the outbox holds, at least once: a batch is claimed in one short statement that writes a lease as the new
 * due time, sent without a transaction, and settled row by row. A process that dies leaves its rows to whoever comes
 * after the lease. An event waits while an earlier one of its case and endpoint is under way; endpoints never wait for
 * each other.
 */
import type { Log } from '../database/log.ts'
import type { Db } from '../database/pool.ts'
import type { Vault } from '../secrets/vault.ts'
import type { CloudEvent } from './cloud-event.ts'
import { Unreachable, type Outward } from './outward.ts'
import { signedHeaders } from './signature.ts'
import { GIVE_UP } from './webhooks.ts'

export interface DeliveryWorker {
  /**
   * Makes attempts that are due at `now`; how many. Call again at once, with a later `now`, while it is not 0. It ends
   * soon after each endpoint has had its turn, which for one that does not answer is the time limit of a request.
   */
  run(now: string): Promise<number>
}

interface Endpoint {
  readonly id: string
  readonly url: string
  readonly secret: string
}

interface Claim {
  readonly id: number
  readonly event: CloudEvent
  /** This attempt's ordinal; a settlement by an earlier one, whose lease ran out, changes nothing. */
  readonly attempts: number
}

type Outcome =
  | { readonly state: 'delivered'; readonly status: number }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly status: number | null; readonly error: string | null; readonly waitMs: number }

const ENDPOINTS = 16
const BATCH = 8
/** Well above what two batches may take. */
const LEASE_MS = 60_000
const FIRST_WAIT_MS = 1_000
const LONGEST_IN_ALL_MS = 24 * 3_600_000
const LONGEST_ASKED_WAIT_MS = 3_600_000

export function openDeliveryWorker(around: { readonly db: Db; readonly vault: Vault; readonly outward: Outward; readonly log: Log }): DeliveryWorker {
  const { db, vault, outward, log } = around
  /** The endpoint that had its turn last. */
  let last = '00000000-0000-0000-0000-000000000000'

  async function attempt(endpoint: Endpoint, { id, event }: Claim, now: string): Promise<Outcome> {
    try {
      const body = JSON.stringify(event)
      const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'OneVisit', ...signedHeaders(vault.unseal(endpoint.secret), event.id, now, body) }
      const { status, retryAfter } = await outward.post(endpoint.url, headers, body)
      if (status >= 200 && status < 300) return { state: 'delivered', status }
      if (status === 410) return { state: 'gone' }
      return { state: 'failed', status, error: null, waitMs: askedWait(retryAfter, now) }
    } catch (error) {
      if (error instanceof Unreachable) return { state: 'failed', status: null, error: error.reason, waitMs: 0 }
      // Our own fault: this row alone suffers from it, and is tried again when it may have been mended.
      log.error({ delivery: id, webhook: endpoint.id, error: String(error) }, 'a webhook delivery could not be made')
      return { state: 'failed', status: null, error: 'internal', waitMs: 0 }
    }
  }

  async function settle(endpoint: Endpoint, claim: Claim, outcome: Outcome, now: string): Promise<void> {
    if (outcome.state === 'delivered') {
      await db.query('delivery-done', `update onevisit.outbox set delivered_at = $3, last_status = $4, last_error = null where id = $1 and attempts = $2 and failed_at is null`, [claim.id, claim.attempts, now, outcome.status])
    } else if (outcome.state === 'gone') {
      await db.transaction(async tx => {
        await tx.query('webhook-gone', 'update onevisit.webhook set disabled_at = $2 where id = $1 and disabled_at is null', [endpoint.id, now])
        await tx.query('webhook-drop-pending', GIVE_UP, [endpoint.id, now, 410, 'gone'])
      })
    } else {
      const next = nextAttempt(claim.attempts, outcome.waitMs, now)
      await db.query('delivery-failed', FAILED, [claim.id, claim.attempts, next, next === null ? now : null, outcome.status, outcome.error])
    }
  }

  async function sendBatch(endpoint: Endpoint, now: string): Promise<number> {
    const { rows } = await db.query<Claim>('deliveries-claim', CLAIM, [endpoint.id, now, after(now, LEASE_MS), BATCH])
    return total(await Promise.allSettled(rows.map(async claim => {
      await settle(endpoint, claim, await attempt(endpoint, claim, now), now)
      return 1
    })))
  }

  return {
    async run(now) {
      const { rows: endpoints } = await db.query<Endpoint>('deliveries-endpoints', ENDPOINTS_DUE, [now, last, ENDPOINTS])
      last = endpoints.at(-1)?.id ?? last
      let firstTurns = endpoints.length
      const turns = endpoints.map(async endpoint => {
        let attempts = await sendBatch(endpoint, now).finally(() => { firstTurns-- })
        // While slower ones are at their first turn, this one goes on.
        for (let sent = attempts; firstTurns > 0 && sent > 0; attempts += sent) sent = await sendBatch(endpoint, now)
        return attempts
      })
      return total(await Promise.allSettled(turns))
    },
  }
}

/** Everything is waited for before the first failure is told, so that nothing goes on behind the caller's back. */
function total(counts: readonly PromiseSettledResult<number>[]): number {
  let sum = 0
  for (const count of counts) {
    if (count.status === 'rejected') throw count.reason
    sum += count.value
  }
  return sum
}

/** When to try again after the n-th attempt failed, 1 s · 2^(n-1) later; `null` when that is past a day after the first. */
export function nextAttempt(attempts: number, askedWaitMs: number, now: string): string | null {
  const sinceFirst = FIRST_WAIT_MS * (2 ** attempts - 1)
  return sinceFirst > LONGEST_IN_ALL_MS ? null : after(now, Math.max(FIRST_WAIT_MS * 2 ** (attempts - 1), askedWaitMs))
}

/** `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), within reason. */
function askedWait(retryAfter: string | null, now: string): number {
  if (retryAfter === null) return 0
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.parse(now)
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_ASKED_WAIT_MS)
}

function after(now: string, ms: number): string {
  return new Date(Date.parse(now) + ms).toISOString()
}

const PENDING = (row: string) => `${row}.delivered_at is null and ${row}.failed_at is null`

/** In a round, beginning after the one that had its turn last. */
const ENDPOINTS_DUE = `
  select w.id, w.url, w.secret from onevisit.webhook w join onevisit.account a on a.id = w.account and not a.disabled
  where w.disabled_at is null and exists (select 1 from onevisit.outbox o where o.webhook = w.id and ${PENDING('o')} and o.due <= $1)
  order by w.id <= $2, w.id limit $3`

const CLAIM = `
  with candidate as materialized (
    select o.id from onevisit.outbox o where o.webhook = $1 and ${PENDING('o')} and o.due <= $2
      and not exists (select 1 from onevisit.outbox p where p.webhook = $1 and p.event ->> 'subject' = o.event ->> 'subject' and p.id < o.id and ${PENDING('p')})
    order by o.due, o.id limit $4),
  locked as materialized (
    select o.id from onevisit.outbox o join candidate using (id) where ${PENDING('o')} and o.due <= $2 for update of o skip locked)
  update onevisit.outbox o set due = $3, attempts = o.attempts + 1 from locked where o.id = locked.id returning o.id, o.event, o.attempts`

/** What follows in the same case waits as long, so that only what may be sent is due. */
const FAILED = `
  with failed as (
    update onevisit.outbox o set due = coalesce($3, o.due), failed_at = $4, last_status = $5, last_error = $6
    where o.id = $1 and o.attempts = $2 and ${PENDING('o')} returning o.id, o.webhook, o.event ->> 'subject' as subject, o.due, o.failed_at)
  update onevisit.outbox o set due = failed.due from failed
  where o.webhook = failed.webhook and o.event ->> 'subject' = failed.subject and o.id > failed.id and ${PENDING('o')} and o.due < failed.due and failed.failed_at is null`
