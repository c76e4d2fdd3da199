import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProblem } from '../kernel/errors/problem.ts'
import { cursorOf, pageOf, readCursor, type Listed } from './keyset.ts'

const instant = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }).map(date => date.toISOString())
const cleanText = fc.string({ unit: 'grapheme', maxLength: 40 }).filter(text => !text.includes('\u0000'))

describe('cursors', () => {
  it('come back as they went out', () => {
    fc.assert(fc.property(instant, cleanText, fc.maxSafeInteger(), (at, name, id) => {
      expect(readCursor(cursorOf([at, name, id]), ['instant', 'text', 'id'])).toEqual([at, name, id])
      expect(readCursor(cursorOf([at, id]), ['moment', 'id'])).toEqual([at, id])
      expect(readCursor(cursorOf(['infinity', id]), ['moment', 'id'])).toEqual(['infinity', id])
    }))
  })

  it('that nobody gave out are refused, whatever they hold', () => {
    const wrong = fc.oneof(fc.string(), fc.jsonValue().map(value => Buffer.from(JSON.stringify(value)).toString('base64url')))
    fc.assert(fc.property(wrong, cursor => {
      try {
        const [at, id] = readCursor(cursor, ['instant', 'id']) as [string, number]
        // What is let through is an instant and an id after all.
        expect(Number.isSafeInteger(id) && !Number.isNaN(Date.parse(at))).toBe(true)
      } catch (error) {
        expect(isProblem(error, 'cursor-invalid')).toBe(true)
      }
    }))
  })

  it.each([['hello 2020'], ['2026-02-31T00:00:00Z'], ['0000-01-01T00:00:00Z'], ['2026-03-02'], ['infinity'], [7], [null]])('%s is no instant', value => {
    expect(() => readCursor(Buffer.from(JSON.stringify([value])).toString('base64url'), ['instant'])).toThrow()
  })

  it('page a list without gap or double', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.nat(10_000), { maxLength: 50 }), fc.integer({ min: 1, max: 7 }), (ids, limit) => {
      const sorted = [...ids].sort((a, b) => a - b)
      const seen: number[] = []
      for (let next: string | null = null, first = true; first || next !== null; first = false) {
        const after: number = next === null ? -1 : Number(readCursor(next, ['id'])[0])
        const page: Listed<number> = pageOf(sorted.filter(id => id > after).slice(0, limit + 1), limit, id => id, id => [id])
        seen.push(...page.items)
        next = page.next
      }
      expect(seen).toEqual(sorted)
    }))
  })
})
