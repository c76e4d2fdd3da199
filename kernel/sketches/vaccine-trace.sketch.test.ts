/**
 * Taught by this system: millions of things are rows folded from append-only events and not cases; scanning is an
 * action that answers at once; one quarantine sets thousands of rows, within a bound.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineAction } from '../action.ts'
import { defineCase } from '../case.ts'
import { put, set } from '../effect.ts'
import { choiceField, dateField, decimalField, instantField, integerField, textField, type Values } from '../field.ts'
import { defineResource, refToResource } from '../resource.ts'
import { defineRule, ruleInForce } from '../rule.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from '../validate/city.ts'
import { moveAt, worldAt } from './stated-world.ts'

const owner = t('疾控中心', 'Centre for disease control')
const serial = textField(t('追溯码', 'Serial'), { required: true, maxLength: 20 })
const kinds = { receive: t('入库', 'Received'), ship: t('出库', 'Shipped'), inject: t('接种', 'Injected'), release: t('放行', 'Released') }

const event = defineResource({
  title: t('追溯事件', 'Events'), owner, level: 2, key: ['event'], appendOnly: true, partitionBy: 'at', indexed: ['serial', 'device'],
  fields: {
    event: textField(t('事件号', 'Event'), { required: true }), serial, at: instantField(t('时间', 'At'), { required: true }), kind: choiceField(t('类型', 'Kind'), kinds, { required: true }),
    site: textField(t('单位', 'Site'), { required: true }), lot: textField(t('批号', 'Lot')), expires: dateField(t('有效期', 'Expires')), device: textField(t('冷链设备', 'Fridge')),
  },
})
const eventRef = refToResource<typeof event>('vaccine-trace.event')
type Event = Values<typeof event.fields>

const states = { stored: t('在库', 'Stored'), moving: t('在途', 'On its way'), used: t('已接种', 'Used'), quarantined: t('封存', 'Quarantined'), blocked: t('冻结', 'Blocked') }
const vialFields = {
  serial, lot: textField(t('批号', 'Lot')), expires: dateField(t('有效期', 'Expires')), state: choiceField(t('状态', 'State'), states, { required: true }),
  site: textField(t('单位', 'Site'), { required: true }), device: textField(t('冷链设备', 'Fridge')), events: integerField(t('事件数', 'Events'), { required: true }),
}
type Vial = Values<typeof vialFields>

/** Where a vial is after one more event. Used stays used; received at a second site without being shipped blocks it. */
function after(row: Vial | null, next: Event): Vial {
  const base = { serial: next.serial, lot: row?.lot ?? next.lot, expires: row?.expires ?? next.expires, site: next.site, device: next.device, events: (row?.events ?? 0) + 1 }
  if (row?.state === 'used' || row?.state === 'blocked') return { ...row, events: base.events }
  if (row?.state === 'quarantined' && next.kind !== 'release') return { ...row, events: base.events }
  if (next.kind === 'receive') return { ...base, state: row?.state === 'stored' && row.site !== next.site ? 'blocked' : 'stored' }
  return { ...base, state: next.kind === 'ship' ? 'moving' : next.kind === 'inject' ? 'used' : 'stored' }
}

const vial = defineResource({ title: t('疫苗', 'Vials'), owner, level: 2, key: ['serial'], fields: vialFields, indexed: ['lot', 'device'], fold: { of: eventRef, step: (row, next) => after(row, next) } })
const vialRef = refToResource<typeof vial>('vaccine-trace.vial')
const recall = defineResource({ title: t('召回批号', 'Recalled lots'), owner, level: 1, key: ['lot'], fields: { lot: textField(t('批号', 'Lot'), { required: true }), since: dateField(t('起', 'Since'), { required: true }) } })
const recallRef = refToResource<typeof recall>('vaccine-trace.recall')

type Stop = 'unknownVial' | 'notHere' | 'used' | 'blocked' | 'expired' | 'recalled' | 'sourceDown'

const scan = defineAction({
  title: t('扫码核验', 'Scan'), by: ['post:nurse'], posts: { nurse: { title: t('接种护士', 'Nurse'), at: 'organ' } },
  asks: { serial, site: textField(t('接种单位', 'Site'), { required: true }) },
  run: async (values, ctx) => {
    const [found] = await ctx.ask(vialRef, [values.serial], { fields: ['lot', 'expires', 'state', 'site'], purpose: 'scan gate' })
    if (found?.state !== 'found') return { answer: { stops: [found?.state === 'none' ? 'unknownVial' : 'sourceDown'] satisfies Stop[] }, effects: [] }
    const { row } = found
    const [recalled] = await ctx.ask(recallRef, [row.lot ?? ''], { fields: ['since'], purpose: 'scan gate' })
    const stops = ([
      ['used', row.state === 'used'], ['blocked', row.state === 'blocked' || row.state === 'quarantined'], ['notHere', row.site !== values.site || row.state === 'moving'],
      ['expired', row.expires === null || row.expires < ctx.today], ['recalled', recalled?.state === 'found' && recalled.row.since <= ctx.today],
      ['sourceDown', recalled?.state !== 'found' && recalled?.state !== 'none'],
    ] as const satisfies readonly (readonly [Stop, boolean])[]).filter(([, holds]) => holds).map(([stop]) => stop)
    const inject = put(eventRef, [{ event: `${values.serial}/inject`, serial: values.serial, at: ctx.now, kind: 'inject', site: values.site }])
    return { answer: { stops }, effects: stops.length === 0 ? [inject] : [] }
  },
})

const excursion = defineCase({
  title: t('冷链异常', 'Cold-chain excursion'),
  fields: { device: textField(t('设备', 'Fridge'), { required: true }), peak: decimalField(t('最高温', 'Peak'), { unit: '°C', scale: 1 }), finding: choiceField(t('评估', 'Finding'), { usable: t('可用', 'Usable'), destroy: t('销毁', 'Destroy') }) },
  parties: { maker: { title: t('生产企业', 'Maker'), classes: ['enterprise'] } },
  posts: { keeper: { title: t('冷链管理', 'Keeper'), at: 'organ' }, control: { title: t('疾控', 'Control'), at: 'region' } },
  states: { seen: { title: t('已发现', 'Seen') }, held: { title: t('已封存', 'Held'), responsible: 'maker' }, closed: { title: t('办结', 'Closed'), outcome: 'closed' } },
  opening: { title: t('上报', 'Report'), by: ['post:keeper', 'system'], asks: ['device'], takes: ['peak'], to: 'seen' },
  moves: {
    hold: {
      title: t('封存', 'Hold'), from: 'seen', to: 'held', by: ['post:keeper', 'post:control'], within: { hours: 2 }, escalate: 'post:control',
      effects: values => [set(vialRef, { device: values.device, state: 'stored' }, { state: 'quarantined' }, { atMost: 5_000 })],
    },
    assess: { title: t('评估', 'Assess'), from: 'held', by: ['maker', 'post:control'], asks: ['finding'], apartFrom: ['hold'], to: { usable: 'closed', destroy: 'closed' }, decide: values => values.finding ?? 'destroy' },
  },
})

const schedule = defineRule<{ readonly vaccine: string; readonly months: readonly number[] }[]>(
  { effectiveFrom: '2021-01-01', effectiveTo: '2025-12-31', source: 'unverified', verified: false, value: [{ vaccine: 'HepB', months: [0, 1, 6] }] },
  { effectiveFrom: '2026-01-01', source: 'unverified', verified: false, value: [{ vaccine: 'HepB', months: [0, 1, 6] }, { vaccine: 'MMR', months: [8, 18] }] },
)

const tracing = defineSystem({
  id: 'vaccine-trace', prefix: 'VT', title: t('疫苗追溯', 'Vaccine tracing'), policy: ['Z四(二)3'], owner,
  resources: { event, vial, recall }, actions: { scan }, cases: { excursion }, rules: { schedule },
})

describe('tracing', () => {
  const at = '2026-01-05T00:00:00Z'
  const one = (kind: Event['kind'], site = 'A'): Event => ({ event: '', serial: 'S', at, kind, site, lot: 'L', expires: '2027-01-01', device: 'F' })
  const fold = (events: readonly Event[]): Vial | null => events.reduce<Vial | null>((row, next) => vial.fold!.step(row, next), null)

  test('its definition is sound', () => {
    expect(validateCity([tracing])).toEqual([])
  })

  test('whatever comes later, a used vial stays used, and every event counts', () => {
    const events = fc.array(fc.record({ kind: fc.constantFrom('receive', 'ship', 'inject', 'release' as const), site: fc.constantFrom('A', 'B') }), { minLength: 1, maxLength: 12 })
    fc.assert(fc.property(events, list => {
      const rows = list.map((_, i) => fold(list.slice(0, i + 1).map(({ kind, site }) => one(kind as Event['kind'], site)))!)
      rows.forEach((row, i) => expect(row.events).toBe(i + 1))
      const used = rows.findIndex(row => row.state === 'used')
      if (used >= 0) expect(rows.slice(used).every(row => row.state === 'used')).toBe(true)
    }))
  })

  test('received in two places without being shipped, it is blocked', () => {
    expect(fold([one('receive', 'A'), one('receive', 'B')])!.state).toBe('blocked')
    expect(fold([one('receive', 'A'), one('ship', 'A'), one('receive', 'B')])!.state).toBe('stored')
  })

  const gate = (vials: Partial<Vial>, more: Parameters<typeof worldAt>[1] = {}) =>
    scan.run({ serial: 'S', site: 'A' }, worldAt(at, { ...more, rows: { 'vaccine-trace.vial/S': { ...fold([one('receive')])!, ...vials }, ...more.rows } }))

  test('a good vial passes and leaves one event; each of the stops prevents the injection and leaves none', async () => {
    const good = await gate({})
    expect(good).toEqual({ answer: { stops: [] }, effects: [put(eventRef, [{ event: 'S/inject', serial: 'S', at, kind: 'inject', site: 'A' }])] })
    const stopped = async (...of: Parameters<typeof gate>) => {
      const { answer, effects } = await gate(...of)
      expect(effects).toEqual([])
      return answer['stops']
    }
    expect(await stopped({ state: 'used' })).toEqual(['used'])
    expect(await stopped({ state: 'quarantined' })).toEqual(['blocked'])
    expect(await stopped({ site: 'B' })).toEqual(['notHere'])
    expect(await stopped({ expires: '2026-01-04' })).toEqual(['expired'])
    expect(await stopped({}, { rows: { 'vaccine-trace.recall/L': { since: '2026-01-01' } } })).toEqual(['recalled'])
    expect(await stopped({}, { down: ['vaccine-trace.recall'] })).toEqual(['sourceDown'])
    expect(await stopped({}, { down: ['vaccine-trace.vial'] })).toEqual(['sourceDown'])
    expect((await scan.run({ serial: 'T', site: 'A' }, worldAt(at))).answer['stops']).toEqual(['unknownVial'])
  })

  test('a quarantine names its rows and says how many it may touch', async () => {
    expect(await excursion.moves.hold.effects!({ device: 'F', peak: '11.5', finding: null }, moveAt(at), 'done'))
      .toEqual([set(vialRef, { device: 'F', state: 'stored' }, { state: 'quarantined' }, { atMost: 5000 })])
  })

  test('the schedule of the record\'s own day is used', () => {
    expect(ruleInForce(schedule, '2025-12-31')!.value).toHaveLength(1)
    expect(ruleInForce(schedule, '2026-01-01')!.value).toHaveLength(2)
    expect(ruleInForce(schedule, '2020-12-31')).toBeUndefined()
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (resources: Record<string, unknown>): readonly string[] => validateCity([{ ...tracing, resources: { ...tracing.resources, ...resources } } as unknown as System])
    expect(planted({ vial: { ...vial, fold: { ...vial.fold!, of: recallRef } } })).toEqual([`vaccine-trace.resources.vial.fold.of: vaccine-trace.recall has no column 'serial', which is part of the key`])
    expect(planted({ vial: { ...vial, fold: { ...vial.fold!, of: { noun: 'resource', ref: 'health-records.event' } } } })).toEqual([`vaccine-trace.resources.vial.fold.of: no system 'health-records'; systems are vaccine-trace`])
    expect(planted({ vial: { ...vial, appendOnly: true } })).toEqual(['vaccine-trace.resources.vial.appendOnly: a fold replaces its rows, so it is not append-only'])
    expect(planted({ vial: { ...vial, key: ['lot'] } })).toEqual([`vaccine-trace.resources.vial.key: key field 'lot' must be required`])
    expect(planted({ event: { ...event, partitionBy: 'when' } })).toEqual([`vaccine-trace.resources.event.partitionBy: no field 'when'; fields are event, serial, at, kind, site, lot, expires, device`])
    expect(validateCity([{ ...tracing, rules: { schedule: [schedule[0]!, schedule[0]!] } }])).toEqual(['vaccine-trace.rules.schedule: two editions are effective from 2021-01-01'])
  })
})

test('a wrong resource, fold or action is refused by the compiler', async () => {
  const rest = { title: t('疫苗', 'Vials'), owner, level: 2, fields: vialFields } as const
  // @ts-expect-error no field 'code' for a key
  defineResource({ ...rest, key: ['code'] })
  // @ts-expect-error no level 5
  defineResource({ ...rest, key: ['serial'], level: 5 })
  // @ts-expect-error no field 'batch' to index
  defineResource({ ...rest, key: ['serial'], indexed: ['batch'] })
  // @ts-expect-error events have no 'temperature'
  defineResource({ ...rest, key: ['serial'], fold: { of: eventRef, step: (row, next) => ({ ...after(row, next), device: next.temperature }) } })
  // @ts-expect-error a folded row has all its columns
  defineResource({ ...rest, key: ['serial'], fold: { of: eventRef, step: (_row, next) => ({ serial: next.serial }) } })
  // @ts-expect-error no state 'lost'
  defineResource({ ...rest, key: ['serial'], fold: { of: eventRef, step: (row, next) => ({ ...after(row, next), state: 'lost' }) } })
  const ctx = worldAt('2026-01-05T00:00:00Z')
  // @ts-expect-error no column 'temperature' to ask for
  await ctx.ask(vialRef, ['S'], { fields: ['temperature'], purpose: 'x' })
  // @ts-expect-error nothing is read without a purpose
  await ctx.ask(vialRef, ['S'], { fields: ['state'] })
  // @ts-expect-error a case type is no resource to ask
  await ctx.ask(excursion, ['S'], { fields: ['device'], purpose: 'x' }).catch(() => undefined)
  // @ts-expect-error the required fields of an action are not left out
  await scan.run({ serial: 'S' }, ctx)
  // @ts-expect-error a choice is one of its choices
  set(vialRef, { state: 'lost' }, { state: 'blocked' }, { atMost: 1 })
  // @ts-expect-error the finding decides between the move's own outcomes
  defineCase({ ...excursion, moves: { assess: { title: t('评估', 'Assess'), from: 'held', by: 'maker', to: { usable: 'closed', scrap: 'closed' }, decide: values => values.finding ?? 'scrap' } } })
  expect(refToResource<typeof vial>('vaccine-trace.vial')).toEqual(vialRef)
})
