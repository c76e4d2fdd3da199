import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { permits } from '../fixtures/permits.ts'
import { COUNTY, hours, NOW, ORGAN } from '../fixtures/places.ts'
import type { Log } from '../database/log.ts'
import { openCaseDesk } from '../cases/desk.ts'
import { testCity, type TestCity } from '../testing.ts'
import { moveCase, openCase, party, recordOf } from '../testing-cases.ts'
import { openReminders } from './reminders.ts'
import { openTimerWorker } from './worker.ts'

let city: TestCity
let applicant: SignedIn
let clerk: SignedIn
let approver: SignedIn
let inspector: SignedIn
let chief: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [permits], calendar: stateCouncilCalendar })
  applicant = await city.person('申请者')
  clerk = await city.staff('窗口', [{ post: 'permits.clerk', unit: COUNTY }])
  approver = await city.staff('审批', [{ post: 'permits.approver', unit: ORGAN }])
  inspector = await city.staff('踏勘', [{ post: 'permits.inspector', unit: COUNTY }])
  chief = await city.staff('负责人', [{ post: 'permits.chief', unit: ORGAN }])
})

beforeEach(() => city.platform.db.script('truncate onevisit.timer, onevisit.message'))

async function filed(given: Record<string, unknown> = {}, now = NOW): Promise<string> {
  return (await openCase(city.platform, applicant, 'permits.permit', now, { region: COUNTY, organ: ORGAN, parties: { applicant: party(applicant) }, given: { title: '演出', ...given } })).number
}

async function examined(given: Record<string, unknown> = {}): Promise<string> {
  const number = await filed(given)
  await moveCase(city.platform, clerk, number, 'accept', NOW)
  return number
}

const timers = async (number: string) => Object.fromEntries((await city.platform.db.queryOnce<{ key: string; due: string }>('select key, due from onevisit.timer where number = $1 order by due, key', [number])).rows.map(row => [row.key, row.due]))
const messages = async (number: string) => (await city.platform.db.queryOnce<{ recipient: string; title: { en: string } }>('select recipient, title from onevisit.message where number = $1 order by id', [number])).rows.map(({ recipient, title }) => `${recipient === clerk.subject ? 'clerk' : recipient === chief.subject ? 'chief' : recipient === inspector.subject ? 'inspector' : recipient}: ${title.en.split(' of ')[0]}`)
const run = (now: string) => city.platform.timers.runDue(now)
/** The end of a day in Shanghai. */
const endOf = (day: string) => new Date(Date.parse(`${day}T16:00:00Z`)).toISOString()

describe('timers', () => {
  test('lie where the definition says: hours, working days, and how long before', async () => {
    expect(await timers(await filed())).toEqual({
      'filed/accept/remind': hours(24), 'filed/accept/escalate': hours(48), 'filed/deem': endOf('2026-03-09'),
    })
  })

  test('go with the state they belong to, and those of the next one come', async () => {
    const number = await examined({ heldOn: '2026-03-20' })
    // The day before the event, by working days; reminded a working day before that. The event itself ends the case.
    expect(await timers(number)).toEqual({ 'examined/inspect/remind': endOf('2026-03-18'), 'examined/cancelled': endOf('2026-03-20') })
    await moveCase(city.platform, approver, number, 'hold', hours(1), { given: { pauseDays: 3 }, note: '听证' })
    expect(await timers(number)).toEqual({})
    await moveCase(city.platform, approver, number, 'resume', hours(2))
    expect(Object.keys(await timers(number))).toHaveLength(2)
    await moveCase(city.platform, approver, number, 'grant', hours(3))
    expect(await timers(number)).toEqual({})
  })

  test('before a date follow the date when it changes, appears and is taken away', async () => {
    const number = await examined()
    expect(await timers(number)).toEqual({})
    for (const [heldOn, cancelled, remind] of [['2026-03-20', '2026-03-20', '2026-03-18'], ['2026-10-09', '2026-10-09', '2026-09-30'], [null, null, null], ['2026-03-13', '2026-03-13', '2026-03-11']] as const) {
      await moveCase(city.platform, approver, number, 'schedule', hours(1), { given: { heldOn } })
      expect(await timers(number)).toEqual(cancelled === null ? {} : { 'examined/inspect/remind': endOf(remind), 'examined/cancelled': endOf(cancelled) })
    }
  })

  test('fire when they are due and not before, as a move by the system', async () => {
    const number = await filed()
    expect(await run('2026-03-09T15:59:59.999Z')).toBe(2)
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'filed' })
    expect(await run(endOf('2026-03-09'))).toBe(1)
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'examined', version: 2 })
    const { rows } = await city.platform.db.queryOnce('select move, actor, actor_kind, actor_role from onevisit.events where number = $1 and version = 2', [number])
    expect(rows).toEqual([{ move: 'deem', actor: null, actor_kind: 'system', actor_role: 'system' }])
    expect(await run(endOf('2026-03-10'))).toBe(0)
  })

  test('remind and escalate once, to those who hold the post there', async () => {
    const number = await filed()
    await run(hours(23))
    expect(await messages(number)).toEqual([])
    for (const hour of [24, 24, 25, 48, 48, 60]) await run(hours(hour))
    expect(await messages(number)).toEqual([`clerk: Reminder: 'Accept'`, `chief: Overdue: 'Accept'`])
  })

  test('neither remind nor escalate of what was done in time', async () => {
    const number = await filed()
    await moveCase(city.platform, clerk, number, 'accept', hours(1))
    await run(hours(100))
    expect(await messages(number)).toEqual([])
  })

  test('that fired come back when their time changes, and not otherwise', async () => {
    const number = await examined({ heldOn: '2026-03-20' })
    await run(endOf('2026-03-18'))
    expect(await messages(number)).toEqual([`inspector: Reminder: 'Inspect'`])
    await moveCase(city.platform, approver, number, 'schedule', endOf('2026-03-18'), { given: { heldOn: '2026-03-20' } })
    await run(endOf('2026-03-19'))
    expect(await messages(number)).toHaveLength(1)
    await moveCase(city.platform, approver, number, 'schedule', endOf('2026-03-19'), { given: { heldOn: '2026-03-27' } })
    await run(endOf('2026-03-25'))
    expect(await messages(number)).toHaveLength(2)
  })

  test('that were moved after they were claimed do not fire at their old time', async () => {
    const number = await examined({ heldOn: '2026-03-03' })
    const due = endOf('2026-03-03')
    await moveCase(city.platform, approver, number, 'schedule', hours(1), { given: { heldOn: '2026-03-30' } })
    expect(await city.platform.desk.fire({ number, key: 'examined/cancelled', kind: 'move', move: 'cancelled', due }, due)).toBe('gone')
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'examined' })
  })

  test('of a move that is not possible any more are dropped', async () => {
    const number = await filed()
    await city.platform.db.queryOnce(`insert into onevisit.timer (system, number, key, kind, move, due) values ('permits', $1, 'old', 'move', 'renamed', $2), ('permits', $1, 'older', 'move', 'cancelled', $2)`, [number, hours(1)])
    expect(await run(hours(1))).toBe(0)
    expect(Object.keys(await timers(number))).not.toContain('old')
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'filed', version: 1 })
  })
})

describe('several workers', () => {
  test('never fire one timer twice, nor leave one out', async () => {
    const other = await city.another()
    const numbers = await Promise.all(Array.from({ length: 200 }, () => filed()))
    const now = endOf('2026-03-09')
    const fired = await Promise.all([city.platform.timers.runDue(now), other.timers.runDue(now), city.platform.timers.runDue(now), other.timers.runDue(now)])
    // Accepting by silence takes reminder and escalation with it where these did not come first.
    const { rows } = await city.platform.db.queryOnce<{ move: string; n: number }>(`select move, count(*)::int as n from onevisit.events where number = any($1) group by move order by move`, [numbers])
    expect(rows).toEqual([{ move: 'deem', n: 200 }, { move: 'open', n: 200 }])
    const told = await city.platform.db.queryOnce<{ n: number; different: number }>('select count(*)::int as n, count(distinct (number, recipient, title->>\'en\'))::int as different from onevisit.message where number = any($1)', [numbers])
    expect(told.rows[0]!.different).toBe(told.rows[0]!.n)
    expect(fired.reduce((sum, n) => sum + n)).toBe(200 + told.rows[0]!.n)
    expect((await city.platform.db.queryOnce('select 1 from onevisit.timer where number = any($1)', [numbers])).rows).toEqual([])
  }, 60_000)

  test('take over what a worker that died had claimed, when its claim ends', async () => {
    const number = await filed()
    const now = endOf('2026-03-09')
    await city.platform.db.queryOnce('update onevisit.timer set retry_at = $2 where number = $1', [number, new Date(Date.parse(now) + 60_000).toISOString()])
    expect(await run(now)).toBe(0)
    expect(await run(new Date(Date.parse(now) + 60_000).toISOString())).toBeGreaterThan(0)
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'examined' })
  })
})

describe('a timer that fails', () => {
  const entries: [object, string][] = []
  const log: Log = { info() {}, error() {}, warn: (fields, message) => void entries.push([fields, message]) }

  /** A worker over a desk that cannot load the cases named. */
  function failing(poisoned: ReadonlySet<string>) {
    const desk = openCaseDesk(city.platform.surroundings)
    const reminders = openReminders(city.platform.surroundings)
    return openTimerWorker({ db: city.platform.db, log, reminders, desk: { ...desk, fire: (timer, now) => poisoned.has(timer.number) ? Promise.reject(new Error('poison')) : desk.fire(timer, now) } })
  }
  const only = (key: string) => city.platform.db.queryOnce('delete from onevisit.timer where key <> $1', [key])

  test('is told, put off for longer each time, and does not hold up the others', async () => {
    const [bad, good] = [await filed(), await filed()]
    await only('filed/deem')
    const worker = failing(new Set([bad]))
    const now = endOf('2026-03-09')
    expect(await worker.runDue(now)).toBe(1)
    expect(await recordOf(city.platform, good)).toMatchObject({ state: 'examined' })
    const delays: number[] = []
    let at = now
    for (let i = 0; i < 15; i++) {
      const { rows } = await city.platform.db.queryOnce<{ attempts: number; retry_at: string; error: string }>('select attempts, retry_at, error from onevisit.timer where number = $1', [bad])
      expect(rows).toMatchObject([{ attempts: i + 1, error: 'poison' }])
      delays.push((Date.parse(rows[0]!.retry_at) - Date.parse(at)) / 1_000)
      expect(await worker.runDue(new Date(Date.parse(rows[0]!.retry_at) - 1).toISOString())).toBe(0)
      at = rows[0]!.retry_at
      await worker.runDue(at)
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600])
    expect(entries.at(-1)).toEqual([{ number: bad, key: 'filed/deem', error: 'poison' }, 'a timer failed and will be tried again'])
    expect(await city.platform.timers.runDue(new Date(Date.parse(at) + 3_600_000).toISOString())).toBe(1)
  })

  test('only because a guard holds it back is looked at every hour, without a word', async () => {
    const number = await examined({ heldOn: '2026-03-05' })
    await moveCase(city.platform, inspector, number, 'inspect', hours(1), { given: { opinion: 'wait' } })
    const due = endOf('2026-03-05')
    const told = entries.length
    const worker = failing(new Set())
    for (let hour = 0; hour < 3; hour++) await worker.runDue(new Date(Date.parse(due) + hour * 3_600_000).toISOString())
    expect([entries.length, (await recordOf(city.platform, number)).state]).toEqual([told, 'examined'])
    await moveCase(city.platform, inspector, number, 'inspect', hours(99), { given: { opinion: 'done' } })
    await worker.runDue(new Date(Date.parse(due) + 3 * 3_600_000).toISOString())
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'dropped' })
  })

  test('even by the hundred do not starve one that is due after them', async () => {
    const bad = await Promise.all(Array.from({ length: 120 }, () => filed()))
    const good = await filed({}, hours(1))
    await only('filed/deem')
    await city.platform.db.queryOnce(`update onevisit.timer set due = due + interval '1 minute' where number = $1`, [good])
    expect(await failing(new Set(bad)).runDue(endOf('2026-03-10'))).toBe(1)
    expect(await recordOf(city.platform, good)).toMatchObject({ state: 'examined' })
  }, 60_000)
})
