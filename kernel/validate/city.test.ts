import { describe, expect, test } from 'vitest'
import { defineCase } from '../case.ts'
import { defineCredential } from '../credential.ts'
import { defineIndicator } from '../indicator.ts'
import { fenField, textField } from '../field.ts'
import { defineJob } from '../job.ts'
import { defineListener } from '../listener.ts'
import { defineMatter } from '../matter.ts'
import { refTo } from '../case.ts'
import { defineResource, refToResource } from '../resource.ts'
import { defineSeries, refToSeries } from '../series.ts'
import { defineSignal } from '../signal.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from './city.ts'

const T = t('题', 'Title')
const rows = defineResource({ title: T, owner: T, level: 1, key: ['id'], fields: { id: textField(T, { required: true }), place: textField(T), fen: fenField(T) } })
const rowsRef = refToResource<typeof rows>('here.rows')
const flow = defineSeries({ title: T, unit: '1', dimensions: ['place'], breaks: [{ from: '2025-01-01', note: T }] })
const flowRef = refToSeries<typeof flow>('here.flow')
const one = defineCase({
  title: T, fields: { place: textField(T) }, parties: {}, posts: {}, states: { open: { title: T }, done: { title: T, outcome: 'done' } }, children: { part: { title: T, opens: 'here.one' } },
  opening: { title: T, by: 'system', to: 'open' }, moves: { close: { title: T, from: 'open', to: 'done', by: 'system', on: 'childClosed' } },
})
const oneRef = refTo<typeof one>('here.one')
const job = defineJob({ title: T, on: { changed: [rowsRef], settle: '1m' }, groupBy: ['place'], reads: { rows: rowsRef, cases: oneRef, flow: flowRef }, async *run() { yield* [] } })
const signal = defineSignal({ title: T, watches: rowsRef, repeatHours: 1, judge: () => 'none' })
const sum = defineIndicator({ title: T, unit: '1', of: rowsRef, measure: { sum: 'fen', where: { place: 'x' } }, dimensions: ['place'] })
const count = defineIndicator({ title: T, unit: '1', of: oneRef, measure: { count: { state: 'open' } }, dimensions: ['region'] })
const credential = defineCredential({ title: T, typeNumber: 'A01', definedBy: 'X', fields: { holder: textField(T) }, face: ['holder'] })
const action = { title: T, by: ['post:clerk', 'app'], posts: { clerk: { title: T, at: 'organ' } }, asks: {}, run: () => ({ answer: {}, effects: [] }) } as const
const document = { title: T, template: T, signers: ['chief'], retentionYears: 10 } as const
const listener = defineListener({ speaks: ['udp'], port: { env: 'P', or: 5060 }, single: true, step: (state: number | undefined) => ({ state: state ?? 0, out: [] }) })
const matter = defineMatter({
  code: 'M1', edition: 1, case: 'here.one', title: T, audience: ['person'], organs: { '330203000000': 'X' }, basis: [{ title: '法', source: 'unverified', verified: false, effectiveFrom: '2020-01-01' }], questions: [], materials: [],
  form: {}, limits: { legal: { n: 2, unit: 'day' }, promised: { n: 1, unit: 'day' } }, fee: null, visits: 0, remedy: T, effectiveFrom: '2020-01-01',
})
const here = defineSystem({
  id: 'here', prefix: 'HE', title: T, policy: ['N一(一)', 'Z四(二)3', 'N一(六)证照分离'], owner: T, cases: { one }, matters: [matter], resources: { rows }, series: { flow }, jobs: { job }, signals: { signal }, indicators: { sum, count, rate: { ...sum, measure: { ratio: ['sum', 'count'] } } },
  credentials: { credential }, actions: { action }, documents: { document }, listeners: { listener }, rules: { limit: [{ effectiveFrom: '2020-01-01', source: 's', verified: true, value: 1 }] },
})
const there = defineSystem({ id: 'there', prefix: 'TH', title: T, policy: ['N一(一)'], owner: T, resources: { rows } })

test('a sound city has no faults, nor has an empty one', () => {
  expect(validateCity([here, there])).toEqual([])
  expect(validateCity([])).toEqual([])
})

describe('a planted fault is told in one line', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['id that is no id', { id: 'Here' }, `Here: 'Here' is not a system id: small letters, digits and hyphens`],
    ['prefix that is no prefix', { prefix: 'HERES' }, `here.prefix: 'HERES' is not two to four capital letters`],
    ['no title', { title: t('题', '') }, `here.title: no text in 'en'`],
    ['no policy', { policy: [] }, 'here.policy: a system names the clauses it serves'],
    ['policy that is no clause', { policy: ['X一'] }, `here.policy: 'X一' is not a clause such as N一(一) or Z四(二)3`],
    ['use of no system', { uses: ['nowhere'] }, `here.uses: no system 'nowhere'; systems are here, there`],
    ['name that is no name', { documents: { 'monthly-report': document } }, `here.documents.monthly-report: 'monthly-report' is not a name: a small letter, then letters and digits`],
    ['fault in a case', { cases: { one: { ...one, title: t('', 'T') } } }, `here.cases.one.title: no text in 'zh'`],
    ['child that opens nothing', { cases: { one: { ...one, children: { part: { title: T, opens: 'here.two' } } } } }, `here.cases.one.children.part.opens: no case type 'here.two'; case types are here.one`],
    ['fault in a resource', { resources: { rows: { ...rows, level: 1, key: [] } } }, 'here.resources.rows.key: a resource has a key'],
    ['credential without a title', { credentials: { credential: { ...credential, title: t('', 'T') } } }, `here.credentials.credential.title: no text in 'zh'`],
    ['credential whose field has no title', { credentials: { credential: { ...credential, fields: { holder: textField(t('', 'T')) } } } }, `here.credentials.credential.fields.holder.title: no text in 'zh'`],
    ['credential with a face of no field', { credentials: { credential: { ...credential, face: ['name'] } } }, `here.credentials.credential.face: no field 'name'; fields are holder`],
    ['fault in a matter', { matters: [{ ...matter, basis: [] }] }, 'here.matters.M1.basis: a matter names its legal basis'],
    ['rule without an edition', { rules: { limit: [] } }, 'here.rules.limit: a rule has at least one edition'],
    ['rule with two editions of one day', { rules: { limit: [here.rules!['limit']![0], here.rules!['limit']![0]] } }, 'here.rules.limit: two editions are effective from 2020-01-01'],
    ['series without a title', { series: { flow: { ...flow, title: t('', 'T') } } }, `here.series.flow.title: no text in 'zh'`],
    ['break that says nothing', { series: { flow: { ...flow, breaks: [{ from: '2025-01-01', note: t('', 'x') }] } } }, `here.series.flow.breaks.0.note: no text in 'zh'`],
    ['job without a title', { jobs: { job: { ...job, title: t('', 'T') } } }, `here.jobs.job.title: no text in 'zh'`],
    ['job that reads nothing', { jobs: { job: { ...job, on: { every: '1d' }, reads: {} } } }, 'here.jobs.job.reads: a job reads something'],
    ['job that reads what is not there', { jobs: { job: { ...job, reads: { ...job.reads, flow: { noun: 'series', ref: 'here.flows' } } } } }, `here.jobs.job.reads.flow: no series 'here.flows'; series of 'here' are here.flow`],
    ['job set off by what it does not read', { jobs: { job: { ...job, reads: { cases: oneRef } } } }, `here.jobs.job.on.changed: 'here.rows' is not among what the job reads: here.one`],
    ['job grouped by what not all have', { jobs: { job: { ...job, groupBy: ['place', 'fen'], reads: { rows: rowsRef, flow: flowRef } } } }, `here.jobs.job.groupBy: no column 'fen'; columns of here.flow are place`],
    ['signal without a title', { signals: { signal: { ...signal, title: t('', 'T') } } }, `here.signals.signal.title: no text in 'zh'`],
    ['signal that watches nothing', { signals: { signal: { ...signal, watches: { noun: 'case', ref: 'here.two' } } } }, `here.signals.signal.watches: no case type 'here.two'; case types of 'here' are here.one`],
    ['signal that watches another system\'s', { signals: { signal: { ...signal, watches: { noun: 'resource', ref: 'there.rows' } } } }, `here.signals.signal.watches: 'there' is not in this system's 'uses'`],
    ['signal that repeats at once', { signals: { signal: { ...signal, repeatHours: 0 } } }, 'here.signals.signal.repeatHours: a number of hours greater than zero'],
    ['signal that persists by halves', { signals: { signal: { ...signal, persists: 1.5 } } }, 'here.signals.signal.persists: a whole number of judgements, at least 1'],
    ['indicator without a title', { indicators: { sum: { ...sum, title: t('', 'T') } } }, `here.indicators.sum.title: no text in 'zh'`],
    ['indicator of nothing', { indicators: { sum: { ...sum, of: { noun: 'resource', ref: 'here.row' } } } }, `here.indicators.sum.of: no resource 'here.row'; resources of 'here' are here.rows`],
    ['indicator by no column', { indicators: { sum: { ...sum, dimensions: ['city'] } } }, `here.indicators.sum.dimensions: no column 'city'; columns of here.rows are id, place, fen`],
    ['count by no column', { indicators: { count: { ...count, measure: { count: { stage: 'x' } } } } }, `here.indicators.count.measure.count: no column 'stage'; columns of here.one are place, state, region, organ, acceptingRegion, matter`],
    ['sum of no column', { indicators: { sum: { ...sum, measure: { sum: 'yuan' } } } }, `here.indicators.sum.measure.sum: no column 'yuan'; columns of here.rows are id, place, fen`],
    ['sum of texts', { indicators: { sum: { ...sum, measure: { sum: 'place' } } } }, `here.indicators.sum.measure.sum: column 'place' is of kind text; a sum adds numbers`],
    ['sum of a case\'s texts', { indicators: { count: { ...count, measure: { sum: 'place' } } } }, `here.indicators.count.measure.sum: column 'place' is of kind text; a sum adds numbers`],
    ['sum where no column', { indicators: { sum: { ...sum, measure: { sum: 'fen', where: { city: 'x' } } } } }, `here.indicators.sum.measure.where: no column 'city'; columns of here.rows are id, place, fen`],
    ['sum of a series\' dimension', { indicators: { sum: { ...sum, of: flowRef, measure: { sum: 'place' } } } }, `here.indicators.sum.measure.sum: a series has one figure, 'value'`],
    ['ratio of no indicator', { indicators: { sum, rate: { ...sum, measure: { ratio: ['sum', 'total'] } } } }, `here.indicators.rate.measure.ratio: no indicator 'total'; indicators are sum, rate`],
    ['action without a title', { actions: { action: { ...action, title: t('', 'T') } } }, `here.actions.action.title: no text in 'zh'`],
    ['action by nobody', { actions: { action: { ...action, by: [] } } }, 'here.actions.action.by: nobody may run it'],
    ['action by no post', { actions: { action: { ...action, by: ['post:chief'] } } }, `here.actions.action.by: no post 'chief'; posts are clerk`],
    ['action that asks for no field', { actions: { action: { ...action, asks: { id: { kind: 'uuid', title: T } } } } }, `here.actions.action.asks.id.kind: no kind 'uuid'; kinds are text, integer, decimal, fen, yesNo, consent, date, instant, choice, choices, code, region, organ, subject, place, file, record, list, form, json`],
    ['document without a title', { documents: { document: { ...document, title: t('', 'T') } } }, `here.documents.document.title: no text in 'zh'`],
    ['document without a text', { documents: { document: { ...document, template: t('', 'T') } } }, `here.documents.document.template: no text in 'zh'`],
    ['document nobody signs', { documents: { document: { ...document, signers: [] } } }, 'here.documents.document.signers: a document has a signer'],
    ['listener that speaks nothing', { listeners: { listener: { ...listener, speaks: [] } } }, 'here.listeners.listener.speaks: a listener speaks udp, tcp or both'],
    ['listener on no port', { listeners: { listener: { ...listener, port: { env: 'P', or: 0 } } } }, 'here.listeners.listener.port.or: 0 is not a port'],
  ])('%s', (name, change, expected) => {
    // References keep to the id, so a system under another id is tried without what they name.
    const system = { ...(name === 'id that is no id' ? { ...there, prefix: 'HE' } : here), ...change } as unknown as System
    expect(validateCity([system, there])).toEqual([expected])
  })

  test('child in a system that is not used', () => {
    const parent: System = { ...there, id: 'elsewhere', prefix: 'EL', cases: { one } }
    expect(validateCity([here, parent])).toEqual([`elsewhere.cases.one.children.part.opens: 'here' is not in this system's 'uses'`])
    expect(validateCity([here, { ...parent, uses: ['here'] }])).toEqual([])
  })

  test('two systems that are alike', () => {
    expect(validateCity([there, { ...there, prefix: 'TE' }])).toEqual(['there: two systems have this id'])
    expect(validateCity([there, { ...there, id: 'their' }])).toEqual(['TH: two systems have this prefix'])
  })

  test('one edition of a matter, twice', () => {
    expect(validateCity([{ ...here, matters: [matter, { ...matter, edition: 2 }, matter] }])).toEqual(['M1 edition 1: this edition of the matter is defined twice'])
  })
})
