/**
 * Taught by this system: series with vintages, cumulative figures that are differenced, breaks over which nothing is
 * compared; alerts that must persist; indicators as formulas; a bulletin as a document; a case that nobody is party to.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineAction } from '../action.ts'
import { defineCase, refTo } from '../case.ts'
import { defineDocument } from '../document.ts'
import { observe, open, put, type ObserveEffect } from '../effect.ts'
import { textField } from '../field.ts'
import { defineIndicator } from '../indicator.ts'
import { defineJob, type JobRow } from '../job.ts'
import { resourceRef, seriesRef } from '../reference.ts'
import { defineSeries, refToSeries } from '../series.ts'
import { defineSignal } from '../signal.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from '../validate/city.ts'
import { all, each, worldAt } from './stated-world.ts'

const output = defineSeries({
  title: t('规上工业增加值（累计）', 'Industrial output, year to date'), unit: '万元', dimensions: ['county', 'industry'], vintages: true, measure: 'toDate',
  breaks: [{ from: '2025-01-01', note: t('统计范围调整', 'The scope of the survey changed') }],
})
const monthly = defineSeries({ title: t('规上工业增加值（当月）', 'Industrial output of the month'), unit: '万元', dimensions: ['county', 'industry'], vintages: true, measure: 'flow' })
const growth = defineSeries({ title: t('同比', 'Growth on the year'), unit: '%', dimensions: ['county', 'industry'], measure: 'level' })
const outputRef = refToSeries<typeof output>('economic-monitor.output')
const monthlyRef = refToSeries<typeof monthly>('economic-monitor.monthly')
const growthRef = refToSeries<typeof growth>('economic-monitor.growth')

interface Figure { readonly month: string; readonly value: number }

/** Month by month from cumulative figures. January and February are published together and stay together; a fall is an error, not a negative month. */
function difference(cumulative: readonly Figure[]): readonly { readonly month: string; readonly value: number | null }[] {
  const sorted = cumulative.toSorted((a, b) => a.month < b.month ? -1 : 1)
  return sorted.map((one, i) => {
    const before = sorted[i - 1]
    const first = before === undefined || before.month.slice(0, 4) !== one.month.slice(0, 4)
    if (first) return { month: one.month, value: one.month.endsWith('-02') || one.month.endsWith('-01') ? one.value : null }
    return { month: one.month, value: one.value < before.value ? null : one.value - before.value }
  })
}

/** Growth on the year, or null where there is nothing to compare with or a break lies between. */
function growthOf(now: Figure, yearBefore: Figure | undefined, breaks: readonly { readonly from: string }[]): number | null {
  if (yearBefore === undefined || yearBefore.value === 0 || breaks.some(one => one.from.slice(0, 7) > yearBefore.month && one.from.slice(0, 7) <= now.month)) return null
  return (now.value / yearBefore.value - 1) * 100
}

const at = (month: string): string => `${month}-01T00:00:00.000Z`

const compute = defineJob({
  title: t('累计转当月与同比', 'Months and growth'), on: { changed: [outputRef], settle: '5m' }, groupBy: ['county', 'industry'], reads: { output: outputRef },
  async *run(group, ctx) {
    const latest = new Map<string, { figure: Figure; knownAt: string }>()
    for await (const { row } of group) {
      const month = row.at.slice(0, 7)
      if (row.value !== null && !(latest.get(month)?.knownAt! > row.knownAt)) latest.set(month, { figure: { month, value: row.value }, knownAt: row.knownAt })
    }
    const cumulative = [...latest.values()].map(one => one.figure)
    const dimensions = { county: ctx.group.county, industry: ctx.group.industry }
    for (const { month, value } of difference(cumulative)) yield observe(monthlyRef, at(month), value, dimensions, `month/${month}`, latest.get(month)!.knownAt)
    for (const now of cumulative) {
      const before = latest.get(`${Number(now.month.slice(0, 4)) - 1}${now.month.slice(4)}`)?.figure
      yield observe(growthRef, at(now.month), growthOf(now, before, output.breaks ?? []), dimensions, `growth/${now.month}`)
    }
  },
})

const warning = defineCase({
  title: t('经济运行预警', 'Economic warning'), fields: { county: textField(t('县区', 'County'), { required: true }), note: textField(t('说明', 'Note')) },
  parties: {}, posts: { analyst: { title: t('分析员', 'Analyst'), at: 'organ' } },
  states: { raised: { title: t('已预警', 'Raised'), responsible: 'post:analyst' }, explained: { title: t('已说明', 'Explained'), outcome: 'explained' } },
  opening: { title: t('预警', 'Raise'), by: 'system', to: 'raised' },
  moves: { explain: { title: t('说明', 'Explain'), from: 'raised', to: 'explained', by: 'post:analyst', asks: ['note'], within: { workingDays: 5 } } },
})
const warningRef = refTo<typeof warning>('economic-monitor.warning')

const publish = defineAction({
  title: t('发布数据', 'Release a figure'), by: ['post:analyst'], posts: { analyst: { title: t('分析员', 'Analyst'), at: 'organ' } },
  asks: { county: textField(t('县区', 'County'), { required: true }), industry: textField(t('行业', 'Industry'), { required: true }), month: textField(t('月份', 'Month'), { required: true }) },
  run: (values, ctx) => ({ answer: { knownAt: ctx.now }, effects: [observe(outputRef, at(values.month), null, { county: values.county, industry: values.industry }, `manual/${values.month}`, ctx.now)] }),
})

const monitor = defineSystem({
  id: 'economic-monitor', prefix: 'EM', title: t('经济运行监测', 'Economic monitor'), policy: ['N二(一)3', 'Z四(二)1'], owner: t('发改委', 'Development and reform'),
  series: { output, monthly, growth }, jobs: { compute }, cases: { warning }, actions: { publish },
  signals: {
    falling: defineSignal({
      title: t('增速转负', 'Growth below zero'), watches: growthRef, repeatHours: 24 * 30, persists: 2,
      judge: point => point.value === null ? 'unknown' : point.value < -5 ? 'red' : point.value < 0 ? 'yellow' : 'none',
      raise: (point, colour) => colour === 'red' ? [open(warningRef, { county: point.dimensions.county })] : [],
    }),
  },
  indicators: {
    output: defineIndicator({ title: t('工业增加值', 'Output'), unit: '万元', of: monthlyRef, measure: { sum: 'value' }, dimensions: ['county'] }),
    open: defineIndicator({ title: t('未说明预警', 'Warnings open'), unit: '1', of: warningRef, measure: { count: { state: 'raised' } }, dimensions: ['county'], target: { value: 0, source: 'Z四(二)1', better: 'lower' } }),
  },
  documents: { bulletin: defineDocument({ title: t('经济运行月报', 'Monthly bulletin'), template: t('# {month} 月报\n\n增速 {growth}%', '# Bulletin of {month}\n\nGrowth {growth}%'), numbering: '{organ}〔{year}〕{n}号', signers: ['chief'], retentionYears: 10 }) },
})

describe('the monitor', () => {
  type Row = JobRow<{ output: typeof outputRef }>
  const point = (month: string, value: number | null, knownAt = at(month)): Row => ({ from: 'output', row: { at: at(month), value, dimensions: { county: 'Yinzhou', industry: '26' }, knownAt } })
  const run = async (rows: readonly Row[]) => (await all(compute.run(each(rows), { ...worldAt('2026-06-01T00:00:00Z'), group: { county: 'Yinzhou', industry: '26' } }))) as readonly ObserveEffect[]
  const valuesOf = (effects: readonly ObserveEffect[], ref: { ref: string }) => Object.fromEntries(effects.filter(one => one.ref === ref.ref).map(one => [one.at.slice(0, 7), one.value]))

  test('its definition is sound, with a case nobody is party to', () => {
    expect(validateCity([monitor])).toEqual([])
  })

  test('differencing undoes accumulation, January and February together', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 11 }), flows => {
      const months = flows.map((_, i) => `2026-${String(i + 2).padStart(2, '0')}`)
      const cumulative = months.map((month, i) => ({ month, value: flows.slice(0, i + 1).reduce((sum, one) => sum + one, 0) }))
      expect(difference(cumulative).map(one => one.value)).toEqual(flows)
    }))
  })

  test('a cumulative figure that falls gives no figure, never a negative month', async () => {
    expect(valuesOf(await run([point('2026-02', 100), point('2026-03', 90), point('2026-04', 120)]), monthlyRef)).toEqual({ '2026-02': 100, '2026-03': null, '2026-04': 30 })
  })

  test('a revision is a new vintage: the later one counts, and says when it was known', async () => {
    const effects = await run([point('2026-02', 100), point('2026-03', 150), point('2026-02', 110, '2026-05-01T00:00:00.000Z')])
    expect(valuesOf(effects, monthlyRef)).toEqual({ '2026-02': 110, '2026-03': 40 })
    expect(effects.find(one => one.ref === monthlyRef.ref && one.at === at('2026-02'))!.knownAt).toBe('2026-05-01T00:00:00.000Z')
  })

  test('over a break no growth is printed', async () => {
    const effects = await run([point('2024-02', 100), point('2025-02', 120), point('2026-02', 132)])
    expect(valuesOf(effects, growthRef)).toEqual({ '2024-02': null, '2025-02': null, '2026-02': expect.closeTo(10) })
  })

  test('unknown growth keeps the colour; a deep fall opens a case that names its county', async () => {
    const falling = monitor.signals!['falling']!
    const seen = (value: number | null) => ({ at: at('2026-03'), value, dimensions: { county: 'Yinzhou', industry: '26' }, knownAt: at('2026-04') })
    const ctx = worldAt('2026-04-01T00:00:00Z')
    expect([null, 1, -1, -6].map(value => falling.judge(seen(value), ctx))).toEqual(['unknown', 'none', 'yellow', 'red'])
    expect(await falling.raise!(seen(-6), 'red', ctx)).toEqual([open(warningRef, { county: 'Yinzhou' })])
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (change: Record<string, unknown>): readonly string[] => validateCity([{ ...monitor, ...change } as unknown as System])
    expect(planted({ indicators: { output: { ...monitor.indicators!['output'], dimensions: ['city'] } } })).toEqual([`economic-monitor.indicators.output.dimensions: no column 'city'; columns of economic-monitor.monthly are county, industry`])
    expect(planted({ indicators: { output: { ...monitor.indicators!['output'], measure: { sum: 'county' } } } })).toEqual([`economic-monitor.indicators.output.measure.sum: a series has one figure, 'value'`])
    expect(planted({ indicators: { open: { ...monitor.indicators!['open'], measure: { count: { stage: 'raised' } } } } })).toEqual([`economic-monitor.indicators.open.measure.count: no column 'stage'; columns of economic-monitor.warning are county, note, state, region, organ, acceptingRegion, matter`])
    expect(planted({ signals: { falling: { ...monitor.signals!['falling'], watches: { noun: 'series', ref: 'economic-monitor.trend' } } } })).toEqual([`economic-monitor.signals.falling.watches: no series 'economic-monitor.trend'; series of 'economic-monitor' are economic-monitor.output, economic-monitor.monthly, economic-monitor.growth`])
    expect(planted({ documents: { bulletin: { ...monitor.documents!['bulletin'], title: { zh: '月报', en: ' ' }, signers: [] } } })).toEqual([`economic-monitor.documents.bulletin.title: no text in 'en'`, 'economic-monitor.documents.bulletin.signers: a document has a signer'])
    expect(planted({ series: { output, monthly, 'growth rate': growth } })).toContain(`economic-monitor.series.growth rate: 'growth rate' is not a name: a small letter, then letters and digits`)
    expect(validateCity([monitor, { ...monitor, prefix: 'EN' }])[0]).toBe('economic-monitor: two systems have this id')
    expect(validateCity([monitor, { id: 'tourism', prefix: 'EM', title: monitor.title, policy: ['N二(四)'], owner: monitor.owner }])).toEqual(['EM: two systems have this prefix'])
  })

  test('what another system has is watched only by those that say they use it', () => {
    const watching: System = { id: 'cockpit', prefix: 'CO', title: monitor.title, policy: ['N三'], owner: monitor.owner, signals: { falling: monitor.signals!['falling']! } }
    expect(validateCity([monitor, watching])).toEqual([`cockpit.signals.falling.watches: 'economic-monitor' is not in this system's 'uses'`])
    expect(validateCity([monitor, { ...watching, uses: ['economic-monitor'] }])).toEqual([])
  })
})

test('a wrong series, signal, indicator or document is refused by the compiler', () => {
  const now = '2026-01-01T00:00:00Z'
  const place = { county: 'Yinzhou', industry: '26' }
  const wrong = () => [
    // @ts-expect-error no dimension 'city'
    observe(outputRef, now, 1, { ...place, city: 'Ningbo' }, 'k'),
    // @ts-expect-error the dimension 'industry' is missing
    observe(outputRef, now, 1, { county: 'Yinzhou' }, 'k'),
    // @ts-expect-error a figure is a number, or null where there is none
    observe(outputRef, now, '1', place, 'k'),
    // @ts-expect-error an observation is named by a key, so that the same one again changes nothing
    observe(outputRef, now, 1, place),
    // @ts-expect-error figures go to a series, not to a resource
    observe(resourceRef('economic-monitor.rows', {}), now, 1, {}, 'k'),
    // @ts-expect-error rows go to a resource, not to a series
    put(outputRef, []),
  ]
  expect(wrong).toBeTypeOf('function')
  // @ts-expect-error figures are levels, flows or year to date
  defineSeries({ title: t('a', 'a'), unit: '', dimensions: [], measure: 'cumulative' })
  defineSignal({
    title: t('a', 'a'), watches: growthRef, repeatHours: 1,
    // @ts-expect-error no dimension 'city'
    judge: point => point.dimensions.city === '' ? 'red' : 'none',
  })
  defineSignal({
    title: t('a', 'a'), watches: growthRef, repeatHours: 1,
    // @ts-expect-error a figure may be unknown
    judge: point => point.value.toFixed() === '0' ? 'red' : 'none',
  })
  defineSignal({
    title: t('a', 'a'), watches: growthRef, repeatHours: 1, judge: () => 'none',
    // @ts-expect-error the warning's county is required
    raise: () => [open(warningRef, {})],
  })
  // @ts-expect-error no dimension 'city'
  defineIndicator({ title: t('a', 'a'), unit: '', of: monthlyRef, measure: { sum: 'value' }, dimensions: ['city'] })
  // @ts-expect-error no column 'stage'
  defineIndicator({ title: t('a', 'a'), unit: '', of: warningRef, measure: { count: { stage: 'raised' } } })
  // @ts-expect-error a ratio has two parts
  defineIndicator({ title: t('a', 'a'), unit: '', of: warningRef, measure: { ratio: ['open'] } })
  // @ts-expect-error titles come in both languages
  defineDocument({ title: { zh: '月报' }, template: t('a', 'a'), signers: ['chief'], retentionYears: 10 })
  // @ts-expect-error kept for a number of years, or permanently
  defineDocument({ title: t('a', 'a'), template: t('a', 'a'), signers: ['chief'], retentionYears: 'long' })
  defineJob({
    title: t('a', 'a'), on: { every: '1d' }, reads: { output: outputRef },
    // @ts-expect-error no dimension 'city'
    groupBy: ['city'],
    async *run() { yield* [] },
  })
  // @ts-expect-error no member 'chart'
  defineSystem({ id: 'x', prefix: 'XX', title: t('a', 'a'), policy: [], owner: t('a', 'a'), chart: {} })
  expect(seriesRef('a.b', ['county'])).toEqual({ noun: 'series', ref: 'a.b' })
})
