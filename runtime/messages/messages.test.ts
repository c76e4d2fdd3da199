import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isProblem } from '../../kernel/errors/problem.ts'
import { apply } from '../apply/apply.ts'
import { emptyWrites } from '../apply/writes.ts'
import { migrate, readMigrations } from '../database/migrations.ts'
import { testDatabase } from '../database/testing.ts'
import { openMessageBox, type Message } from './messages.ts'

const { db } = await testDatabase({ template: { name: 'migrations only', migrate: fresh => migrate(fresh, readMigrations(join(import.meta.dirname, '../migrations'))) } })
const box = openMessageBox({ db })
const NOW = '2026-03-02T01:00:00.000Z'
const LATER = '2026-03-03T01:00:00.000Z'

async function send(recipient: string, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, i) => ({ recipient, number: i % 2 === 0 ? `AL${i}` : null, title: { zh: `第 ${i} 条`, en: `No ${i}` }, body: { zh: '内容', en: 'Body' }, created_at: NOW }))
  await apply(db, { ...emptyWrites(), messages })
}

async function all(recipient: string, limit: number): Promise<Message[]> {
  const found: Message[] = []
  for (let after: string | undefined; ;) {
    const { items, next } = await box.list(recipient, { limit, ...(after === undefined ? {} : { after }) })
    expect(items.length).toBeLessThanOrEqual(limit)
    found.push(...items)
    if (next === null) return found
    after = next
  }
}

describe('the list', () => {
  test('gives every message of the recipient once, newest first, whatever the page size', async () => {
    const [anna, ben] = [randomUUID(), randomUUID()]
    await send(anna, 7)
    await send(ben, 3)
    const titles = Array.from({ length: 7 }, (_, i) => `No ${6 - i}`)
    for (const limit of [1, 3, 7, 50]) expect((await all(anna, limit)).map(message => message.title.en)).toEqual(titles)
    expect((await all(ben, 2)).map(message => message.title.en)).toEqual(['No 2', 'No 1', 'No 0'])
    expect((await all(anna, 10))[0]).toEqual({ id: expect.any(Number), number: 'AL6', title: { zh: '第 6 条', en: 'No 6' }, body: { zh: '内容', en: 'Body' }, createdAt: NOW, readAt: null })
  })

  test('a message that comes while one pages is no double further down', async () => {
    const anna = randomUUID()
    await send(anna, 4)
    const first = await box.list(anna, { limit: 2 })
    await send(anna, 1)
    const second = await box.list(anna, { limit: 2, after: first.next! })
    expect([...first.items, ...second.items].map(message => message.title.en)).toEqual(['No 3', 'No 2', 'No 1', 'No 0'])
  })

  test.each(['', 'x', '12', ...['-1', '1', '[]', '[1, 2]', '["1"]', '[1.5]', `[${'9'.repeat(30)}]`].map(text => Buffer.from(text).toString('base64url'))])('cursor %j is refused', async after => {
    await expect(box.list(randomUUID(), { limit: 2, after })).rejects.toSatisfy(error => isProblem(error, 'cursor-invalid'))
  })
})

describe('the receipt', () => {
  test('is set once and kept, also when two read at once', async () => {
    const anna = randomUUID()
    await send(anna, 2)
    const [newest, older] = await all(anna, 10)
    expect(await box.markRead(anna, newest!.id, NOW)).toEqual({ ...newest, readAt: NOW })
    expect(await box.markRead(anna, newest!.id, LATER)).toEqual({ ...newest, readAt: NOW })
    const both = await Promise.all([box.markRead(anna, older!.id, NOW), box.markRead(anna, older!.id, LATER)])
    expect(both[0].readAt).toBe(both[1].readAt)
    expect((await all(anna, 10)).map(message => message.readAt)).toEqual([NOW, both[0].readAt])
  })

  test('of another, or of none, is refused and sets nothing', async () => {
    const [anna, ben] = [randomUUID(), randomUUID()]
    await send(anna, 1)
    const [message] = await all(anna, 1)
    for (const [reader, id] of [[ben, message!.id], [anna, 999_999_999], [anna, -1], [anna, 1.5], [anna, Number.NaN]] as const) {
      await expect(box.markRead(reader, id, NOW)).rejects.toSatisfy(error => isProblem(error, 'message-unknown'))
    }
    expect((await all(anna, 1))[0]!.readAt).toBeNull()
  })
})

test('the unread are counted for each recipient alone, up to the cap', async () => {
  const [anna, ben] = [randomUUID(), randomUUID()]
  await send(anna, 5)
  await send(ben, 1)
  expect(await box.unread(anna, 99)).toEqual({ count: 5, capped: false })
  expect(await box.unread(anna, 5)).toEqual({ count: 5, capped: false })
  expect(await box.unread(anna, 4)).toEqual({ count: 4, capped: true })
  await box.markRead(anna, (await all(anna, 1))[0]!.id, NOW)
  expect(await box.unread(anna, 99)).toEqual({ count: 4, capped: false })
  expect(await box.unread(randomUUID(), 99)).toEqual({ count: 0, capped: false })
})
