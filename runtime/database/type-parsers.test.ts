import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testDatabase } from './testing.ts'
import { parseInt8, parseTimestamptz } from './type-parsers.ts'

const { db } = await testDatabase()

async function value(sql: string, values: unknown[] = []): Promise<unknown> {
  const { rows } = await db.queryOnce<{ v: unknown }>(`select ${sql} as v`, values)
  return rows[0]!.v
}

test('an instant read back equals the instant written, whatever it is', async () => {
  const instants = fc.date({ min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  await fc.assert(
    fc.asyncProperty(instants, async (instant) => {
      expect(await value('$1::timestamptz', [instant.toISOString()])).toBe(instant.toISOString())
    }),
    { numRuns: 50 },
  )
})

test('an instant keeps its microseconds', async () => {
  expect(await value(`'2026-11-22 08:00:00.123456+08'::timestamptz`)).toBe('2026-11-22T00:00:00.123456Z')
  expect(await value(`'2026-11-22 08:00:00.1+08'::timestamptz`)).toBe('2026-11-22T00:00:00.100Z')
  expect(await value(`'infinity'::timestamptz`)).toBe('infinity')
})

test('an instant shown with another offset is the same instant', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true }), fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, minutes) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().replace('T', ' ').replace('Z', '')
      const [h, m] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((n) => String(n).padStart(2, '0'))
      expect(parseTimestamptz(`${local}${minutes < 0 ? '-' : '+'}${h}:${m}`)).toBe(instant.toISOString())
    }),
  )
  expect(parseTimestamptz('1890-01-01 08:05:43+08:05:43')).toBe('1890-01-01T00:00:00.000Z')
})

test('int8 is a number as long as that is exact', async () => {
  expect(await value(`9007199254740991::int8`)).toBe(Number.MAX_SAFE_INTEGER)
  expect(await value(`9007199254740993::int8`)).toBe('9007199254740993')
  expect(await value(`'-9223372036854775808'::int8`)).toBe('-9223372036854775808')
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => {
      expect(BigInt(parseInt8(String(n)))).toBe(n)
    }),
  )
})

test('numeric keeps every digit', async () => {
  expect(await value(`12345678901234567890.10::numeric`)).toBe('12345678901234567890.10')
})

test('a date is its text, also in a process with another time zone', async () => {
  expect(await value(`'2026-02-28'::date`)).toBe('2026-02-28')
  expect(await value(`'2026-02-28 23:59:59'::timestamp`)).toBe('2026-02-28T23:59:59')
})

test('arrays are read like their elements', async () => {
  expect(await value(`array[1, null, 9007199254740993]::int8[]`)).toEqual([1, null, '9007199254740993'])
  expect(await value(`array[[1.10, 2], [3, null]]::numeric[]`)).toEqual([['1.10', '2'], ['3', null]])
  expect(await value(`array['2026-01-01']::date[]`)).toEqual(['2026-01-01'])
  expect(await value(`array['2026-01-01 00:00+08']::timestamptz[]`)).toEqual(['2025-12-31T16:00:00.000Z'])
  expect(await value(`array[]::int8[]`)).toEqual([])
})
