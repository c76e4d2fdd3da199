/**
 * Taught by this system: a clock that runs back from a date that changes; one replan moves many cases as a batch in
 * which each says the version it saw; an exclusion keeps officers from being booked twice.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCase, refTo } from '../case.ts'
import type { CaseRecord } from '../rows.ts'
import { move, notify, put, type MoveEffect, type PutEffect } from '../effect.ts'
import { choicesField, codeField, instantField, integerField, textField, yesNoField, type Values } from '../field.ts'
import { defineJob, type JobRow } from '../job.ts'
import { caseRef } from '../reference.ts'
import { defineResource, refToResource } from '../resource.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from '../validate/city.ts'
import { all, caseHeader, each, worldAt } from './stated-world.ts'

const agencies = { customs: t('海关', 'Customs'), border: t('边检', 'Border'), maritime: t('海事', 'Maritime') }
const callFields = {
  imo: codeField(t('IMO 编号', 'IMO number'), 'imoNumber', { required: true }), port: textField(t('港口', 'Port'), { required: true }),
  eta: instantField(t('预计抵港', 'ETA'), { required: true }), etd: instantField(t('预计离港', 'ETD')), berth: textField(t('泊位', 'Berth')),
  needs: choicesField(t('登临部门', 'Who must board'), agencies), hours: integerField(t('时长', 'Hours'), { min: 1, max: 24 }), boardAt: instantField(t('登临时间', 'Boards at')), quarantine: yesNoField(t('检疫优先', 'Quarantine first')),
}
/** The case moves itself from a job it does not import: its reference stands before it. */
const callRef = caseRef('joint-boarding.call', callFields).moves<'report' | 'plan' | 'board' | 'clear' | 'depart'>()

const call = defineCase({
  title: t('船舶进口岸', 'Ship call'), fields: callFields, indexed: ['port'],
  parties: { ship: { title: t('船舶代理', 'Ship agent'), classes: ['enterprise'], required: true } },
  posts: { planner: { title: t('联检统筹', 'Planner'), at: 'region' }, officer: { title: t('执法人员', 'Officer'), at: 'organ' } },
  states: {
    announced: { title: t('已预报', 'Announced'), responsible: 'ship' }, planned: { title: t('已排期', 'Planned'), responsible: 'post:planner' }, boarded: { title: t('登临中', 'Boarded'), responsible: 'post:officer' },
    cleared: { title: t('已放行', 'Cleared'), responsible: 'ship' }, departed: { title: t('已离港', 'Departed'), outcome: 'departed' },
  },
  tracks: { health: { title: t('卫生检疫', 'Health'), steps: ['unknown', 'clean', 'alert'] } },
  sees: { ship: ['imo', 'port', 'eta', 'etd', 'berth', 'boardAt'], 'post:planner': 'all', 'post:officer': 'all' },
  opening: { title: t('预报', 'Announce'), by: 'ship', asks: ['imo', 'port', 'eta'], takes: ['etd', 'needs', 'hours'], to: 'announced' },
  moves: {
    report: { title: t('更新抵港时间', 'Change the ETA'), from: ['announced', 'planned'], to: 'announced', by: 'ship', asks: ['eta'], optional: true, effects: (_values, ctx) => [notify('ship', t('将重新排期', 'To be planned again'), t(ctx.case.number, ctx.case.number))] },
    declare: { title: t('进口岸申请', 'Apply to enter'), from: 'announced', to: 'announced', by: 'ship', within: { before: 'eta', days: 7 }, remind: { hours: 24 }, escalate: 'post:planner' },
    plan: { title: t('排期', 'Plan'), from: ['announced', 'planned'], to: 'planned', by: ['system', 'post:planner'], on: 'effect', takes: ['berth', 'boardAt', 'quarantine'] },
    board: { title: t('登临', 'Board'), from: 'planned', to: 'boarded', by: 'post:officer', sets: { health: 'clean' }, within: { before: 'boardAt', workingDays: 1 } },
    alarm: { title: t('检疫警示', 'Health alert'), from: ['planned', 'boarded'], to: 'planned', by: 'post:officer', sets: { health: 'alert' }, optional: true },
    clear: { title: t('放行', 'Clear'), from: 'boarded', to: 'cleared', by: 'post:officer', needs: { health: 'clean' }, apartFrom: ['board'], when: (values, { today }) => values.boardAt === null || values.boardAt.slice(0, 10) > today ? t('尚未到登临时间', 'The boarding is still to come') : null },
    depart: { title: t('离港', 'Depart'), from: 'cleared', to: 'departed', by: 'ship', within: { before: 'etd', days: 1 } },
  },
})

const officer = defineResource({
  title: t('人员排班', 'Duty of officers'), owner: t('口岸办', 'Port office'), level: 2, key: ['booking'], indexed: ['port'],
  fields: { booking: textField(t('编号', 'Booking'), { required: true }), port: textField(t('港口', 'Port'), { required: true }), officer: textField(t('人员', 'Officer'), { required: true }), call: textField(t('航次', 'Call'), { required: true }), from: instantField(t('起', 'From'), { required: true }), to: instantField(t('止', 'To'), { required: true }) },
  exclude: { same: ['officer'], from: 'from', to: 'to' },
})
const officerRef = refToResource<typeof officer>('joint-boarding.officer')

const HOUR = 3_600_000
const later = (at: string, hours: number): string => new Date(Date.parse(at) + hours * HOUR).toISOString()

interface Slot { readonly number: string; readonly version: number; readonly from: string; readonly to: string }

/** One boarding a ship that two agencies or more must board; one team, in order of arrival, quarantine first. The engine does better. */
function schedule(calls: readonly CaseRecord<typeof callFields>[]): readonly Slot[] {
  const slots: Slot[] = []
  const due = calls.filter(one => (one.values.needs?.length ?? 0) >= 2)
    .sort((a, b) => Number(b.case.tracks['health'] === 'alert') - Number(a.case.tracks['health'] === 'alert') || (a.values.eta < b.values.eta ? -1 : 1))
  for (const { case: header, values } of due) {
    const free = slots.at(-1)?.to ?? values.eta
    const from = free > values.eta ? free : values.eta
    slots.push({ number: header.number, version: header.version, from, to: later(from, values.hours ?? 2) })
  }
  return slots
}

const replan = defineJob({
  title: t('重新排期', 'Replan'), on: { changed: [callRef], settle: '1m' }, groupBy: ['port'], reads: { calls: callRef },
  async *run(group, ctx) {
    const calls: CaseRecord<typeof callFields>[] = []
    for await (const { row } of group) if (row.case.state === 'announced' || row.case.state === 'planned') calls.push(row)
    const slots = schedule(calls)
    yield put(officerRef, slots.map(slot => ({ booking: slot.number, port: ctx.group.port, officer: 'team', call: slot.number, from: slot.from, to: slot.to })))
    for (const slot of slots) {
      if (calls.find(one => one.case.number === slot.number)?.values.boardAt !== slot.from) yield move(callRef, slot.number, 'plan', slot.version, { boardAt: slot.from })
    }
  },
})

const boarding = defineSystem({
  id: 'joint-boarding', prefix: 'JB', title: t('联合登临检查', 'Joint boarding'), policy: ['Z四(二)3'], owner: t('口岸办', 'Port office'),
  cases: { call }, resources: { officer }, jobs: { replan },
})

describe('the replan', () => {
  const record = (number: string, eta: string, more: Partial<Values<typeof callFields>> = {}, version = 1, tracks = {}): JobRow<{ calls: typeof callRef }> => ({
    from: 'calls', row: { case: caseHeader({ number, version, state: 'announced', tracks }), values: { imo: '9074729', port: 'NB', eta, etd: null, berth: null, needs: ['customs', 'border'], hours: 2, boardAt: null, quarantine: null, ...more } },
  })
  const run = (rows: readonly JobRow<{ calls: typeof callRef }>[]) => all(replan.run(each(rows), { ...worldAt('2026-01-05T00:00:00Z'), group: { port: 'NB' } }))

  test('its definition is sound', () => {
    expect(validateCity([boarding])).toEqual([])
    expect(callRef).toEqual(expect.objectContaining({ ref: refTo<typeof call>('joint-boarding.call').ref }))
  })

  test('twenty ships are moved in one batch, each by the version that was read', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => record(`JB${i}`, later('2026-01-10T00:00:00.000Z', i), {}, i + 1))
    const moves = (await run(rows)).filter((effect): effect is MoveEffect => effect.do === 'move')
    expect(moves.map(one => one.version)).toEqual(rows.map(({ row }) => row.case.version))
    expect(new Set(moves.map(one => one.values['boardAt'])).size).toBe(20)
  })

  test('no officer is booked twice at a time, nothing starts before the ship is there, and a second run moves nothing', async () => {
    const ship = fc.record({ hour: fc.integer({ min: 0, max: 72 }), hours: fc.integer({ min: 1, max: 6 }), alert: fc.boolean(), needs: fc.subarray(['customs', 'border', 'maritime'] as const) })
    await fc.assert(fc.asyncProperty(fc.array(ship, { maxLength: 12 }), async ships => {
      const rows = ships.map((one, i) => record(`JB${i}`, later('2026-01-10T00:00:00.000Z', one.hour), { hours: one.hours, needs: one.needs }, 1, { health: one.alert ? 'alert' : 'unknown' }))
      const effects = await run(rows)
      const bookings = (effects.find((effect): effect is PutEffect => effect.do === 'put')!.rows as readonly { from: string; to: string; call: string }[]).toSorted((a, b) => a.from < b.from ? -1 : 1)
      bookings.slice(1).forEach((one, i) => expect(one.from >= bookings[i]!.to).toBe(true))
      bookings.forEach(one => expect(one.from >= rows.find(({ row }) => row.case.number === one.call)!.row.values.eta).toBe(true))
      expect(bookings.map(one => one.call).sort()).toEqual(rows.filter((_, i) => ships[i]!.needs.length >= 2).map(({ row }) => row.case.number).sort())
      const planned = rows.map(one => ({ ...one, row: { ...one.row, values: { ...one.row.values, boardAt: bookings.find(slot => slot.call === one.row.case.number)?.from ?? null } } }))
      expect((await run(planned)).filter(effect => effect.do === 'move')).toEqual([])
    }), { numRuns: 60 })
  })

  test('a changed ETA moves only the ships it concerns', async () => {
    const before = [record('JB1', '2026-01-10T00:00:00.000Z', { boardAt: '2026-01-10T00:00:00.000Z' }), record('JB2', '2026-01-12T06:00:00.000Z', { boardAt: '2026-01-12T00:00:00.000Z' }, 7)]
    expect((await run(before)).slice(1)).toEqual([move(callRef, 'JB2', 'plan', 7, { boardAt: '2026-01-12T06:00:00.000Z' })])
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (change: Record<string, unknown>): readonly string[] => validateCity([{ ...boarding, cases: { call: { ...call, ...change } } } as unknown as System])
    const moves = (change: Record<string, unknown>) => planted({ moves: { ...call.moves, ...change } })
    expect(moves({ declare: { ...call.moves.declare, within: { before: 'berth', days: 7 } } })).toEqual([`joint-boarding.cases.call.moves.declare.within.before: field 'berth' is of kind text, not a date`])
    expect(moves({ declare: { ...call.moves.declare, within: { before: 'arrival', days: 7 } } })).toEqual([`joint-boarding.cases.call.moves.declare.within.before: no field 'arrival'; fields are imo, port, eta, etd, berth, needs, hours, boardAt, quarantine`])
    expect(moves({ declare: { ...call.moves.declare, within: { before: 'eta', days: 0 } } })).toEqual([`joint-boarding.cases.call.moves.declare.within: a limit is greater than zero`])
    expect(moves({ declare: { ...call.moves.declare, within: { hours: 2, days: 1 } } })).toEqual([`joint-boarding.cases.call.moves.declare.within: it says hours and days; a limit is one of hours, days, workingDays, limit, or before with days or workingDays`])
    expect(moves({ declare: { ...call.moves.declare, within: undefined, remind: undefined } })).toEqual([`joint-boarding.cases.call.moves.declare.escalate: without 'within' nothing is ever due`])
    expect(moves({ clear: { ...call.moves.clear, needs: { health: 'green' } } })).toEqual([`joint-boarding.cases.call.moves.clear.needs.health: no step 'green'; steps are unknown, clean, alert`])
    const { depart: _, ...stranded } = call.moves
    expect(planted({ moves: stranded })).toEqual(['joint-boarding.cases.call.states.departed: no move leads here', `joint-boarding.cases.call.states.cleared: no move leads out of it and it has no 'outcome'`])
    expect(planted({ indexed: ['port', 'imo', 'berth', 'eta'] })).toEqual([`joint-boarding.cases.call.indexed: at most three fields of a case type are indexed`])
    expect(planted({ tracks: { health: { title: call.title, steps: [] } } }).at(-1)).toBe(`joint-boarding.cases.call.tracks.health.steps: a track has a first step`)
    expect(validateCity([{ ...boarding, resources: { officer: { ...officer, exclude: { same: ['officer'], from: 'from', to: 'call' } } } } as unknown as System])).toEqual([`joint-boarding.resources.officer.exclude.to: field 'call' is of kind text, not a date`])
  })
})

test('a wrong clock, batch or exclusion is refused by the compiler', () => {
  const rest = { title: t('a', 'a'), fields: callFields, parties: { ship: { title: t('a', 'a'), classes: ['enterprise'] } }, posts: {}, states: { a: { title: t('a', 'a') }, b: { title: t('b', 'b'), outcome: 'b' } }, opening: { title: t('a', 'a'), by: 'ship', to: 'a' } } as const
  const go = { title: t('a', 'a'), from: 'a', to: 'b', by: 'ship' } as const
  // @ts-expect-error 'berth' is no date
  defineCase({ ...rest, moves: { go: { ...go, within: { before: 'berth', days: 7 } } } })
  // @ts-expect-error 'hours' is a number of hours, not a date
  defineCase({ ...rest, moves: { go: { ...go, within: { before: 'hours', workingDays: 7 } } } })
  // @ts-expect-error no field 'arrival'
  defineCase({ ...rest, moves: { go: { ...go, within: { before: 'arrival', days: 7 } } } })
  // @ts-expect-error a number of days
  defineCase({ ...rest, moves: { go: { ...go, within: { days: '7' } } } })
  // @ts-expect-error guards see 'boardAt', not 'boardsAt'
  defineCase({ ...rest, moves: { go: { ...go, when: values => values.boardsAt === null ? t('a', 'a') : null } } })
  // @ts-expect-error a guard says why in both languages
  defineCase({ ...rest, moves: { go: { ...go, when: () => 'not now' } } })
  // @ts-expect-error the berth is a text
  defineCase({ ...rest, moves: { go: { ...go, derive: () => ({ berth: 4 }) } } })
  // @ts-expect-error no class of subject 'ship'
  defineCase({ ...rest, parties: { ship: { title: t('a', 'a'), classes: ['ship'] } }, moves: { go } })
  const exclusion = { title: t('a', 'a'), owner: t('a', 'a'), level: 1, key: ['booking'], fields: officer.fields } as const
  // @ts-expect-error 'call' is no date
  defineResource({ ...exclusion, exclude: { same: ['officer'], from: 'from', to: 'call' } })
  // @ts-expect-error no field 'person'
  defineResource({ ...exclusion, exclude: { same: ['person'], from: 'from', to: 'to' } })
  // @ts-expect-error 'alarm' is not among the moves of the reference
  move(callRef, 'JB1', 'alarm', 1)
  // @ts-expect-error an instant is a text
  move(callRef, 'JB1', 'plan', 1, { boardAt: new Date(0) })
  // @ts-expect-error the version is the number of the case that was read
  move(callRef, 'JB1', 'plan', '1')
  defineJob({
    title: t('a', 'a'), on: { every: '1d' }, reads: { calls: callRef }, groupBy: ['port'],
    async *run(group) {
      // @ts-expect-error a case's values are beside its header, not in the row itself
      for await (const { row } of group) if (row.eta > '') yield move(callRef, row.case.number, 'plan', row.case.version)
    },
  })
  expect(call.moves.declare.within).toEqual({ before: 'eta', days: 7 })
})
