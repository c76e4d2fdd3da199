import { describe, expect, onTestFinished, test } from 'vitest'
import { defineCase } from '../kernel/case.ts'
import { put, retract, set, type Effect } from '../kernel/effect.ts'
import { choiceField, dateField, instantField, integerField, listField, subjectField, textField, yesNoField, type Fields } from '../kernel/field.ts'
import { resourceRef } from '../kernel/reference.ts'
import { defineResource, type AnyResource } from '../kernel/resource.ts'
import { defineSystem, type System } from '../kernel/system.ts'
import { text as t } from '../kernel/text.ts'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import type { SignedIn } from './access/actor.ts'
import { cityOf } from './city.ts'
import { silentLog } from './database/log.ts'
import { hours, NOW, ORGAN } from './fixtures/places.ts'
import { openPlatform, type Platform } from './platform.ts'
import { testCity, type TestCity } from './testing.ts'
import { codeOf, moveCase, openCase, party, problemOf, recordOf, write } from './testing-cases.ts'
import { tasksOf } from './inbox/worklist.ts'

const owner = t('机关', 'Office')
const system = (more: Partial<System>): System => defineSystem({ id: 'changing', prefix: 'CH', title: t('变', 'Changing'), policy: ['N一(一)'], owner, ...more })

const parties = { applicant: { title: t('申请人', 'Applicant'), classes: ['person'] } } as const
const posts = { handler: { title: t('经办', 'Handler'), at: 'organ' } } as const
const opening = { title: t('申请', 'Apply'), by: 'applicant', takes: ['title'] } as const
const closed = { title: t('办结', 'Closed'), outcome: 'closed' } as const
const note = { title: t('备注', 'Note'), steps: ['none', 'written'] } as const
const sees = { applicant: 'all', 'post:handler': 'all' } as const

const before = defineCase({
  title: t('件', 'Item'), fields: { title: textField(t('题', 'Title')), age: integerField(t('年龄', 'Age')) }, parties, posts, sees, tracks: { note },
  states: { waiting: { title: t('等待', 'Waiting') }, working: { title: t('办理', 'Working') }, closed },
  opening: { ...opening, to: 'waiting', takes: ['title', 'age'] },
  moves: {
    take: { title: t('接办', 'Take'), from: 'waiting', to: 'working', by: 'post:handler', within: { hours: 4 }, remind: { hours: 1 } },
    lapse: { title: t('过期', 'Lapse'), from: 'waiting', to: 'closed', by: 'system', on: 'timer', within: { hours: 8 } },
    write: { title: t('写', 'Write'), from: 'working', to: 'working', by: 'post:handler', needs: { note: 'none' }, sets: { note: 'written' }, within: { hours: 9 }, remind: { hours: 1 } },
    close: { title: t('办结', 'Close'), from: 'working', to: 'closed', by: 'post:handler', needs: { note: 'written' } },
  },
})

/** The same with both live states and a field under new names. */
const after = defineCase({
  title: t('件', 'Item'), fields: { subject: textField(t('题', 'Title'), { renamedFrom: 'title' }), age: integerField(t('年龄', 'Age')) }, parties, posts, sees, tracks: { note },
  states: { queued: { title: t('排队', 'Queued') }, handled: { title: t('处理', 'Handled') }, closed },
  renamedStates: { queued: 'waiting', handled: 'working' },
  opening: { ...opening, to: 'queued', takes: ['subject', 'age'] },
  moves: {
    take: { title: t('接办', 'Take'), from: 'queued', to: 'handled', by: 'post:handler', within: { hours: 4 }, remind: { hours: 1 } },
    lapse: { title: t('过期', 'Lapse'), from: 'queued', to: 'closed', by: 'system', on: 'timer', within: { hours: 8 } },
    write: { title: t('写', 'Write'), from: 'handled', to: 'handled', by: 'post:handler', needs: { note: 'none' }, sets: { note: 'written' }, within: { hours: 9 }, remind: { hours: 1 } },
    close: { title: t('办结', 'Close'), from: 'handled', to: 'closed', by: 'post:handler', needs: { note: 'written' } },
  },
})

async function cityWith(first: System): Promise<TestCity> {
  return testCity({ systems: [first], calendar: stateCouncilCalendar })
}

/** The next release of the same city. */
async function release(city: TestCity, next: System): Promise<Platform> {
  const platform = await openPlatform({ db: city.platform.db, systems: [next], calendar: stateCouncilCalendar, dataDir: city.dataDir, log: silentLog })
  onTestFinished(() => platform.close())
  return platform
}

describe('a changed case type', () => {
  async function withCases(): Promise<{ readonly city: TestCity; readonly handler: SignedIn; readonly waiting: string; readonly working: string; readonly lapsing: string }> {
    const city = await cityWith(system({ cases: { item: before } }))
    const person = await city.person('申请者')
    const handler = await city.staff('经办', [{ post: 'changing.handler', unit: ORGAN }])
    const opened = async () => (await openCase(city.platform, person, 'changing.item', NOW, { region: '330203000000', organ: ORGAN, parties: { applicant: party(person) }, given: { title: '旧题', age: 7 } })).number
    const [waiting, working, lapsing] = [await opened(), await opened(), await opened()]
    await moveCase(city.platform, handler, working, 'take', hours(1))
    return { city, handler, waiting, working, lapsing }
  }

  test('that renames states carries its cases over, and their to-dos and timers go on', async () => {
    const { city, handler, waiting, working, lapsing } = await withCases()
    const next = await release(city, system({ cases: { item: after } }))
    expect([await recordOf(next, waiting), await recordOf(next, working)]).toMatchObject([{ state: 'queued', values: { subject: '旧题', age: 7 } }, { state: 'handled', version: 2 }])
    const tasks = async () => (await tasksOf(next.db, await next.scopes.covered(handler.holdings), { state: 'open' }, { limit: 10 })).items.map(task => `${task.number} ${task.caseState} ${task.moves.join()}`).sort()
    expect(await tasks()).toEqual([`${waiting} queued take`, `${lapsing} queued take`, `${working} handled write`].sort())
    await moveCase(next, handler, waiting, 'take', hours(2))
    await moveCase(next, handler, working, 'write', hours(2))
    expect(await tasks()).toEqual([`${lapsing} queued take`, `${waiting} handled write`, `${working} handled close`].sort())
    expect(await next.timers.runDue(hours(8))).toBe(2)
    expect(await recordOf(next, lapsing)).toMatchObject({ state: 'closed' })
    expect(await moveCase(next, handler, working, 'close', hours(9))).toMatchObject({ state: 'closed', values: { subject: '旧题' } })
    expect((await next.db.queryOnce('select key from onevisit.timer where number = any($1)', [[waiting, working, lapsing]])).rows).toEqual([{ key: 'handled&note=none/write/remind' }])
    expect((await next.db.queryOnce(`select given from onevisit.events where number = $1 and version = 1`, [waiting])).rows).toEqual([{ given: { title: '旧题', age: 7 } }])
  })

  test('may forget the old names afterwards, since nothing stands under them', async () => {
    const { city, waiting } = await withCases()
    await release(city, system({ cases: { item: after } }))
    const { renamedStates: _renamed, ...clean } = after
    expect(await recordOf(await release(city, system({ cases: { item: clean } })), waiting)).toMatchObject({ state: 'queued' })
  })

  test('that drops a state in which cases stand does not start, and says how many and where', async () => {
    const { city, waiting } = await withCases()
    const { renamedStates: _renamed, ...dropping } = after
    expect(await problemOf(release(city, system({ cases: { item: dropping } })))).toMatchObject({
      code: 'definition-invalid', detail: `changing.item: cases stand in states that are gone (2 in 'waiting', 1 in 'working'); name each in renamedStates or keep it`,
    })
    expect(await problemOf(release(city, system({ cases: { item: { ...after, renamedStates: { handled: 'working' } } } })))).toMatchObject({ detail: expect.stringContaining(`(2 in 'waiting')`) })
    // Nothing was changed by the attempts: the former release goes on.
    expect(await recordOf(city.platform, waiting)).toMatchObject({ state: 'waiting' })
    expect(await recordOf(await release(city, system({ cases: { item: after } })), waiting)).toMatchObject({ state: 'queued' })
  })

  test('that drops an empty state starts', async () => {
    const { city, handler, working } = await withCases()
    await moveCase(city.platform, handler, working, 'write', hours(1))
    await moveCase(city.platform, handler, working, 'close', hours(1))
    const { working: _gone, ...states } = before.states
    const shorter = { ...before, states, moves: { lapse: before.moves.lapse } }
    expect(await recordOf(await release(city, system({ cases: { item: shorter as never } })), working)).toMatchObject({ state: 'closed' })
  })
})

describe('a changed resource', () => {
  const resource = (fields: Fields, more: Partial<AnyResource> = {}): AnyResource => defineResource({ title: t('表', 'Table'), fields, key: ['code'], owner, level: 3, ...more } as never)
  const code = textField(t('编号', 'Code'), { required: true })
  const table = (of: AnyResource) => system({ resources: { table: of } })
  const ref = resourceRef('changing.table')

  const written = (platform: Platform, ...effects: Effect[]) => write(platform, NOW, ...effects)
  const rows = async (platform: Platform) => (await platform.db.queryOnce('select * from changing.table')).rows.map(({ _at, _trace, ...row }) => row)

  test('gets new columns and indexes, and keeps the rows of renamed ones', async () => {
    const city = await cityWith(table(resource({ code, size: integerField(t('大小', 'Size')) })))
    await written(city.platform, put(ref, [{ code: 'a', size: 3 }]))
    const next = await release(city, table(resource({ code, extent: integerField(t('大小', 'Size'), { renamedFrom: 'size' }), since: dateField(t('起', 'Since')) }, { indexed: ['since'] })))
    expect(await rows(next)).toEqual([{ code: 'a', extent: 3, since: null }])
    await written(next, put(ref, [{ code: 'b', extent: 4, since: '2026-01-01' }]))
    expect(await next.gateway.ask({ resource: 'changing.table', keys: ['a', 'b'], fields: ['extent', 'since'], purpose: 'x', number: null, system: 'changing', actor: null, actorKind: 'system', trace: crypto.randomUUID(), now: NOW }))
      .toMatchObject([{ row: { extent: 3, since: null } }, { row: { extent: 4, since: '2026-01-01' } }])
    await release(city, table(resource({ code, extent: integerField(t('大小', 'Size'), { renamedFrom: 'size' }) })))
  })

  test('whose column would need another type, or another key, does not start, and says so', async () => {
    const city = await cityWith(table(resource({ code, size: integerField(t('大小', 'Size')) })))
    expect(await problemOf(release(city, table(resource({ code, size: textField(t('大小', 'Size')) }))))).toMatchObject({
      code: 'definition-invalid', detail: 'changing.table.size: its column holds bigint, and the definition now needs text; give the field a new name and move the data in a migration',
    })
    expect(await problemOf(release(city, table(resource({ code, size: integerField(t('大小', 'Size'), { required: true }) }, { key: ['code', 'size'] }))))).toMatchObject({ code: 'definition-invalid', detail: `changing.table.key: the table's key is code; another key is another resource` })
  })

  test('takes fields of any name, as long as names go and whatever SQL means by them', async () => {
    const long = (end: string) => `a${'Bc'.repeat(18)}${end}`
    const names = ['order', 'user', 'select', 'from', 'table', 'constructor', 'group', long('X'), long('Y'), long('Xy')]
    const fields = Object.fromEntries([['code', code], ...names.map(name => [name, integerField(t('数', 'Number'))])]) as Fields
    const city = await cityWith(table(resource(fields, { indexed: ['order', long('X'), long('Y')] })))
    const values = Object.fromEntries(names.map((name, i) => [name, i]))
    await written(city.platform, put(ref, [{ code: 'a', ...values }, { code: 'b' }]), set(ref, { order: 0, user: 1 }, { [long('Y')]: 70 }, { atMost: 1 }), retract(ref, ['b']))
    const [answer] = await city.platform.gateway.ask({ resource: 'changing.table', keys: ['a'], fields: names, purpose: 'x', number: null, system: 'changing', actor: null, actorKind: 'system', trace: crypto.randomUUID(), now: NOW })
    expect(answer).toMatchObject({ row: { ...values, [long('Y')]: 70 } })
    await release(city, table(resource(fields, { indexed: ['order', long('X'), long('Y')] })))
  })

  test('gives back every kind of value as it was put', async () => {
    const fields = {
      code, flag: yesNoField(t('是', 'Flag')), at: instantField(t('时', 'At')), on: dateField(t('日', 'On')), kind: choiceField(t('类', 'Kind'), { x: t('甲', 'X') }), person: subjectField(t('人', 'Person')),
      list: listField(t('列', 'List'), textField(t('项', 'Item'), { identifies: true, level: 3 })), name: textField(t('名', 'Name'), { identifies: true, level: 3 }),
    }
    const city = await cityWith(table(resource(fields)))
    const row = { flag: false, at: hours(1), on: '2024-02-29', kind: 'x', person: crypto.randomUUID(), list: ['甲', '乙'], name: '丙' }
    await written(city.platform, put(ref, [{ code: 'a', ...row }]))
    expect(await city.platform.gateway.ask({ resource: 'changing.table', keys: ['a'], fields: Object.keys(row), purpose: 'x', number: null, system: 'changing', actor: null, actorKind: 'system', trace: crypto.randomUUID(), now: NOW })).toMatchObject([{ row }])
  })
})

describe('a city', () => {
  const keyed = (key: string) => defineResource({ title: t('表', 'T'), fields: { name: textField(t('名', 'Name'), { required: true, identifies: true, level: 3 }), code: textField(t('号', 'Code'), { required: true }) }, key: [key as 'name'], owner, level: 3 })

  test('refuses what it could not store', () => {
    const faults = (more: Partial<System>) => { try { cityOf([system(more)], { calendar: stateCouncilCalendar }); return [] } catch (error) { return (error as { more: { faults: string[] } }).more.faults } }
    expect(faults({ resources: { table: keyed('code') } })).toEqual([])
    expect(faults({ resources: { table: keyed('name') } })).toEqual([`changing.resources.table.key: 'name' identifies a person and is stored sealed, so nothing can be found by it; use a subject`])
    for (const id of ['onevisit', 'public', 'pg-catalog', 'information-schema']) expect(faults({ id })).toEqual([`${id}: this id is taken by the database`])
    expect(faults({ id: `a${'b'.repeat(40)}` })).toHaveLength(1)
  })

  test('under another vault key does not start', async () => {
    const city = await cityWith(system({}))
    expect(await codeOf(openPlatform({ db: city.platform.db, systems: [system({})], calendar: stateCouncilCalendar, dataDir: `${city.dataDir}/other`, log: silentLog }))).toBe('definition-invalid')
  })

  test('may be started by several processes at once', async () => {
    const city = await cityWith(system({ cases: { item: before } }))
    await Promise.all(Array.from({ length: 4 }, () => release(city, system({ cases: { item: after }, resources: { table: keyed('code') } }))))
  })
})
