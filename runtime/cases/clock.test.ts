import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { addWorkdays, isWorkday, readClock } from '../../engines/legal-clock/index.ts'
import { composeCitizenId } from '../../kernel/codes/citizen-id.ts'
import type { Limit } from '../../kernel/matter.ts'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { CITY, NOW, ORGAN } from '../fixtures/places.ts'
import { registry } from '../fixtures/registry.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, party, problemOf, recordOf, type Moving } from '../testing-cases.ts'
import { dueMoment, dueOf, extendClock, localDate, momentAhead, pauseClock, periodOf, resumeClock, startClock, type ClockState } from './clock.ts'

const workingDays = (n: number): Limit => ({ n, unit: 'workingDay' })
const limits = { legal: workingDays(20), promised: workingDays(5) }
const given = { form: { name: '某人', idNumber: composeCitizenId({ region: '330203', birth: '1990-05-05', sequence: 900 }) }, consent: true }
/** Ten in the morning of a day in Shanghai. */
const at = (day: string) => `${day}T02:00:00.000Z`

describe('the clock of a case', () => {
  test('gives the due dates of the legal-clock engine, whatever pauses and extensions were made', () => {
    const day = fc.integer({ min: 0, max: 900 }).map(n => new Date(Date.parse('2024-01-02') + n * 86_400_000).toISOString().slice(0, 10))
    const steps = fc.array(fc.record({ kind: fc.constantFrom('pause', 'resume', 'extend'), wait: fc.integer({ min: 0, max: 4 }) }), { maxLength: 12 })
    fc.assert(fc.property(day, steps, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 10 }), (start, moves, legal, less) => {
      const own = { legal: workingDays(legal), promised: workingDays(Math.max(1, legal - less)) }
      let clock = startClock({}, at(start), own)
      let today = start
      for (const { kind, wait } of moves) {
        today = addWorkdays(calendar, today, wait)
        const open = clock.pauses?.some(pause => pause.to === undefined)
        try {
          if (kind === 'pause' && !open) clock = pauseClock(calendar, clock, at(today), 'hearing', 3)
          if (kind === 'resume' && open) clock = resumeClock(clock, at(today))
          if (kind === 'extend') clock = extendClock(calendar, clock, workingDays(10), at(today), 'chief', 'complex')
        } catch (error) {
          expect(['pause-after-deadline', 'move-not-possible']).toContain((error as { code: string }).code)
        }
      }
      const reading = readClock(calendar, {
        start: { kind: 'acceptance', at: start }, legal: periodOf(own.legal), promised: periodOf(own.promised), now: today,
        pauses: (clock.pauses ?? []).map(pause => ({ ...pause })), extensions: (clock.extensions ?? []).map(({ n, on, by, reason }) => ({ n, on, approvedBy: by, reason })),
        rules: { pauses: { noticeRequired: false, beyondNotice: 'excluded', source: 'unverified', verified: false } },
      })
      if (!reading.ok) throw new Error(reading.code)
      expect(dueOf(calendar, clock, at(today))).toEqual({ legal: reading.due.legal ?? reading.projected.legal, promised: reading.due.promised ?? reading.projected.promised, provisional: reading.provisional })
    }), { numRuns: 300 })
  })

  test('of limits in hours ends at an instant; the day of it is the due date', () => {
    const clock = startClock({}, '2026-03-02T02:30:00.000Z', { legal: { n: 48, unit: 'hour' }, promised: { n: 22, unit: 'hour' } })
    const due = dueOf(calendar, clock, '2026-03-02T03:00:00.000Z')
    expect(due).toEqual({ legal: '2026-03-04', promised: '2026-03-03', provisional: false, ends: { legal: '2026-03-04T02:30:00.000Z', promised: '2026-03-03T00:30:00.000Z' } })
    const { ends, ...days } = due
    expect(dueMoment(calendar, { limit: 'promised' }, NOW, {}, undefined, days, { ...clock, ends: ends! })).toEqual({ at: '2026-03-03T00:30:00.000Z', provisional: false })
    const paused = resumeClock(pauseClock(calendar, clock, '2026-03-02T04:30:00.000Z', 'hearing'), '2026-03-02T06:30:00.000Z')
    expect(dueOf(calendar, paused, '2026-03-02T07:00:00.000Z').ends).toEqual({ legal: '2026-03-04T04:30:00.000Z', promised: '2026-03-03T02:30:00.000Z' })
  })

  test('takes a promise that is longer than the legal limit to end with it', () => {
    const own = { legal: workingDays(3), promised: { n: 8, unit: 'day' } as const }
    expect(dueOf(calendar, startClock({}, at('2026-03-02'), own), at('2026-03-02'))).toMatchObject({ legal: '2026-03-05', promised: '2026-03-05' })
    // 14, 24 and 25 February: over the Spring Festival three working days are longer than eight days.
    expect(dueOf(calendar, startClock({}, at('2026-02-13'), own), at('2026-02-13'))).toMatchObject({ legal: '2026-02-25', promised: '2026-02-24' })
  })

  test('goes on where a calendar that came later no longer admits what was recorded', () => {
    const clock: ClockState = { start: '2026-03-02', ...limits, pauses: [{ from: '2026-03-30', to: '2026-04-02', kind: 'hearing', noticeDays: 3 }], extensions: [{ n: 10, on: '2026-03-30', by: 'chief', reason: 'complex' }] }
    const counting = { ...calendar, workDays: [...calendar.workDays, '2026-03-07', '2026-03-08', '2026-03-14', '2026-03-15', '2026-03-21'] }
    expect(dueOf(calendar, clock, at('2026-04-03')).legal! > '2026-03-30').toBe(true)
    expect(dueOf(counting, clock, at('2026-04-03'))).toMatchObject({ legal: dueOf(counting, { start: '2026-03-02', ...limits }, at('2026-04-03')).legal })
  })

  test('counts no legal time without limits', () => {
    const clock = pauseClock(calendar, startClock({}, NOW, undefined), NOW, 'hearing')
    expect(dueOf(calendar, resumeClock(clock, NOW), NOW)).toEqual({ legal: null, promised: null, provisional: false })
  })
})

describe('when something is due', () => {
  const due = (within: Parameters<typeof dueMoment>[1], values = {}, from = NOW) => dueMoment(calendar, within, from, values, { accept: workingDays(5), review: { n: 60, unit: 'day' }, quick: { n: 2, unit: 'hour' } }, { legal: '2026-03-30', promised: null })

  test('follows hours, days, working days, dates and named limits', () => {
    expect(due({ hours: 1.5 })?.at).toBe('2026-03-02T03:30:00.000Z')
    expect(due({ days: 2 })?.at).toBe('2026-03-04T16:00:00.000Z')
    expect(due({ workingDays: 5 })?.at).toBe('2026-03-09T16:00:00.000Z')
    expect(due({ before: 'on' }, { on: '2026-03-20' })?.at).toBe('2026-03-20T16:00:00.000Z')
    expect(due({ before: 'on', days: 3 }, { on: '2026-03-20' })?.at).toBe('2026-03-17T16:00:00.000Z')
    expect(due({ before: 'on', workingDays: 1 }, { on: '2026-03-23' })?.at).toBe('2026-03-20T16:00:00.000Z')
    expect(due({ before: 'on' }, { on: '2026-03-20T10:00:00+08:00' })?.at).toBe('2026-03-20T02:00:00.000Z')
    expect(due({ before: 'on', days: 1 }, { on: '2026-03-20T01:00:00+08:00' })?.at).toBe('2026-03-19T16:00:00.000Z')
    expect(due({ limit: 'accept' })?.at).toBe('2026-03-09T16:00:00.000Z')
    expect(due({ limit: 'quick' })?.at).toBe('2026-03-02T04:00:00.000Z')
    expect(due({ limit: 'legal' })?.at).toBe('2026-03-30T16:00:00.000Z')
    // The sixtieth day of a matter's limit is the first of May, a holiday: the limit ends on the next working day.
    expect(due({ limit: 'review' })?.at).toBe('2026-05-06T16:00:00.000Z')
  })

  test('is not known where the date, the limit or the clock is not', () => {
    for (const within of [{ before: 'on' }, { limit: 'absent' }, { limit: 'promised' }]) expect(due(within)).toBeNull()
  })

  test('is provisional beyond the published calendar, where working days count', () => {
    const late = '2026-12-30T02:00:00.000Z'
    expect(calendar.publishedThrough).toBe(2026)
    expect([due({ workingDays: 5 }, {}, late), due({ days: 5 }, {}, late), due({ hours: 99 }, {}, late), due({ before: 'on', workingDays: 1 }, { on: '2027-01-06' })].map(one => one!.provisional)).toEqual([true, false, false, true])
  })

  test('a reminder by working days leaves that many of them', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 24 }), (n, ahead, hour) => {
      const dueAt = new Date(Date.parse('2025-01-01T16:00:00Z') + n * 86_400_000 - (24 - hour) * 3_600_000).toISOString()
      const moment = momentAhead(calendar, { at: dueAt, provisional: false }, { workingDays: ahead })
      const [from, to] = [moment.at, dueAt].map(instant => localDate(new Date(Date.parse(instant) - 1).toISOString())) as [string, string]
      let count = 0
      for (let day = from; day < to;) {
        day = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)
        if (isWorkday(calendar, day).workday) count++
      }
      expect(count).toBe(isWorkday(calendar, to).workday || ahead === 0 ? ahead : ahead - 1)
    }))
  })
})

describe('in a case', () => {
  let city: TestCity
  let applicant: SignedIn
  let approver: SignedIn
  let chief: SignedIn

  beforeAll(async () => {
    city = await testCity({ systems: [registry, services], calendar })
    applicant = await city.person('申请者')
    approver = await city.staff('审批', [{ post: 'services.approver', unit: ORGAN }])
    chief = await city.staff('首席', [{ post: 'services.chief', unit: ORGAN }])
  })

  async function accepted(day: string, matter = cardMatter): Promise<string> {
    const person = await city.person('某人')
    const { body } = await city.platform.desk.open({
      actor: person, type: 'services.application', matter, parties: { applicant: party(person) }, region: CITY, acceptingRegion: CITY, organ: ORGAN, now: at(day),
      given, answer: (_work, working) => ({ status: 201, body: working.record.number }),
    })
    await moveCase(city.platform, approver, body as string, 'accept', at(day))
    return body as string
  }
  const special: Moving = { given: { specialKind: 'hearing', specialDays: 5 }, note: '听证' }
  const dueNow = async (number: string) => (await recordOf(city.platform, number)).due
  const move = (actor: SignedIn, number: string, name: string, day: string, moving: Moving = {}) => moveCase(city.platform, actor, number, name, at(day), moving)
  const taskDue = async (number: string) => (await city.platform.db.queryOnce<{ due: string }>(`select due from onevisit.inbox where number = $1 and state = 'open'`, [number])).rows.map(row => row.due)

  test('legal time starts on acceptance, stands still in a special procedure, and the to-do follows', async () => {
    const number = await accepted('2026-03-02')
    expect(await dueNow(number)).toEqual({ legal: '2026-03-30', promised: '2026-03-09' })
    expect(await taskDue(number)).toEqual(['2026-03-09T16:00:00.000Z'])
    await move(approver, number, 'startSpecial', '2026-03-04', special)
    // Told to take five working days: the notice says until when the dates are expected.
    expect(await dueNow(number)).toEqual({ legal: '2026-04-07', promised: '2026-03-16' })
    await move(approver, number, 'endSpecial', '2026-03-06')
    expect(await dueNow(number)).toEqual({ legal: '2026-04-01', promised: '2026-03-11' })
    expect(await taskDue(number)).toEqual(['2026-03-11T16:00:00.000Z'])
    await move(approver, number, 'startSpecial', '2026-03-06', special)
    await move(approver, number, 'endSpecial', '2026-03-06')
    expect(await dueNow(number)).toEqual({ legal: '2026-04-01', promised: '2026-03-11' })
  })

  test('time cannot be stopped or lengthened after the deadline, only before', async () => {
    const number = await accepted('2026-03-02')
    expect(await problemOf(move(approver, number, 'startSpecial', '2026-03-31', special))).toMatchObject({ code: 'pause-after-deadline', status: 422, detail: { en: 'the legal limit ended on 2026-03-30' } })
    expect(await problemOf(move(chief, number, 'extend', '2026-03-31', { note: '复杂' }))).toMatchObject({ code: 'move-not-possible', detail: { en: 'the legal limit ended on 2026-03-30 and cannot be lengthened any more' } })
    expect(await codeOf(move(chief, number, 'extend', '2026-03-30'))).toBe('note-required')
    await move(chief, number, 'extend', '2026-03-30', { note: '复杂' })
    expect(await dueNow(number)).toEqual({ legal: '2026-04-14', promised: '2026-03-09' })
    await move(approver, number, 'startSpecial', '2026-04-14', special)
    await move(approver, number, 'endSpecial', '2026-04-16')
    expect(await dueNow(number)).toEqual({ legal: '2026-04-16', promised: '2026-03-09' })
    const { clock } = await recordOf(city.platform, number)
    expect(clock.extensions).toEqual([{ n: 10, on: '2026-03-30', by: chief.subject, reason: '复杂' }])
  })

  test('a deadline beyond the published calendar is flagged as provisional', async () => {
    const number = await accepted('2026-12-30')
    expect((await recordOf(city.platform, number)).clock.provisional).toBe(true)
    expect(await move(approver, number, 'startSpecial', '2026-12-30', special)).toMatchObject({ due: { provisional: true } })
    expect((await recordOf(city.platform, await accepted('2026-03-02'))).clock.provisional ?? false).toBe(false)
    const { rows } = await city.platform.db.queryOnce(`select key, provisional from onevisit.timer where number = $1`, [await accepted('2026-12-29')])
    expect(rows).toEqual(expect.arrayContaining([{ key: 'accepted/approve/remind', provisional: true }]))
  })

  test('silence accepts from the day of receipt, and again from that of the correction', async () => {
    const number = (await city.platform.desk.open({
      actor: applicant, type: 'services.application', matter: cardMatter, parties: { applicant: party(applicant) }, region: CITY, acceptingRegion: CITY, organ: ORGAN, now: at('2026-03-02'),
      given, answer: (_work, working) => ({ status: 201, body: working.record.number }),
    })).body as string
    await move(approver, number, 'askCorrection', '2026-03-05', { given: { correctionItems: [{ item: '姓名', reason: '不清' }] } })
    await city.platform.timers.runDue(at('2026-03-12'))
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'correcting', clock: {} })
    await move(applicant, number, 'supplement', '2026-03-12', { given: { supplement: '已改' } })
    await city.platform.timers.runDue('2026-03-19T15:59:59.000Z')
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'submitted' })
    await city.platform.timers.runDue('2026-03-19T16:00:00.000Z')
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'accepted', clock: { start: '2026-03-12' }, due: { legal: '2026-04-10', promised: '2026-03-19' } })
  })
})
