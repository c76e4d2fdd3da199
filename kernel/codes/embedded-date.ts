/** Dates written as digits inside a code. */
import type { LocalDate } from '../field.ts'

/** `yyyyMMdd` as a legal date, or null when there is no such day. */
export function embeddedDate(digits: string): LocalDate | null {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(digits)
  if (!match) return null
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return day >= 1 && day <= daysIn(year, month) ? `${match[1]}-${match[2]}-${match[3]}` : null
}

/** 0 for a month that does not exist. */
function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}
