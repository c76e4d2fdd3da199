/**
 * Reads an event log: a CSV with one completed task a row and the case's own columns repeated on each. Rows become
 * cases with typed columns and their events in order of time; a row that cannot is rejected with its line and reason.
 */
import type { Instant } from '../../kernel/field.ts'
import type { Text } from '../../kernel/text.ts'
import { csvLines, EventLogError, readCsvLines, type CsvLine } from './csv-lines.ts'
import { parseTimestamp } from './timestamp.ts'

export { EventLogError } from './csv-lines.ts'

export interface LogEvent {
  /** Where it stands in the file, counted from 1. */
  readonly line: number
  /** `concept:instance` */
  readonly id: string
  /** `concept:name` */
  readonly activity: string
  readonly at: Instant
  /** `org:group`; `null` where the log says EMPTY. */
  readonly group: string | null
  readonly resource: string | null
}

export interface LogCase extends CaseColumns {
  /** `case:concept:name` */
  readonly id: string
  /** The number in `case-NNN`. */
  readonly running: number
  /** In order of time; at least one. */
  readonly events: readonly LogEvent[]
}

interface CaseColumns {
  readonly channel: string
  readonly department: string
  readonly group: string | null
  readonly responsible: string
  readonly startedAt: Instant
  readonly plannedEnd: Instant | null
  readonly deadline: Instant | null
  /** `null` while the register shows no end. */
  readonly endedAt: Instant | null
}

export type RejectionCode =
  | 'column-count' | 'quotes' | 'encoding' | 'case-id' | 'no-activity' | 'bad-timestamp' | 'bad-case-column'
  | 'not-completed' | 'case-differs' | 'duplicate-event' | 'out-of-order'

export interface RejectedRow {
  readonly line: number
  readonly code: RejectionCode
  readonly reason: Text
}

export interface EventLog {
  /** By running number. */
  readonly cases: readonly LogCase[]
  readonly rejected: readonly RejectedRow[]
  /** Rows below the header, rejected ones included. */
  readonly rows: number
}

export interface EventLogOptions {
  /** Rows of one case that stand in another order than their times: `refuse` rejects the late-standing row, `sort` puts it in its place. */
  readonly order?: 'refuse' | 'sort'
}

/** @throws EventLogError where the file as a whole is no event log */
export async function readEventLog(path: string, options: EventLogOptions = {}): Promise<EventLog> {
  const reading = startReading(options)
  await readCsvLines(path, reading.take)
  return reading.finish()
}

/** The same for text at hand. */
export async function parseEventLog(csv: string, options: EventLogOptions = {}): Promise<EventLog> {
  const reading = startReading(options)
  await csvLines([csv], reading.take)
  return reading.finish()
}

const COLUMNS = [
  'case:channel', 'case:concept:name', 'case:deadline', 'case:department', 'case:enddate', 'case:enddate_planned', 'case:group',
  'case:responsible', 'case:startdate', 'concept:instance', 'concept:name', 'lifecycle:transition', 'org:group', 'org:resource', 'time:timestamp',
] as const
type Column = typeof COLUMNS[number]
type Row = Readonly<Record<Column, string>>
type Refusal = { readonly code: RejectionCode; readonly reason: Text }

interface OpenCase { readonly line: number; readonly running: number; readonly columns: CaseColumns; readonly events: LogEvent[] }

function startReading(options: EventLogOptions) {
  const cases = new Map<string, OpenCase>()
  const instances = new Map<string, number>()
  const rejected: RejectedRow[] = []
  let header: Header | undefined
  let rows = 0
  const take = ({ line, cells }: CsvLine) => {
    if (header === undefined) { header = readHeader(cells); return }
    rows++
    const refusal = takeRow(line, cells, header)
    if (refusal !== null) rejected.push({ line, ...refusal })
  }
  const takeRow = (line: number, cells: readonly string[] | null, { names, at }: Header): Refusal | null => {
    const broken = brokenRow(cells, names.length)
    if (broken !== null) return broken
    const row = Object.fromEntries(COLUMNS.map(name => [name, cells![at[name]]!.trim()])) as Row
    const read = readRow(row, line)
    if ('code' in read) return read
    const known = cases.get(read.id)
    const refusal = (known === undefined ? null : refusalIn(known, read, options.order ?? 'refuse')) ?? duplicate(instances, read.event)
    if (refusal !== null) return refusal
    instances.set(read.event.id, line)
    if (known === undefined) cases.set(read.id, { line, running: read.running, columns: read.columns, events: [read.event] })
    else known.events.push(read.event)
    return null
  }
  const finish = (): EventLog => {
    if (header === undefined) throw new EventLogError({ zh: '文件没有表头', en: 'the file has no header row' })
    return { cases: [...cases].map(closeCase).sort((a, b) => a.running - b.running), rejected, rows }
  }
  return { take, finish }
}

interface Header { readonly names: readonly string[]; readonly at: Readonly<Record<Column, number>> }

function readHeader(cells: readonly string[] | null): Header {
  const names = (cells ?? []).map(name => name.trim())
  const missing = COLUMNS.filter(name => !names.includes(name))
  if (missing.length === COLUMNS.length) {
    throw new EventLogError({ zh: '第一行不是事件日志的表头（应有 case:concept:name、concept:name、time:timestamp 等列）', en: 'the first line is not the header of an event log (case:concept:name, concept:name, time:timestamp …)' })
  }
  if (missing.length > 0) throw new EventLogError({ zh: `表头缺少列：${missing.join('、')}`, en: `the header lacks ${missing.join(', ')}` })
  const twice = COLUMNS.filter(name => names.indexOf(name) !== names.lastIndexOf(name))
  if (twice.length > 0) throw new EventLogError({ zh: `表头中列重复：${twice.join('、')}`, en: `the header has ${twice.join(', ')} twice` })
  return { names, at: Object.fromEntries(COLUMNS.map(name => [name, names.indexOf(name)])) as Record<Column, number> }
}

function brokenRow(cells: readonly string[] | null, expected: number): Refusal | null {
  if (cells === null) return refuse('quotes', '引号不成对或位置不对', 'a quote is left open or stands out of place')
  if (cells.length !== expected) return refuse('column-count', `有 ${cells.length} 列，应为 ${expected} 列`, `it has ${cells.length} columns, the header ${expected}`)
  if (cells.some(cell => cell.includes('\uFFFD') || cell.includes('\u0000'))) return refuse('encoding', '含有非 UTF-8 字符', 'it is not UTF-8 text')
  return null
}

interface ReadRow { readonly id: string; readonly running: number; readonly columns: CaseColumns; readonly event: LogEvent }

function readRow(row: Row, line: number): ReadRow | Refusal {
  const id = row['case:concept:name']
  const running = Number(/^case-(\d{1,15})$/.exec(id)?.[1] ?? Number.NaN)
  if (Number.isNaN(running)) return refuse('case-id', `案件编号“${shown(id)}”不是 case-数字`, `case '${shown(id)}' is not case-NUMBER`)
  if (row['concept:name'] === '') return refuse('no-activity', '没有活动名称', 'it names no activity')
  if (row['concept:instance'] === '') return refuse('no-activity', '没有任务编号', 'it has no task number (concept:instance)')
  if (row['lifecycle:transition'] !== 'complete') return refuse('not-completed', `状态“${shown(row['lifecycle:transition'])}”不是 complete`, `transition '${shown(row['lifecycle:transition'])}' is not 'complete'`)
  const at = parseTimestamp(row['time:timestamp'])
  if (at === null) return badStamp('bad-timestamp', 'time:timestamp', row['time:timestamp'])
  const columns = readCaseColumns(row)
  if ('code' in columns) return columns
  const event = { line, id: row['concept:instance'], activity: row['concept:name'], at, group: orNull(row['org:group']), resource: orNull(row['org:resource']) }
  return { id, running, columns, event }
}

function readCaseColumns(row: Row): CaseColumns | Refusal {
  const stamps = {} as Record<'startdate' | 'enddate_planned' | 'deadline' | 'enddate', Instant | null>
  for (const name of ['startdate', 'enddate_planned', 'deadline', 'enddate'] as const) {
    const value = row[`case:${name}`]
    const at = value === '' ? null : parseTimestamp(value)
    if (at === null && (value !== '' || name === 'startdate')) return badStamp('bad-case-column', `case:${name}`, value)
    stamps[name] = at
  }
  return {
    channel: row['case:channel'], department: row['case:department'], group: orNull(row['case:group']), responsible: row['case:responsible'],
    startedAt: stamps.startdate!, plannedEnd: stamps.enddate_planned, deadline: stamps.deadline, endedAt: stamps.enddate,
  }
}

function refusalIn(known: OpenCase, { columns, event }: ReadRow, order: 'refuse' | 'sort'): Refusal | null {
  const differing = (Object.keys(columns) as (keyof CaseColumns)[]).find(name => columns[name] !== known.columns[name])
  if (differing !== undefined) return refuse('case-differs', `案件的 ${differing} 与第 ${known.line} 行不同`, `the case's ${differing} differs from line ${known.line}`)
  const last = known.events.at(-1)!
  if (order === 'refuse' && event.at < last.at) return refuse('out-of-order', `时间 ${event.at} 早于同案第 ${last.line} 行的 ${last.at}`, `its time ${event.at} is before ${last.at} of the same case on line ${last.line}`)
  return null
}

function duplicate(instances: ReadonlyMap<string, number>, event: LogEvent): Refusal | null {
  const line = instances.get(event.id)
  return line === undefined ? null : refuse('duplicate-event', `任务 ${shown(event.id)} 已在第 ${line} 行`, `task ${shown(event.id)} already stands on line ${line}`)
}

function closeCase([id, { running, columns, events }]: [string, OpenCase]): LogCase {
  return { id, running, ...columns, events: events.sort((a, b) => a.at < b.at ? -1 : a.at > b.at ? 1 : a.line - b.line) }
}

function badStamp(code: 'bad-timestamp' | 'bad-case-column', column: string, value: string): Refusal {
  return value === ''
    ? refuse(code, `${column} 为空`, `${column} is empty`)
    : refuse(code, `${column} 的“${shown(value)}”不是带时区的时间`, `${column} '${shown(value)}' is not a time with an offset`)
}

function refuse(code: RejectionCode, zh: string, en: string): Refusal {
  return { code, reason: { zh, en } }
}

function orNull(value: string): string | null {
  return value === '' || value === 'EMPTY' ? null : value
}

/** Input in a message stays on one short line. */
function shown(value: string): string {
  const flat = value.replace(/[\p{Cc}\p{Cf}]/gu, '·')
  return [...flat].length > 60 ? `${[...flat].slice(0, 60).join('')}…` : flat
}
