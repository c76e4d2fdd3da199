/** Timestamps of event logs: date, time and offset, to a UTC instant. Nothing is guessed: without an offset it is no instant. */
import type { Instant } from '../../kernel/field.ts'

const STAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:(Z)|([+-])(\d\d):?(\d\d))$/

/** The instant in milliseconds precision (finer digits are cut), or `null` where the text is not a real moment with an offset. */
export function parseTimestamp(stamp: string): Instant | null {
  const match = STAMP.exec(stamp)
  if (match === null) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number]
  const [offsetHours, offsetMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)]
  if (!isCalendarDay(year, month, day) || hour > 23 || minute > 59 || second > 59 || offsetHours > 14 || offsetMinutes > 59) return null
  const millisecond = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3))
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  const east = (match[9] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes) * 60_000
  return new Date(local - east).toISOString()
}

/** Years before 1900 are refused: `Date.UTC` reads 0-99 as 1900-1999, and no log of a public register is that old. */
function isCalendarDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day))
  return year >= 1900 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
}
