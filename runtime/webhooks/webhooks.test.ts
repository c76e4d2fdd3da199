import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { isProblem } from '../../kernel/errors/problem.ts'
import { vaultOf } from '../secrets/vault.ts'
import { account, feedDatabase } from './testing.ts'
import { openOutward } from './outward.ts'
import { MOST_WEBHOOKS, openWebhookBook } from './webhooks.ts'

const { db } = await feedDatabase()
const vault = vaultOf(Buffer.alloc(32, 7))
const book = openWebhookBook({ db, vault, outward: openOutward({ allowPrivate: false, resolve: async () => [{ address: '93.184.215.14', family: 4 }] }) })
const NOW = '2026-03-02T01:00:00.000Z'
const TYPES = ['onevisit.case.', 'alpha.']

beforeEach(() => db.script('truncate onevisit.outbox; delete from onevisit.webhook'))

describe('registering', () => {
  test('shows the secret once and stores it sealed', async () => {
    const { id } = await account(db, 'app')
    const { secret, ...webhook } = await book.register({ account: id, url: 'https://receiver.test/hook', types: [...TYPES, 'alpha.'] }, NOW)
    expect(webhook).toEqual({ id: expect.any(String), url: 'https://receiver.test/hook', types: TYPES, createdAt: NOW, disabledAt: null })
    expect(await book.list(id)).toEqual([webhook])
    const { rows } = await db.queryOnce<{ secret: string }>('select secret from onevisit.webhook')
    expect(rows[0]!.secret).not.toContain(secret.slice(6))
    expect(vault.unseal(rows[0]!.secret)).toBe(secret)
  })

  test.each([
    [[], '/types'], [Array.from({ length: 51 }, (_, i) => `t${i}`), '/types'], [['ok', ''], '/types/1'], [['a b'], '/types/0'], [['%'], '/types/0'], [['x'.repeat(201)], '/types/0'], [[7 as unknown as string], '/types/0'],
    ['onevisit.' as unknown as string[], '/types'],
  ])('types %j are refused at %s', async (types, path) => {
    const { id } = await account(db, 'app')
    await expect(book.register({ account: id, url: 'https://receiver.test/', types }, NOW)).rejects.toSatisfy(error => isProblem(error, 'invalid-request') && error.faults[0]!.path === path)
    expect(await book.list(id)).toEqual([])
  })

  test('an address that is not allowed is refused and leaves nothing', async () => {
    const { id } = await account(db, 'app')
    await expect(book.register({ account: id, url: 'http://127.0.0.1/', types: TYPES }, NOW)).rejects.toSatisfy(error => isProblem(error, 'webhook-address') && error.faults[0]!.path === '/url')
    expect(await book.list(id)).toEqual([])
  })

  test('an account has a bounded number of them, others are not hindered', async () => {
    const [one, other] = [await account(db, 'app'), await account(db, 'app')]
    for (let i = 0; i < MOST_WEBHOOKS; i++) await book.register({ account: one.id, url: `https://receiver.test/${i}`, types: TYPES }, NOW)
    await expect(book.register({ account: one.id, url: 'https://receiver.test/more', types: TYPES }, NOW)).rejects.toSatisfy(error => isProblem(error, 'invalid-request'))
    await book.register({ account: other.id, url: 'https://receiver.test/', types: TYPES }, NOW)
    expect((await book.list(one.id)).length).toBe(MOST_WEBHOOKS)
  })
})

describe("another's webhook", () => {
  test('is unknown: not listed, not removed, its deliveries not shown', async () => {
    const [owner, other] = [await account(db, 'app'), await account(db, 'admin')]
    const { id } = await book.register({ account: owner.id, url: 'https://receiver.test/', types: TYPES }, NOW)
    expect(await book.list(other.id)).toEqual([])
    for (const unknown of [id, randomUUID(), 'x', '']) {
      await expect(book.remove(other.id, unknown, NOW)).rejects.toSatisfy(error => isProblem(error, 'webhook-unknown'))
      await expect(book.deliveries(other.id, unknown, { limit: 5 })).rejects.toSatisfy(error => isProblem(error, 'webhook-unknown'))
    }
    expect((await book.list(owner.id)).length).toBe(1)
  })
})

test('deliveries are paged newest first, and a bad cursor is refused', async () => {
  const { id: owner } = await account(db, 'app')
  const { id } = await book.register({ account: owner, url: 'https://receiver.test/', types: TYPES }, NOW)
  await db.queryOnce(`insert into onevisit.outbox (webhook, event, due) select $1, jsonb_build_object('id', 'e' || n, 'type', 't', 'source', '/', 'subject', 's', 'time', 'now', 'data', '{}'::jsonb), $2 from generate_series(1, 5) n`, [id, NOW])
  const seen: string[] = []
  for (let after: string | undefined; ;) {
    const { items, next } = await book.deliveries(owner, id, { limit: 2, ...(after === undefined ? {} : { after }) })
    seen.push(...items.map(item => item.event.id))
    if (next === null) break
    after = next
  }
  expect(seen).toEqual(['e5', 'e4', 'e3', 'e2', 'e1'])
  await expect(book.deliveries(owner, id, { limit: 2, after: '!' })).rejects.toSatisfy(error => isProblem(error, 'cursor-invalid'))
})
