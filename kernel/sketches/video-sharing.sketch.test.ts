/**
 * Taught by this system: a listener as a pure step while the server owns the socket; only edges are written, however
 * often devices call; one server process holds the port; after a restart devices are unknown, not offline.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineAction } from '../action.ts'
import { defineCase } from '../case.ts'
import { put, set, type Effect, type PutEffect } from '../effect.ts'
import { choiceField, codeField, instantField, placeField, textField } from '../field.ts'
import { defineIndicator } from '../indicator.ts'
import { defineListener, type ListenerInput, type ListenerOutput } from '../listener.ts'
import { defineResource, refToResource } from '../resource.ts'
import { defineSignal } from '../signal.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from '../validate/city.ts'
import { worldAt } from './stated-world.ts'

const owner = t('公安局', 'Public security')
const device = defineResource({
  title: t('视频设备', 'Devices'), owner, level: 3, sharing: 'conditional', updateHours: 1, key: ['device'], indexed: ['region'],
  fields: {
    device: textField(t('设备编码', 'Device id'), { required: true, maxLength: 20 }),
    status: choiceField(t('状态', 'Status'), { online: t('在线', 'Online'), offline: t('离线', 'Offline'), unknown: t('未知', 'Unknown') }, { required: true }),
    changedAt: instantField(t('变化时间', 'Changed'), { required: true }),
    region: codeField(t('区划', 'Region'), 'regionCode'),
    place: placeField(t('位置', 'Place'), { level: 3 }),
  },
})
const deviceRef = refToResource<typeof device>('video-sharing.device')

/** Read from the wire by a codec that is no part of this sketch. */
interface Message { readonly kind: 'register' | 'keepalive' | 'logoff'; readonly device: string }
const encode = (message: Message): Uint8Array => new TextEncoder().encode(JSON.stringify(message))
const decode = (bytes: Uint8Array): Message => JSON.parse(new TextDecoder().decode(bytes)) as Message

/** Keepalive 60 s; offline after 3 misses (GB/T 28181-2016). */
const KEEPALIVE_MS = 60_000
const MISSES = 3
const MOST_DEVICES = 200_000

interface Registry { readonly seen: Readonly<Record<string, number>> }

const plus = (at: string, ms: number): string => new Date(Date.parse(at) + ms).toISOString()
const edge = (status: 'online' | 'offline', devices: readonly string[], at: string): ListenerOutput => ({ effect: put(deviceRef, devices.map(one => ({ device: one, status, changedAt: at }))) })

const signalling = defineListener({
  speaks: ['udp', 'tcp'], port: { env: 'SIP_PORT', or: 5060 }, single: true,
  step(state: Registry | undefined, input: ListenerInput) {
    const now = Date.parse(input.at)
    const started: ListenerOutput[] = state === undefined
      ? [{ effect: set(deviceRef, { status: 'online' }, { status: 'unknown', changedAt: input.at }, { atMost: MOST_DEVICES }) }, { wake: 'sweep', at: plus(input.at, KEEPALIVE_MS) }]
      : []
    const seen = state?.seen ?? {}
    if (input.woke === 'sweep') {
      const lost = Object.keys(seen).filter(one => now - seen[one]! >= MISSES * KEEPALIVE_MS)
      const kept = Object.fromEntries(Object.entries(seen).filter(([one]) => !lost.includes(one)))
      return { state: { seen: kept }, out: [...started, ...(lost.length > 0 ? [edge('offline', lost, input.at)] : []), { wake: 'sweep', at: plus(input.at, KEEPALIVE_MS) }] }
    }
    if (input.bytes === undefined || input.peer === undefined) return { state: { seen }, out: started }
    const { kind, device: one } = decode(input.bytes)
    const answer: ListenerOutput = { send: new TextEncoder().encode(`200 ${input.at}`), to: input.peer }
    if (kind === 'logoff') {
      const { [one]: _, ...rest } = seen
      return { state: { seen: rest }, out: [...started, answer, ...(Object.hasOwn(seen, one) ? [edge('offline', [one], input.at)] : [])] }
    }
    return { state: { seen: { ...seen, [one]: now } }, out: [...started, answer, ...(Object.hasOwn(seen, one) ? [] : [edge('online', [one], input.at)])] }
  },
})

const play = defineAction({
  title: t('点播', 'Play'), by: ['post:dispatcher', 'app'], posts: { dispatcher: { title: t('指挥', 'Dispatcher'), at: 'region' } },
  asks: { device: textField(t('设备', 'Device'), { required: true }), purpose: textField(t('用途', 'Purpose'), { required: true }) },
  run: async ({ device: one, purpose }, ctx) => {
    const [answer] = await ctx.ask(deviceRef, [one], { fields: ['status'], purpose })
    if (answer === undefined || answer.state === 'none') return { answer: { playable: 'noSuchDevice' }, effects: [] }
    if (answer.state !== 'found') return { answer: { playable: 'unknown', because: answer.reason }, effects: [] }
    return { answer: { playable: answer.row.status === 'online' ? 'yes' : answer.row.status === 'offline' ? 'no' : 'unknown' }, effects: [] }
  },
})

const video = defineSystem({
  id: 'video-sharing', prefix: 'VS', title: t('视频共享', 'Video sharing'), policy: ['N二(二)7', 'Z四(二)4'], owner,
  resources: { device }, listeners: { signalling }, actions: { play },
  signals: { silent: defineSignal({ title: t('离线', 'Silent'), watches: deviceRef, repeatHours: 12, persists: 2, judge: row => row.status === 'offline' ? 'yellow' : row.status === 'unknown' ? 'unknown' : 'none' }) },
  indicators: {
    all: defineIndicator({ title: t('设备数', 'Devices'), unit: '1', of: deviceRef, measure: { count: 'all' }, dimensions: ['region'] }),
    online: defineIndicator({ title: t('在线数', 'Online'), unit: '1', of: deviceRef, measure: { count: { status: 'online' } }, dimensions: ['region'] }),
    rate: defineIndicator({ title: t('在线率', 'Rate'), unit: '%', of: deviceRef, measure: { ratio: ['online', 'all'] }, target: { value: 80, source: 'N二(二)7', better: 'higher' } }),
  },
})

describe('the listener', () => {
  const start = '2026-01-05T00:00:00.000Z'
  interface Heard { readonly after: number; readonly what: 'sweep' | Message }
  const run = (heard: readonly Heard[]) => {
    let at = start
    let state: Registry | undefined
    const effects: { at: string; effect: Effect }[] = []
    const hear = (input: ListenerInput) => {
      const step = signalling.step(state, input)
      state = step.state
      for (const out of step.out) if ('effect' in out) effects.push({ at: input.at, effect: out.effect })
      return step.out
    }
    hear({ at })
    for (const { after, what } of heard) {
      at = plus(at, after)
      hear(what === 'sweep' ? { at, woke: 'sweep' } : { at, peer: '10.0.0.1:5060', bytes: encode(what) })
    }
    return { effects, state, hear }
  }
  const puts = (effects: readonly { effect: Effect }[]) => effects.map(({ effect }) => effect).filter((effect): effect is PutEffect => effect.do === 'put').flatMap(effect => effect.rows)

  test('its definition is sound', () => {
    expect(validateCity([video])).toEqual([])
  })

  test('at the start whatever was online is unknown, within a bound', () => {
    expect(run([]).effects.map(({ effect }) => effect)).toEqual([set(deviceRef, { status: 'online' }, { status: 'unknown', changedAt: start }, { atMost: 200_000 })])
  })

  test('ten thousand keepalives write nothing', () => {
    const { effects, hear } = run([{ after: 0, what: { kind: 'register', device: 'A' } }])
    const before = effects.length
    for (let i = 0; i < 10_000; i++) hear({ at: start, peer: '10.0.0.1:5060', bytes: encode({ kind: 'keepalive', device: 'A' }) })
    expect(effects.length).toBe(before)
  })

  test('every keepalive is answered to who sent it', () => {
    const { hear } = run([])
    const sent = hear({ at: start, peer: '10.0.0.9:1', bytes: encode({ kind: 'keepalive', device: 'A' }) }).filter(out => 'send' in out)
    expect(sent.map(out => out.to)).toEqual(['10.0.0.9:1'])
  })

  test('effects are the edges: of one device they alternate, and the last says how it stands', () => {
    const message = fc.record({ kind: fc.constantFrom('register', 'keepalive', 'logoff' as const), device: fc.constantFrom('A', 'B') })
    const heard = fc.array(fc.record({ after: fc.integer({ min: 0, max: 120_000 }), what: fc.oneof(fc.constant('sweep' as const), message) }), { maxLength: 40 })
    fc.assert(fc.property(heard, list => {
      const { effects, state } = run(list as readonly Heard[])
      for (const one of ['A', 'B']) {
        const statuses = puts(effects).filter(row => row['device'] === one).map(row => row['status'])
        statuses.forEach((status, i) => expect(status).toBe(i % 2 === 0 ? 'online' : 'offline'))
        expect(statuses.at(-1) === 'online').toBe(Object.hasOwn(state!.seen, one))
      }
    }))
  })

  test('a device is lost after three minutes of silence and not before', () => {
    const silent = (ms: number) => puts(run([{ after: 0, what: { kind: 'register', device: 'A' } }, { after: ms, what: 'sweep' }]).effects).map(row => row['status'])
    expect(silent(179_999)).toEqual(['online'])
    expect(silent(180_000)).toEqual(['online', 'offline'])
  })

  test('a source that is down is not a device that does not exist', async () => {
    const ask = async (stated: Parameters<typeof worldAt>[1]) => (await play.run({ device: 'A', purpose: 'flood' }, worldAt('2026-01-05T00:00:00Z', stated))).answer
    expect(await ask({})).toEqual({ playable: 'noSuchDevice' })
    expect(await ask({ down: ['video-sharing.device'] })).toEqual({ playable: 'unknown', because: 'no answer' })
    expect(await ask({ rows: { 'video-sharing.device/A': { status: 'unknown' } } })).toEqual({ playable: 'unknown' })
    expect(await ask({ rows: { 'video-sharing.device/A': { status: 'online' } } })).toEqual({ playable: 'yes' })
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (change: Record<string, unknown>): readonly string[] => validateCity([{ ...video, ...change } as unknown as System])
    expect(planted({ listeners: { signalling: { ...signalling, port: { env: 'SIP_PORT', or: 65_536 } } } })).toEqual(['video-sharing.listeners.signalling.port.or: 65536 is not a port'])
    expect(planted({ listeners: { signalling: { ...signalling, speaks: [] } } })).toEqual(['video-sharing.listeners.signalling.speaks: a listener speaks udp, tcp or both'])
    expect(planted({ actions: { play: { ...play, by: ['post:watcher'] } } })).toEqual([`video-sharing.actions.play.by: no post 'watcher'; posts are dispatcher`])
    expect(planted({ indicators: { rate: video.indicators!['rate'], all: video.indicators!['all'] } })).toEqual([`video-sharing.indicators.rate.measure.ratio: no indicator 'online'; indicators are rate, all`])
    expect(planted({ resources: { device: { ...device, level: 2 } } })).toEqual(['video-sharing.resources.device.level: level 2 is below that of its highest field (3)'])
    expect(planted({ resources: { device: { ...device, fields: { ...device.fields, region: { ...device.fields.region, code: 'postcode' } } } } }))
      .toEqual([`video-sharing.resources.device.fields.region.code: no code 'postcode'; codes are uscc, organizationCode, citizenId, regionCode, matterCode, projectCode, certificateId, industryCode, imoNumber, containerCode`])
    expect(planted({ signals: { silent: { ...video.signals!['silent'], persists: 0 } } })).toEqual(['video-sharing.signals.silent.persists: a whole number of judgements, at least 1'])
    expect(planted({ prefix: 'V' })).toEqual([`video-sharing.prefix: 'V' is not two to four capital letters`])
    expect(planted({ policy: ['二(二)7'] })).toEqual([`video-sharing.policy: '二(二)7' is not a clause such as N一(一) or Z四(二)3`])
  })
})

test('a wrong listener, action or signal is refused by the compiler', () => {
  const rest = { port: { env: 'P', or: 1 }, single: true } as const
  defineListener({
    ...rest,
    // @ts-expect-error no transport 'http'
    speaks: ['http'], step: (state: number | undefined) => ({ state: state ?? 0, out: [] }),
  })
  defineListener({
    ...rest, speaks: ['udp'],
    // @ts-expect-error effects are made by their constructors
    step: (state: number | undefined) => ({ state: state ?? 0, out: [{ effect: { do: 'put', ref: 'video-sharing.device', rows: [] } }] }),
  })
  defineListener({
    ...rest, speaks: ['udp'],
    // @ts-expect-error bytes are sent to somebody
    step: (state: number | undefined) => ({ state: state ?? 0, out: [{ send: new Uint8Array() }] }),
  })
  defineListener({
    ...rest, speaks: ['udp'],
    // @ts-expect-error the next state is of another type than the one before
    step: (state: number | undefined) => ({ state: String(state), out: [] }),
  })
  defineAction({
    title: t('点播', 'Play'), asks: {}, run: () => ({ answer: {}, effects: [] }), posts: { dispatcher: { title: t('指挥', 'Dispatcher'), at: 'region' } },
    // @ts-expect-error no post 'watcher'
    by: ['post:watcher'],
  })
  defineAction({
    title: t('点播', 'Play'), by: ['app'], asks: { device: textField(t('设备', 'Device')) },
    run: async (values, ctx) => {
      // @ts-expect-error 'device' may be unknown
      const key: string = values.device
      // @ts-expect-error no column 'owner' to ask for
      await ctx.ask(deviceRef, [key], { fields: ['owner'], purpose: '' })
      const [answer] = await ctx.ask(deviceRef, [key], { fields: ['status'], purpose: '' })
      // @ts-expect-error there is a row only where one was found
      const blind = answer?.row
      // @ts-expect-error 'region' was not asked for
      const region = answer?.state === 'found' ? answer.row.region : blind
      return { answer: { region }, effects: [] }
    },
  })
  defineSignal({
    title: t('离线', 'Silent'), watches: deviceRef, repeatHours: 1,
    // @ts-expect-error no status 'gone'
    judge: row => row.status === 'gone' ? 'red' : 'none',
  })
  defineSignal({
    title: t('离线', 'Silent'), watches: deviceRef, repeatHours: 1,
    // @ts-expect-error no colour 'purple'
    judge: () => 'purple',
  })
  defineCase({
    title: t('a', 'a'), fields: {}, parties: {}, posts: {}, states: { a: { title: t('a', 'a'), outcome: 'a' } }, opening: { title: t('a', 'a'), by: 'system', to: 'a' },
    // @ts-expect-error a case without posts has none to give work to
    moves: { go: { title: t('a', 'a'), from: 'a', to: 'a', by: 'post:operator' } },
  })
  expect(signalling.single).toBe(true)
})
