/** Endpoints that accounts register to be told of events, and receipts of what they were sent. */
import { randomUUID } from 'node:crypto'
import { Problem, type Fault } from '../../kernel/errors/problem.ts'
import type { Db } from '../database/pool.ts'
import { pageOf, readCursor, type Listed, type Page } from '../keyset.ts'
import type { Vault } from '../secrets/vault.ts'
import type { CloudEvent } from './cloud-event.ts'
import type { Outward } from './outward.ts'
import { newSecret } from './signature.ts'

export interface Webhook {
  readonly id: string
  readonly url: string
  /** Beginnings of CloudEvents types (`onevisit.case.`) or of `system.type.move`. */
  readonly types: readonly string[]
  readonly createdAt: string
  /** Since when nothing is sent there: the endpoint answered 410 Gone. */
  readonly disabledAt: string | null
}

export interface Delivery {
  readonly id: number
  readonly event: Pick<CloudEvent, 'id' | 'type' | 'source' | 'subject' | 'time'>
  readonly attempts: number
  /** When it is tried next; `null` when it is over. */
  readonly due: string | null
  readonly deliveredAt: string | null
  /** When it was given up. */
  readonly failedAt: string | null
  /** HTTP status of the last answer. */
  readonly lastStatus: number | null
  readonly lastError: string | null
}

export interface WebhookBook {
  /** `secret` is shown here and never again. @throws Problem `webhook-address`, `invalid-request` */
  register(asked: { readonly account: string; readonly url: string; readonly types: readonly string[] }, now: string): Promise<Webhook & { readonly secret: string }>
  list(account: string): Promise<readonly Webhook[]>
  /** What was not delivered yet never will be. @throws Problem `webhook-unknown`, also where it is another's */
  remove(account: string, id: string, now: string): Promise<void>
  /** Newest first. @throws Problem `webhook-unknown`, `cursor-invalid` */
  deliveries(account: string, id: string, page: Page): Promise<Listed<Delivery>>
}

export const MOST_WEBHOOKS = 20
const MOST_TYPES = 50

export function openWebhookBook(around: { readonly db: Db; readonly vault: Vault; readonly outward: Outward }): WebhookBook {
  const { db, vault, outward } = around

  async function requireOwn(account: string, id: string): Promise<void> {
    if (!isUuid(id)) throw new Problem('webhook-unknown')
    const { rowCount } = await db.query('webhook-own', 'select 1 from onevisit.webhook where account = $1 and id = $2', [account, id])
    if (rowCount === 0) throw new Problem('webhook-unknown')
  }

  return {
    async register({ account, url, types }, now) {
      const faults = typeFaults(types)
      if (faults.length > 0) throw new Problem('invalid-request', { faults })
      const admitted = await outward.admit(url)
      const webhook = { id: randomUUID(), url: admitted, types: [...new Set(types)], createdAt: now, disabledAt: null }
      const secret = newSecret()
      const { rowCount } = await db.query('webhook-register', `insert into onevisit.webhook (id, account, url, types, secret, created_at)
        select $1, $2, $3, $4, $5, $6 where (select count(*) from onevisit.webhook where account = $2) < $7`,
      [webhook.id, account, admitted, JSON.stringify(webhook.types), vault.seal(secret), now, MOST_WEBHOOKS])
      if (rowCount === 0) throw new Problem('invalid-request', { detail: { zh: `每个账号最多登记 ${MOST_WEBHOOKS} 个回调`, en: `an account has at most ${MOST_WEBHOOKS} webhooks` } })
      return { ...webhook, secret }
    },
    async list(account) {
      const { rows } = await db.query<{ id: string; url: string; types: readonly string[]; created_at: string; disabled_at: string | null }>(
        'webhooks', 'select id, url, types, created_at, disabled_at from onevisit.webhook where account = $1 order by created_at, id', [account])
      return rows.map(({ created_at, disabled_at, ...row }) => ({ ...row, createdAt: created_at, disabledAt: disabled_at }))
    },
    async remove(account, id, now) {
      await requireOwn(account, id)
      await db.transaction(async tx => {
        // Waits for a fan-out under way, whose rows the next statement then sees.
        await tx.query('webhook-remove', 'delete from onevisit.webhook where account = $1 and id = $2', [account, id])
        await tx.query('webhook-drop-pending', GIVE_UP, [id, now, null, 'webhook-removed'])
      })
    },
    async deliveries(account, id, { limit, after }) {
      await requireOwn(account, id)
      const { rows } = await db.query<DeliveryRow>('webhook-deliveries', `select id, event, attempts, due, delivered_at, failed_at, last_status, last_error from onevisit.outbox
        where webhook = $1 and id < $3 order by id desc limit $2`, [id, limit + 1, after === undefined ? Number.MAX_SAFE_INTEGER : readCursor(after, ['id'])[0]])
      return pageOf(rows, limit, deliveryOf, row => [row.id])
    },
  }
}

/** Ends what a webhook still has to send: webhook, instant, last status, last error. */
export const GIVE_UP = `update onevisit.outbox set failed_at = $2, last_status = coalesce($3, last_status), last_error = $4
  where webhook = $1 and delivered_at is null and failed_at is null`

interface DeliveryRow {
  readonly id: number
  readonly event: CloudEvent
  readonly attempts: number
  readonly due: string
  readonly delivered_at: string | null
  readonly failed_at: string | null
  readonly last_status: number | null
  readonly last_error: string | null
}

function deliveryOf({ id, event, attempts, due, delivered_at, failed_at, last_status, last_error }: DeliveryRow): Delivery {
  const over = delivered_at !== null || failed_at !== null
  return {
    id, event: { id: event.id, type: event.type, source: event.source, subject: event.subject, time: event.time }, attempts,
    due: over ? null : due, deliveredAt: delivered_at, failedAt: failed_at, lastStatus: last_status, lastError: last_error,
  }
}

function typeFaults(types: readonly string[]): readonly Fault[] {
  if (!Array.isArray(types) || types.length === 0 || types.length > MOST_TYPES) {
    return [{ path: '/types', code: 'field-range', message: { zh: `须列出 1 至 ${MOST_TYPES} 个事件类型前缀`, en: `1 to ${MOST_TYPES} prefixes of event types` } }]
  }
  return types.flatMap((type: unknown, i) => typeof type === 'string' && /^[A-Za-z0-9][\w./:-]{0,199}$/.test(type)
    ? []
    : [{ path: `/types/${i}`, code: 'field-type', message: { zh: '不是事件类型的前缀', en: 'no prefix of an event type' } }])
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}
