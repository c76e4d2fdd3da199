import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventLogError, parseEventLog, readEventLog } from './eventlog.ts'
import { parseTimestamp } from './timestamp.ts'

const HEADER = 'case:channel,case:concept:name,case:deadline,case:department,case:enddate,case:enddate_planned,case:group,case:responsible,case:startdate,concept:instance,concept:name,lifecycle:transition,org:group,org:resource,time:timestamp'
const NAMES = HEADER.split(',')

function row(given: Partial<Record<string, string>> = {}): string {
  const base: Record<string, string> = {
    'case:channel': 'Internet', 'case:concept:name': 'case-12', 'case:deadline': '2011-12-01 01:06:40+01:00', 'case:department': 'General', 'case:enddate': '', 'case:enddate_planned': '2011-12-01 01:06:40.010000+01:00',
    'case:group': '', 'case:responsible': 'R1', 'case:startdate': '2011-10-06 01:06:40.020000+02:00', 'concept:instance': 'task-1', 'concept:name': 'Confirmation of receipt',
    'lifecycle:transition': 'complete', 'org:group': 'EMPTY', 'org:resource': 'R1', 'time:timestamp': '2011-10-18 15:53:19.732000+02:00',
  }
  return NAMES.map(name => given[name] ?? base[name]!).join(',')
}

const log = (...rows: string[]) => parseEventLog([HEADER, ...rows].join('\n'))

describe('rows', () => {
  it('become cases with typed columns and UTC instants', async () => {
    const { cases, rejected, rows } = await log(row(), row({ 'concept:instance': 'task-2', 'concept:name': 'T02 Check', 'org:group': 'Group 4', 'time:timestamp': '2011-10-30 02:30:00+01:00' }))
    expect({ rejected, rows }).toEqual({ rejected: [], rows: 2 })
    expect(cases).toEqual([{
      id: 'case-12', running: 12, channel: 'Internet', department: 'General', group: null, responsible: 'R1', startedAt: '2011-10-05T23:06:40.020Z',
      plannedEnd: '2011-12-01T00:06:40.010Z', deadline: '2011-12-01T00:06:40.000Z', endedAt: null,
      events: [
        { line: 2, id: 'task-1', activity: 'Confirmation of receipt', at: '2011-10-18T13:53:19.732Z', group: null, resource: 'R1' },
        { line: 3, id: 'task-2', activity: 'T02 Check', at: '2011-10-30T01:30:00.000Z', group: 'Group 4', resource: 'R1' },
      ],
    }])
  })

  it('may come in any order of columns, with CRLF, BOM, blank lines and quoted cells', async () => {
    const turned = [...NAMES].reverse()
    const cells = row({ 'case:responsible': 'R "x"' }).split(',').reverse().map(cell => `"${cell.replaceAll('"', '""')}"`)
    const { cases, rejected } = await parseEventLog(`\uFEFF${turned.join(',')}\r\n\r\n${cells.join(',')}\r\n`)
    expect(rejected).toEqual([])
    expect(cases[0]).toMatchObject({ responsible: 'R "x"', events: [{ line: 3 }] })
  })

  it.each([
    ['timestamp without offset', row({ 'time:timestamp': '2011-10-18 15:53:19' }), 'bad-timestamp'],
    ['day that does not exist', row({ 'time:timestamp': '2011-02-30 15:53:19+01:00' }), 'bad-timestamp'],
    ['empty timestamp', row({ 'time:timestamp': '' }), 'bad-timestamp'],
    ['broken deadline', row({ 'case:deadline': 'soon' }), 'bad-case-column'],
    ['no start date', row({ 'case:startdate': '' }), 'bad-case-column'],
    ['too few columns', row().split(',').slice(1).join(','), 'column-count'],
    ['too many columns', `${row()},x`, 'column-count'],
    ['quote left open', row().replace('Internet', '"Internet'), 'quotes'],
    ['quote out of place', row().replace('Internet', 'Inter"net'), 'quotes'],
    ['case without a number', row({ 'case:concept:name': 'case-x' }), 'case-id'],
    ['no activity', row({ 'concept:name': '' }), 'no-activity'],
    ['no task number', row({ 'concept:instance': '' }), 'no-activity'],
    ['task only begun', row({ 'lifecycle:transition': 'start' }), 'not-completed'],
    ['NUL character', row({ 'org:resource': 'a\u0000b' }), 'encoding'],
    ['case columns that change', row({ 'concept:instance': 'task-9', 'case:channel': 'Desk' }), 'case-differs'],
    ['same task again', row(), 'duplicate-event'],
    ['time before the row above', row({ 'concept:instance': 'task-9', 'time:timestamp': '2011-10-18 15:53:19.731000+02:00' }), 'out-of-order'],
  ])('with a %s are rejected with line and reason, and no other row is', async (_name, broken, code) => {
    const after = row({ 'concept:instance': 'task-3', 'concept:name': 'T02', 'time:timestamp': '2011-10-19 08:00:00+02:00' })
    const { cases, rejected, rows } = await log(row(), broken, after)
    expect(rows).toBe(3)
    expect(rejected).toMatchObject([{ line: 3, code }])
    expect(rejected[0]!.reason.zh).not.toBe('')
    expect(rejected[0]!.reason.en).not.toMatch(/[\n\u0000]/)
    expect(cases[0]!.events.map(event => event.line)).toEqual([2, 4])
  })

  it('of one case may be sorted by time instead, keeping the order of the file where times are equal', async () => {
    const at = (instance: string, second: string) => row({ 'concept:instance': instance, 'time:timestamp': `2011-10-18 15:00:0${second}+02:00` })
    const { cases, rejected } = await parseEventLog([HEADER, at('c', '3'), at('a', '1'), at('b', '1')].join('\n'), { order: 'sort' })
    expect(rejected).toEqual([])
    expect(cases[0]!.events.map(event => event.id)).toEqual(['a', 'b', 'c'])
  })

  it('that are broken keep their line numbers across batches and never take a neighbour along', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 1199 }), { maxLength: 6 }), async bad => {
      const lines = Array.from({ length: 1200 }, (_, i) => row({ 'case:concept:name': `case-${i}`, 'concept:instance': `t${i}` }))
      for (const i of bad) lines[i] = `"${lines[i]}`
      const { cases, rejected } = await log(...lines)
      expect(rejected.map(one => one.line)).toEqual([...bad].sort((a, b) => a - b).map(i => i + 2))
      expect(cases.length).toBe(1200 - bad.length)
    }), { numRuns: 5 })
  })
})

describe('a file', () => {
  let folder: string
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'eventlog-')) })
  afterAll(() => rm(folder, { recursive: true }))
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const csv = [HEADER, row()].join('\n')

  it('is read plain or gzipped, whatever its name', async () => {
    const expected = await parseEventLog(csv)
    for (const path of [await file('a.csv', csv), await file('a.csv.gz', gzipSync(csv)), await file('b.csv', gzipSync(csv))]) {
      expect(await readEventLog(path)).toEqual(expected)
    }
  })

  it('with a character cut by a chunk is read whole, and bytes that are no UTF-8 reject their row', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => row({ 'case:concept:name': `case-${i}`, 'concept:instance': `t${i}`, 'org:resource': '办件员' }))
    const { cases, rejected } = await readEventLog(await file('zh.csv', [HEADER, ...many].join('\n')))
    expect([cases.length, rejected.length]).toEqual([3000, 0])
    expect(cases.every(one => one.events[0]!.resource === '办件员')).toBe(true)
    const latin1 = Buffer.from([HEADER, row({ 'org:resource': 'caf\u00e9' })].join('\n'), 'latin1')
    expect((await readEventLog(await file('latin1.csv', latin1))).rejected).toMatchObject([{ line: 2, code: 'encoding' }])
  })

  it.each<[string, () => Promise<string>, RegExp]>([
    ['is absent', async () => join(folder, 'none.csv'), /there is no file/],
    ['is a folder', async () => folder, /is not a file/],
    ['is empty', () => file('empty.csv', ''), /is empty/],
    ['is named .gz and is not', () => file('fake.csv.gz', csv), /does not hold gzip data/],
    ['is cut short', () => file('short.csv.gz', gzipSync(csv).subarray(0, 120)), /damaged or cut short/],
    ['has no header', () => file('rows.csv', row()), /not the header of an event log/],
    ['lacks a column', () => file('lacks.csv', csv.replace('time:timestamp', 'time')), /header lacks time:timestamp/],
    ['has a column twice', () => file('twice.csv', csv.replace(HEADER, `${HEADER},org:group`)), /has org:group twice/],
    ['has only blank lines', () => file('blank.csv', '\n\n  \n'), /no header row/],
    ['is one endless line', () => file('endless.csv', 'x'.repeat(200_000)), /longer than 65536 characters/],
  ])('that %s ends with one clear line', async (_name, path, message) => {
    const error = await readEventLog(await path()).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(EventLogError)
    expect((error as EventLogError).message).toMatch(message)
    expect((error as EventLogError).message).not.toContain('\n')
    expect((error as EventLogError).detail.zh).toMatch(/\p{Script=Han}/u)
  })
})

describe('a timestamp', () => {
  it('is the instant that the platform reads from the same text', () => {
    const moment = fc.date({ min: new Date('1900-01-02T00:00:00Z'), max: new Date('2199-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(fc.property(moment, fc.integer({ min: -14 * 60, max: 14 * 60 }), fc.constantFrom(' ', 'T'), (date, offset, gap) => {
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 23)
      const two = (n: number) => String(n).padStart(2, '0')
      const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`
      expect(parseTimestamp(`${local.replace('T', gap)}${zone}`)).toBe(date.toISOString())
    }))
  })

  it.each(['2011-02-29 00:00:00+01:00', '2011-10-18 24:00:00+01:00', '2011-10-18 10:60:00Z', '2011-10-18', '2011-10-18 10:00:00', '2011-10-18 10:00:00+15:00', '0011-10-18 10:00:00Z', ''])('%j is none', stamp => {
    expect(parseTimestamp(stamp)).toBeNull()
  })
})
