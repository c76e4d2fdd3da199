import { test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { feedDatabase, account } from '/work/main/runtime/webhooks/testing.ts'
import { openDeliveryWorker } from '/work/main/runtime/webhooks/delivery.ts'
import { vaultOf } from '/work/main/runtime/secrets/vault.ts'
import { silentLog } from '/work/main/runtime/database/log.ts'
test('perf', async () => {
  const { db } = await feedDatabase()
  const vault = vaultOf(Buffer.alloc(32, 1))
  const outward = { admit: async (x: string) => x, post: async () => ({ status: 204, retryAfter: null }) }
  const worker = openDeliveryWorker({ db, vault, outward, log: silentLog })
  for (let w = 0; w < 5; w++) {
    const a = await account(db, 'app')
    const id = randomUUID()
    await db.queryOnce('insert into onevisit.webhook (id, account, url, types, secret, created_at) values ($1,$2,$3,$4,$5,now())', [id, a.id, 'http://x/', '[]', vault.seal('whsec_AAAA')])
    await db.queryOnce(`insert into onevisit.outbox (webhook, event, due, delivered_at) select $1, jsonb_build_object('id', 'e'||n, 'subject', 'AL'||(n/5), 'source', '/api/v1/cases/AL'||(n/5)), '2026-01-01', case when n <= 40000 then now() end from generate_series(1, 60000) n`, [id])
  }
  await db.queryOnce('analyze onevisit.outbox')
  const time = async (label: string) => { const t = performance.now(); let n = 0; for (let i = 0; i < 5; i++) n += await worker.run('2026-01-02T00:00:00.000Z'); console.log(label, n, ((performance.now() - t) / 5).toFixed(1), 'ms a batch') }
  for (const set of ['on', 'off']) {
    console.log('seqscan', set)
    await db.queryOnce(`alter database ${(await db.queryOnce<{d: string}>('select current_database() as d')).rows[0]!.d} set enable_seqscan = ${set}`)
    await time('without')
  }
  await db.script(`drop index onevisit.outbox_due; create index outbox_due on onevisit.outbox (webhook, due, id) where delivered_at is null and failed_at is null;
   create index outbox_case on onevisit.outbox (webhook, (event ->> 'subject'), id) where delivered_at is null and failed_at is null; analyze onevisit.outbox`)
  await time('with'); await time('with')
}, 300000)
