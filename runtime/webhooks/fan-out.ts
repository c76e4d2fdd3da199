/**
 * Reads the feed of events in committed order and writes one outbox row for each endpoint that is to be told. Cursor
 * and rows change in one transaction, so that no event is lost or told twice, whoever is killed when. Only transactions
 * older than every one under way are read: one that commits late cannot fall behind the cursor.
 */
import type { Db, Queryable } from '../database/pool.ts'
import { caseNotice, isWanted, sentNotice, type CloudEvent, type FeedRow, type Notice, type SentEvent } from './cloud-event.ts'

export interface FanOut {
  /**
   * Takes one page of events; how many it took. Call again at once while it is not 0. Another process at the same
   * work makes it 0.
   */
  run(now: string): Promise<number>
}

interface Endpoint {
  readonly id: string
  readonly types: readonly string[]
  readonly kind: string
  readonly subject: string | null
}

interface OutboxRow {
  readonly place: number
  readonly webhook: string
  readonly event: CloudEvent
}

const READER = 'webhooks'
const PAGE = 500

export function openFanOut(around: { readonly db: Db }): FanOut {
  return { run: now => around.db.transaction(tx => takePage(tx, now)) }
}

async function takePage(tx: Queryable, now: string): Promise<number> {
  const cursor = await takeCursor(tx)
  if (cursor === null) return 0
  // The lock makes a removal wait for this page, so that no row is left for an endpoint that is gone.
  const { rows: endpoints } = await tx.query<Endpoint>('webhook-endpoints', `select w.id, w.types, a.kind, a.subject from onevisit.webhook w join onevisit.account a on a.id = w.account
    where w.disabled_at is null and not a.disabled order by w.id for share of w`)
  const events = await readFeed(tx, cursor, endpoints.length > 0)
  const { rows: sent } = await tx.query<{ id: number; event: SentEvent }>('outbox-sent', `delete from onevisit.outbox where id in
    (select id from onevisit.outbox where webhook is null order by id limit $1 for update skip locked) returning id, event`, [PAGE])
  const notices = [...events.map(caseNotice), ...sent.sort((a, b) => a.id - b.id).map(({ id, event }) => sentNotice(id, event))]
  await writeRows(tx, await rowsFor(tx, endpoints, notices), now)
  return notices.length
}

interface Cursor {
  readonly tx: string
  readonly id: number
}

/** Locked until the page is written; `null` where another process has it. */
async function takeCursor(tx: Queryable): Promise<Cursor | null> {
  const { rows } = await tx.query<Cursor>('feed-cursor', 'select tx::text as tx, id from onevisit.feed_cursor where reader = $1 for update skip locked', [READER])
  if (rows[0] !== undefined) return rows[0]
  const made = await tx.query<Cursor>('feed-cursor-make', `insert into onevisit.feed_cursor (reader, tx, id) values ($1, '0', 0) on conflict do nothing returning tx::text as tx, id`, [READER])
  return made.rows[0] ?? null
}

/** The next events, the cursor moved behind them. Where nobody listens the cursor goes to the feed's end at once. */
async function readFeed(tx: Queryable, cursor: Cursor, heard: boolean): Promise<readonly FeedRow[]> {
  if (!heard) {
    await tx.query('feed-cursor-end', `update onevisit.feed_cursor set tx = pg_snapshot_xmin(pg_current_snapshot()), id = 0 where reader = $1 and tx < pg_snapshot_xmin(pg_current_snapshot())`, [READER])
    return []
  }
  const { rows } = await tx.query<FeedRow & { readonly id: number; readonly tx: string }>('feed', `select tx::text as tx, id, system, number, version, type, move, from_state, to_state, outcome, at
    from onevisit.events e where (e.tx, e.id) > ($1::xid8, $2::bigint) and e.tx < pg_snapshot_xmin(pg_current_snapshot()) order by e.tx, e.id limit $3`, [cursor.tx, cursor.id, PAGE])
  const last = rows.at(-1)
  if (last !== undefined) await tx.query('feed-cursor-move', 'update onevisit.feed_cursor set tx = $2::xid8, id = $3 where reader = $1', [READER, last.tx, last.id])
  return rows
}

async function rowsFor(tx: Queryable, endpoints: readonly Endpoint[], notices: readonly Notice[]): Promise<readonly OutboxRow[]> {
  const wanted = notices.flatMap(notice => endpoints.filter(({ types }) => isWanted(types, notice)).map(endpoint => ({ notice, endpoint })))
  const partyOnly = wanted.filter(({ endpoint }) => !seesAll(endpoint))
  const partners = await partiesOf(tx, partyOnly.map(({ notice, endpoint }) => ({ subject: endpoint.subject, number: notice.number })))
  return wanted.filter(({ notice, endpoint }) => seesAll(endpoint) || partners.has(`${endpoint.subject}/${notice.number}`))
    .map(({ notice, endpoint }, place) => ({ place, webhook: endpoint.id, event: notice.event }))
}

/** Applications and administrators get what they list; all others only what happens in cases they are a party of. */
function seesAll({ kind }: Endpoint): boolean {
  return kind === 'app' || kind === 'admin'
}

async function partiesOf(tx: Queryable, pairs: readonly { readonly subject: string | null; readonly number: string | null }[]): Promise<ReadonlySet<string>> {
  const known = pairs.filter((pair): pair is { subject: string; number: string } => pair.subject !== null && pair.number !== null)
  if (known.length === 0) return new Set()
  const { rows } = await tx.query<{ subject: string; number: string }>('webhook-parties', 'select distinct subject, number from onevisit.case_party where subject = any($1::uuid[]) and number = any($2::text[])',
    [[...new Set(known.map(pair => pair.subject))], [...new Set(known.map(pair => pair.number))]])
  return new Set(rows.map(({ subject, number }) => `${subject}/${number}`))
}

/** Ids follow the feed's order: deliveries of one case go by them. */
async function writeRows(tx: Queryable, rows: readonly OutboxRow[], now: string): Promise<void> {
  if (rows.length === 0) return
  await tx.query('outbox-fan-out', `insert into onevisit.outbox (webhook, event, due)
    select webhook, event, $2 from json_to_recordset($1::json) as r(place int, webhook uuid, event jsonb) order by place`, [JSON.stringify(rows), now])
}
