/**
 * How PostgreSQL's values come out in JavaScript. Nothing is rounded and nothing depends on this machine's time zone.
 *
 * | PostgreSQL | JavaScript |
 * |---|---|
 * | int8 | number when it is a safe integer, otherwise its digits as a string |
 * | numeric | string |
 * | timestamptz | ISO instant in UTC, three decimals, six when there are microseconds; `infinity` as it is |
 * | timestamp | ISO text without a zone |
 * | date | YYYY-MM-DD |
 * | json, jsonb, bool, int2, int4, float, bytea, text | as pg gives them |
 */
import pg from 'pg'

type Parse = (text: string) => unknown

const OID = { int8: 20, date: 1082, timestamp: 1114, timestamptz: 1184, numeric: 1700 } as const
const ARRAY_OID = { int8: 1016, date: 1182, timestamp: 1115, timestamptz: 1185, numeric: 1231 } as const
const TEXT_ARRAY_OID = 1009

export function parseInt8(text: string): number | string {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** Takes PostgreSQL's ISO output with any offset. Years beyond 9999 or before Christ stay as PostgreSQL writes them. */
export function parseTimestamptz(text: string): string {
  const parts = TIMESTAMPTZ.exec(text)
  if (!parts) return text
  const [, date, time, fraction = '', offset] = parts
  const decimals = fraction.padEnd(6, '0')
  const shown = decimals.endsWith('000') ? decimals.slice(0, 3) : decimals
  if (offset === '+00') return `${date}T${time}.${shown}Z`
  const [sign, hours, minutes = '0', seconds = '0'] = [offset![0], ...offset!.slice(1).split(':')]
  const east = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  const whole = new Date(Date.parse(`${date}T${time}Z`) - east * 1000).toISOString()
  return `${whole.slice(0, 19)}.${shown}Z`
}

const TIMESTAMPTZ = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d){0,2})$/

const parsers: Record<keyof typeof OID, Parse> = {
  int8: parseInt8,
  numeric: (text) => text,
  date: (text) => text,
  timestamp: (text) => (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) ? text.replace(' ', 'T') : text),
  timestamptz: parseTimestamptz,
}

const byOid = new Map<number, Parse>()
for (const name of Object.keys(OID) as (keyof typeof OID)[]) {
  byOid.set(OID[name], parsers[name])
  byOid.set(ARRAY_OID[name], arrayOf(parsers[name]))
}

/** For `types` of a pg client or pool. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    (format === 'binary' ? undefined : byOid.get(oid)) ?? pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/** pg reads text[] of any depth; the elements are then parsed one by one, nulls left alone. */
function arrayOf(parse: Parse): Parse {
  const parserOf = pg.types.getTypeParser as unknown as (oid: number, format: 'text') => (text: string) => unknown[]
  const readArray = parserOf(TEXT_ARRAY_OID, 'text')
  const parseElement = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(parseElement) : value === null ? null : parse(value as string)
  return (text) => readArray(text).map(parseElement)
}
