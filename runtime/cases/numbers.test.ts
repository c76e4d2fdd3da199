import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mod11And10 } from '../../kernel/codes/check-characters.ts'
import { openPool } from '../database/pool.ts'
import { testDatabase } from '../database/testing.ts'
import { isCaseNumber, openNumberBook } from './numbers.ts'

const { db, connectionString } = await testDatabase()
await db.script('create schema onevisit; create sequence onevisit.number_block')

test('numbers of several processes at once are all different, over the ends of their blocks', async () => {
  const elsewhere = openPool({ connectionString })
  const books = [openNumberBook(db), openNumberBook(elsewhere), openNumberBook(db)]
  const taken = await Promise.all(Array.from({ length: 2_400 }, (_, i) => i % 4 === 3 ? books[i % 3]!.serial() : books[i % 3]!.next('AB', '2026-03-02')))
  await elsewhere.close()
  const running = taken.map(one => typeof one === 'number' ? one : Number(one.slice(10, -1)))
  expect(new Set(running).size).toBe(taken.length)
  for (const number of taken) if (typeof number === 'string') expect([number, isCaseNumber(number), number.slice(0, 10)]).toEqual([number, true, 'AB20260302'])
})

test('a number with one wrong digit, or two neighbours exchanged, is none', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.nat(16), fc.integer({ min: 1, max: 9 }), (n, place, shift) => {
    const digits = `20260302${String(n).padStart(8, '0')}`
    const number = digits + mod11And10(digits)
    expect(isCaseNumber(`AB${number}`)).toBe(true)
    const wrong = number.slice(0, place) + String((Number(number[place]) + shift) % 10) + number.slice(place + 1)
    expect(isCaseNumber(`AB${wrong}`)).toBe(false)
  }))
  for (const text of ['', 'AB', '20260302000000001', 'A202603020000000', 'ab20260302000000015', 'AB2026030200000001５']) expect(isCaseNumber(text)).toBe(false)
})
