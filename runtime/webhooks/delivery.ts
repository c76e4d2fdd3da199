/**
 * Sends what the outbox holds, at least once: a batch is claimed in one short statement that writes a lease as the new
 * due time, sent without a transaction, and settled row by row. A process that dies leaves its rows to whoever comes
 * after the lease. An event waits while an earlier one of its case and endpoint is under way.
 */
import type { Log } from '../database/log.ts'
import type { Db } from '../database/pool.ts'
import type { Vault } from '../secrets/vault.ts'
import type { CloudEvent } from './cloud-event.ts'
import { Unreachable, type Outward } from './outward.ts'
import { signedHeaders } from './signature.ts'
import { GIVE_UP } from './webhooks.ts'

export interface DeliveryWorker {
  /** Makes one batch of attempts due at `now`; how many. Call again at once, with a later `now`, while it is not 0. */
  run(now: string): Promise<number>
}

interface Claim {
  readonly id: number
  readonly webhook: string
  readonly event: CloudEvent
  /** This attempt's ordinal; a settlement by an earlier one, whose lease ran out, changes nothing. */
  readonly attempts: number
  readonly url: string
  readonly secret: string
}

type Outcome =
  | { readonly state: 'delivered'; readonly status: number }
  | { readonly state: 'gone' }
  | { readonly state: 'failed'; readonly status: number | null; readonly error: string | null; readonly waitMs: number }

const BATCH = 32
/** So that a slow endpoint does not keep the others waiting. */
const BATCH_OF_ONE_ENDPOINT = 4
/** Well above what one request may take. */
const LEASE_MS = 60_000
const FIRST_WAIT_MS = 1_000
const LONGEST_IN_ALL_MS = 24 * 3_600_000
const LONGEST_ASKED_WAIT_MS = 3_600_000

export function openDeliveryWorker(around: { readonly db: Db; readonly vault: Vault; readonly outward: Outward; readonly log: Log }): DeliveryWorker {
  const { db, vault, outward, log } = around

  async function attempt(claim: Claim, now: string): Promise<Outcome> {
    try {
      const body = JSON.stringify(claim.event)
      const headers = { 'content-type': 'application/cloudevents+json; charset=utf-8', 'user-agent': 'OneVisit', ...signedHeaders(vault.unseal(claim.secret), claim.event.id, now, body) }
      const { status, retryAfter } = await outward.post(claim.url, headers, body)
      if (status >= 200 && status < 300) return { state: 'delivered', status }
      if (status === 410) return { state: 'gone' }
      return { state: 'failed', status, error: null, waitMs: askedWait(retryAfter, now) }
    } catch (error) {
      if (error instanceof Unreachable) return { state: 'failed', status: null, error: error.reason, waitMs: 0 }
      // Our own fault: this row alone suffers from it, and is tried again when it may have been mended.
      log.error({ delivery: claim.id, webhook: claim.webhook, error: String(error) }, 'a webhook delivery could not be made')
      return { state: 'failed', status: null, error: 'internal', waitMs: 0 }
    }
  }

  async function settle(claim: Claim, outcome: Outcome, now: string): Promise<void> {
    if (outcome.state === 'delivered') {
      await db.query('delivery-done', `update onevisit.outbox set delivered_at = $3, last_status = $4, last_error = null where id = $1 and attempts = $2 and failed_at is null`, [claim.id, claim.attempts, now, outcome.status])
    } else if (outcome.state === 'gone') {
      await db.transaction(async tx => {
        await tx.query('webhook-gone', 'update onevisit.webhook set disabled_at = $2 where id = $1 and disabled_at is null', [claim.webhook, now])
        await tx.query('webhook-drop-pending', GIVE_UP, [claim.webhook, now, 410, 'gone'])
      })
    } else {
      const next = nextAttempt(claim.attempts, outcome.waitMs, now)
      await db.query('delivery-failed', `update onevisit.outbox set due = coalesce($3, due), failed_at = $4, last_status = $5, last_error = $6 where id = $1 and attempts = $2 and delivered_at is null and failed_at is null`,
        [claim.id, claim.attempts, next, next === null ? now : null, outcome.status, outcome.error])
    }
  }

  return {
    async run(now) {
      const { rows } = await db.query<Claim>('deliveries-claim', CLAIM, [now, after(now, LEASE_MS), BATCH_OF_ONE_ENDPOINT, BATCH])
      const settled = await Promise.allSettled(rows.map(async claim => settle(claim, await attempt(claim, now), now)))
      const lost = settled.find(one => one.status === 'rejected')
      if (lost) throw lost.reason
      return rows.length
    },
  }
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

const CLAIM = `
  with candidate as materialized (
    select o.id from onevisit.webhook w join onevisit.account a on a.id = w.account and not a.disabled
    cross join lateral (
      select o.id, o.due from onevisit.outbox o
      where o.webhook = w.id and ${PENDING('o')} and o.due <= $1
        and not exists (select 1 from onevisit.outbox p where p.event ->> 'subject' = o.event ->> 'subject' and p.webhook = o.webhook and p.id < o.id and ${PENDING('p')})
      order by o.due, o.id limit $3) o
    where w.disabled_at is null order by o.due, o.id limit $4),
  locked as materialized (
    select o.id from onevisit.outbox o join candidate using (id) where ${PENDING('o')} and o.due <= $1 for update of o skip locked)
  update onevisit.outbox o set due = $2, attempts = o.attempts + 1 from locked, onevisit.webhook w
  where o.id = locked.id and w.id = o.webhook returning o.id, o.webhook, o.event, o.attempts, w.url, w.secret`
