/**
 * Numbers of cases: the system's prefix, the day in Asia/Shanghai, a running number and a check digit (ISO 7064
 * MOD 11,10). Processes take running numbers in blocks, so a number costs no round trip; gaps are allowed.
 */
import { mod11And10 } from '../../kernel/codes/check-characters.ts'
import type { Db } from '../database/pool.ts'

const BLOCK = 500
const NUMBER = /^[A-Z]{2,4}\d{8}(\d{8,10})\d$/

export interface NumberBook {
  /** `OS20261122000123457` */
  next(prefix: string, day: string): Promise<string>
  /** A running number alone, for serials of credentials. */
  serial(): Promise<number>
}

export function openNumberBook(db: Db): NumberBook {
  let free: { next: number; end: number } | undefined
  let fetching: Promise<void> | undefined

  async function fetchBlock(): Promise<void> {
    const { rows } = await db.query<{ block: number }>('number-block', `select nextval('onevisit.number_block')::int as block`, [])
    free = { next: rows[0]!.block * BLOCK, end: (rows[0]!.block + 1) * BLOCK }
  }
  async function serial(): Promise<number> {
    while (free === undefined || free.next >= free.end) {
      fetching ??= fetchBlock().finally(() => { fetching = undefined })
      await fetching
    }
    return free.next++
  }
  return {
    serial,
    async next(prefix, day) {
      const digits = day.replaceAll('-', '') + String(await serial()).padStart(8, '0')
      return prefix + digits + mod11And10(digits)
    },
  }
}

/** Whether a text is a case number whose check digit passes. */
export function isCaseNumber(text: string): boolean {
  if (!NUMBER.test(text)) return false
  const digits = text.replace(/^[A-Z]+/, '')
  return mod11And10(digits.slice(0, -1)) === digits.at(-1)
}
