/**
 * Taught by this system: a bulk match of three resources, group by group, whose former output is replaced, so that a
 * late row takes back what it disproves; rows told apart by where they come from; parties that are computed.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCase, refTo } from '../case.ts'
import { move, open, put, retract, set, type Effect } from '../effect.ts'
import { choiceField, dateField, fenField, integerField, subjectField, textField, yesNoField, type Values } from '../field.ts'
import { defineIndicator } from '../indicator.ts'
import { defineJob, type JobRow } from '../job.ts'
import { defineResource, refToResource } from '../resource.ts'
import { defineRule } from '../rule.ts'
import { defineSignal } from '../signal.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCity } from '../validate/city.ts'
import { all, caseHeader, each, worldAt } from './stated-world.ts'

const owner = t('人社局', 'Human resources')
const month = { project: textField(t('项目', 'Site'), { required: true }), month: textField(t('月份', 'Month'), { required: true }), worker: subjectField(t('工人', 'Worker'), { required: true }) }
const colours = { yellow: t('黄', 'Yellow'), orange: t('橙', 'Orange'), red: t('红', 'Red') }

const attendance = defineResource({ title: t('考勤', 'Attendance'), fields: { ...month, days: integerField(t('出勤天数', 'Days'), { required: true, min: 0, max: 31 }) }, key: ['project', 'month', 'worker'], owner, level: 2, partitionBy: 'month' })
const payroll = defineResource({ title: t('工资单', 'Payroll'), fields: { ...month, due: fenField(t('应发', 'Due'), { required: true, min: 0 }) }, key: ['project', 'month', 'worker'], owner, level: 2 })
const receipt = defineResource({
  title: t('银行回单', 'Bank receipts'), fields: { ...month, number: textField(t('回单号', 'Number'), { required: true }), paid: fenField(t('实发', 'Paid'), { required: true }), returned: yesNoField(t('退票', 'Returned'), { required: true }), on: dateField(t('日期', 'Day')) },
  key: ['number'], owner, level: 2, appendOnly: true, indexed: ['project', 'month'],
})
const alert = defineResource({
  title: t('预警', 'Alerts'), key: ['project', 'month', 'worker'], owner, level: 2,
  fields: { ...month, colour: choiceField(t('颜色', 'Colour'), colours, { required: true }), missing: fenField(t('欠额', 'Owed'), { required: true }), reason: textField(t('原因', 'Reason'), { required: true }) },
})
const attendanceRef = refToResource<typeof attendance>('wage-payments.attendance')
const payrollRef = refToResource<typeof payroll>('wage-payments.payroll')
const receiptRef = refToResource<typeof receipt>('wage-payments.receipt')
const alertRef = refToResource<typeof alert>('wage-payments.alert')

const disposal = defineCase({
  title: t('欠薪处置', 'Disposal of arrears'),
  fields: { project: textField(t('项目', 'Site'), { required: true }), month: textField(t('月份', 'Month'), { required: true }), owed: fenField(t('欠额', 'Owed'), { required: true }), answer: textField(t('说明', 'Answer')) },
  parties: { payer: { title: t('支付责任人', 'Who must pay'), classes: ['enterprise'], required: true } },
  posts: { trade: { title: t('行业主管', 'Trade department'), at: 'region' }, labour: { title: t('劳动监察', 'Labour inspection'), at: 'region' } },
  states: {
    firm: { title: t('企业整改', 'With the firm'), responsible: 'payer' }, trade: { title: t('行业督办', 'With the department'), responsible: 'post:trade' },
    labour: { title: t('人社立案', 'With labour inspection'), responsible: 'post:labour' },
    paid: { title: t('已发放', 'Paid'), outcome: 'paid' }, lifted: { title: t('预警解除', 'Lifted'), outcome: 'lifted' },
  },
  indexed: ['project', 'month'],
  opening: { title: t('立项', 'Open'), by: 'system', to: 'firm' },
  moves: {
    explain: { title: t('说明', 'Explain'), from: 'firm', to: 'paid', by: 'payer', asks: ['answer'], within: { workingDays: 3 } },
    toTrade: { title: t('转行业', 'Pass on'), from: 'firm', to: 'trade', by: 'system', on: 'timer', within: { workingDays: 3 } },
    toLabour: { title: t('转立案', 'Pass on'), from: 'trade', to: 'labour', by: ['system', 'post:trade'], on: 'timer', within: { workingDays: 5 }, optional: true },
    close: { title: t('结案', 'Close'), from: ['trade', 'labour'], to: 'paid', by: ['post:trade', 'post:labour'], within: { workingDays: 5 }, escalate: 'post:labour' },
    lift: { title: t('解除', 'Lift'), from: ['firm', 'trade', 'labour'], to: 'lifted', by: 'system', on: 'effect' },
  },
})
const disposalRef = refTo<typeof disposal>('wage-payments.disposal')

const reads = { attendance: attendanceRef, payroll: payrollRef, receipt: receiptRef, disposal: disposalRef } as const
type Row = JobRow<typeof reads>

interface WorkerMonth { days: number; due: number; paid: number; returned: number }

/** What one worker was owed, worked and got; a returned payment is not a payment. */
function tally(rows: readonly Row[]): ReadonlyMap<string, WorkerMonth> {
  const workers = new Map<string, WorkerMonth>()
  for (const item of rows) {
    if (item.from === 'disposal') continue
    const one = workers.get(item.row.worker) ?? { days: 0, due: 0, paid: 0, returned: 0 }
    workers.set(item.row.worker, one)
    if (item.from === 'attendance') one.days += item.row.days
    else if (item.from === 'payroll') one.due += item.row.due
    else if (item.row.returned) one.returned += item.row.paid
    else one.paid += item.row.paid
  }
  return workers
}

type Alert = Pick<Values<typeof alert.fields>, 'colour' | 'missing' | 'reason'>

function judge({ days, due, paid, returned }: WorkerMonth): Alert | null {
  if (due > 0 && days === 0) return { colour: 'orange', missing: 0, reason: 'on the payroll without attendance' }
  if (days > 0 && due === 0) return { colour: 'red', missing: 0, reason: 'attendance without a wage' }
  if (paid >= due) return null
  return { colour: paid === 0 ? 'red' : 'yellow', missing: due - paid, reason: returned > 0 ? 'the bank returned the payment' : 'paid less than due' }
}

const match = defineJob({
  title: t('三方比对', 'Three-way match'),
  on: { changed: [attendanceRef, payrollRef, receiptRef], settle: '10m' },
  groupBy: ['project', 'month'],
  reads,
  async *run(group, ctx) {
    const rows: Row[] = []
    for await (const item of group) rows.push(item)
    const alerts = [...tally(rows)].flatMap(([worker, one]) => {
      const found = judge(one)
      return found ? [{ ...ctx.group, worker, ...found }] : []
    })
    yield put(alertRef, alerts)
    if (alerts.length > 0) return
    for (const item of rows) if (item.from === 'disposal' && item.row.case.state !== 'lifted') yield move(disposalRef, item.row.case.number, 'lift', item.row.case.version)
  },
})

/** The last of the chain that has not shown it paid the next (建设→总包→分包→班组). */
function payerOf(chain: readonly { readonly firm: string; readonly paidNext: boolean }[]): string | undefined {
  return (chain.find(link => !link.paidNext) ?? chain.at(-1))?.firm
}

const wages = defineSystem({
  id: 'wage-payments', prefix: 'WP', title: t('工资支付监管', 'Wage payments'), policy: ['Z四(二)3'], owner,
  cases: { disposal }, resources: { attendance, payroll, receipt, alert }, jobs: { match },
  rules: { chain: defineRule({ effectiveFrom: '2020-05-01', source: 'unverified', verified: false, value: { firmDays: 3, tradeDays: 5 } }) },
  signals: {
    arrears: defineSignal({
      title: t('欠薪', 'Arrears'), watches: alertRef, repeatHours: 24, judge: row => row.colour,
      raise: async (row, _colour, ctx) => {
        const payer = payerOf(ctx.rule<Record<string, { firm: string; paidNext: boolean }[]>>('payers', ctx.today)[row.project] ?? [])
        return payer === undefined ? [] : [open(disposalRef, { project: row.project, month: row.month, owed: row.missing }, { parties: { payer } })]
      },
    }),
  },
  indicators: {
    owed: defineIndicator({ title: t('欠薪金额', 'Owed'), unit: 'fen', of: alertRef, measure: { sum: 'missing', where: { colour: 'red' } }, dimensions: ['project'] }),
    open: defineIndicator({ title: t('在办处置', 'Disposals'), unit: '1', of: disposalRef, measure: { count: { state: 'firm' } }, dimensions: ['region', 'month'] }),
  },
})

describe('the three-way match', () => {
  const group = { project: 'P1', month: '2026-01' }
  const ctx = { ...worldAt('2026-02-05T01:00:00Z'), group }
  const worker = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const worked = (n: number, days: number): Row => ({ from: 'attendance', row: { ...group, worker: worker(n), days } })
  const due = (n: number, fen: number): Row => ({ from: 'payroll', row: { ...group, worker: worker(n), due: fen } })
  const paid = (n: number, fen: number, returned = false): Row => ({ from: 'receipt', row: { ...group, worker: worker(n), number: `R${n}${fen}${returned}`, paid: fen, returned, on: null } })
  const running: Row = { from: 'disposal', row: { case: caseHeader({ number: 'WP1', state: 'firm', version: 4 }), values: { ...group, owed: 1, answer: null } } }
  const run = (rows: readonly Row[]) => all(match.run(each(rows), ctx))
  const alertsOf = (effects: readonly Effect[]) => effects.flatMap(effect => effect.do === 'put' ? effect.rows : []) as readonly unknown[] as readonly Values<typeof alert.fields>[]

  test('its definition is sound', () => {
    expect(validateCity([wages])).toEqual([])
  })

  test('a returned payment is not a payment, and a late receipt leaves no alert and lifts the disposal', async () => {
    const before = [worked(1, 22), due(1, 600_000), paid(1, 600_000, true), running]
    expect(alertsOf(await run(before))).toEqual([{ ...group, worker: worker(1), colour: 'red', missing: 600_000, reason: 'the bank returned the payment' }])
    expect(await run([...before, paid(1, 600_000)])).toEqual([put(alertRef, []), move(disposalRef, 'WP1', 'lift', 4)])
  })

  test('a group whose rows are all gone still gives its empty output', async () => {
    expect(await run([])).toEqual([put(alertRef, [])])
  })

  test('the order of rows makes no difference, and nobody paid in full for attended days is alerted', async () => {
    const months = fc.array(fc.record({ days: fc.integer({ min: 0, max: 31 }), due: fc.integer({ min: 0, max: 900_000 }), paid: fc.integer({ min: 0, max: 900_000 }), returned: fc.boolean() }), { maxLength: 8 })
    await fc.assert(fc.asyncProperty(months.chain(list => fc.tuple(fc.constant(list), fc.shuffledSubarray(list.flatMap((one, n) => [worked(n, one.days), due(n, one.due), paid(n, one.paid, one.returned)]), { minLength: list.length * 3 }))), async ([list, rows]) => {
      const alerted = new Map(alertsOf(await run(rows)).map(row => [row.worker, row]))
      list.forEach((one, n) => {
        const got = one.returned ? 0 : one.paid
        expect(alerted.has(worker(n))).toBe(one.days > 0 !== one.due > 0 || got < one.due)
        if (one.days > 0 && one.due > got) expect(alerted.get(worker(n))!.missing).toBe(one.due - got)
      })
    }), { numRuns: 60 })
  })

  test('an alert opens a disposal against whoever in the chain did not pay the next', async () => {
    const chain = [{ firm: 'builder', paidNext: true }, { firm: 'contractor', paidNext: false }, { firm: 'gang', paidNext: false }]
    const row = { ...group, worker: worker(1), colour: 'red', missing: 5, reason: '' } as const
    const raised = await wages.signals!['arrears']!.raise!(row, 'red', worldAt('2026-02-05T01:00:00Z', { rules: { payers: { P1: chain } } }))
    expect(raised).toEqual([open(disposalRef, { ...group, owed: 5 }, { parties: { payer: 'contractor' } })])
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (change: Record<string, unknown>): readonly string[] => validateCity([{ ...wages, ...change } as unknown as System])
    expect(planted({ jobs: { match: { ...match, groupBy: ['project', 'worker'] } } }))
      .toEqual([`wage-payments.jobs.match.groupBy: no column 'worker'; columns of wage-payments.disposal are project, month, owed, answer, state, region, organ, acceptingRegion, matter`])
    expect(planted({ jobs: { match: { ...match, reads: { ...reads, receipt: { noun: 'resource', ref: 'wage-payments.receipts' } } } } })).toEqual([
      `wage-payments.jobs.match.reads.receipt: no resource 'wage-payments.receipts'; resources of 'wage-payments' are wage-payments.attendance, wage-payments.payroll, wage-payments.receipt, wage-payments.alert`,
      `wage-payments.jobs.match.on.changed: 'wage-payments.receipt' is not among what the job reads: wage-payments.attendance, wage-payments.payroll, wage-payments.receipts, wage-payments.disposal`,
    ])
    expect(planted({ indicators: { owed: { ...wages.indicators!['owed'], measure: { sum: 'reason' } } } }))
      .toEqual([`wage-payments.indicators.owed.measure.sum: column 'reason' is of kind text; a sum adds numbers`])
    expect(planted({ resources: { ...wages.resources, alert: { ...alert, key: ['project', 'site'] } } }))
      .toEqual([`wage-payments.resources.alert.key: no field 'site'; fields are project, month, worker, colour, missing, reason`])
    expect(planted({ rules: { chain: [] } })).toEqual(['wage-payments.rules.chain: a rule has at least one edition'])
    expect(planted({ signals: { arrears: { ...wages.signals!['arrears'], repeatHours: 0 } } })).toEqual(['wage-payments.signals.arrears.repeatHours: a number of hours greater than zero'])
  })
})

test('effects that do not fit their resource or case are refused by the compiler', () => {
  const row = { project: 'P1', month: '2026-01', worker: '', colour: 'red', missing: 0, reason: '' } as const
  const wrong = (): readonly Effect[] => [
    put(alertRef, [row]),
    // @ts-expect-error no column 'color'
    put(alertRef, [{ ...row, color: 'red' }]),
    // @ts-expect-error 'missing' is a number of fen
    put(alertRef, [{ ...row, missing: '12.50' }]),
    // @ts-expect-error no colour 'green'
    put(alertRef, [{ ...row, colour: 'green' }]),
    // @ts-expect-error 'colour' is required
    put(alertRef, [{ project: 'P1', month: '2026-01', worker: '', missing: 0, reason: '' }]),
    // @ts-expect-error no column 'site' to choose rows by
    set(alertRef, { site: 'P1' }, { colour: 'red' }, { atMost: 10 }),
    // @ts-expect-error no column 'level' to set
    set(alertRef, { project: 'P1' }, { level: 3 }, { atMost: 10 }),
    // @ts-expect-error no bound on the rows
    set(alertRef, { project: 'P1' }, { colour: 'red' }),
    // @ts-expect-error a case is not a resource
    retract(disposalRef, ['P1']),
    // @ts-expect-error a resource is not a case
    open(alertRef, row),
    // @ts-expect-error effects are made by their constructors
    { do: 'put', ref: 'wage-payments.alert', rows: [] },
  ]
  expect(wrong).toBeTypeOf('function')
})

test('a job that misreads its rows is refused by the compiler', () => {
  const rest = { title: t('比对', 'Match'), on: { every: '1d' } } as const
  defineJob({
    ...rest, reads: { attendance: attendanceRef, receipt: receiptRef },
    // @ts-expect-error only receipts have a number
    groupBy: ['number'],
    async *run() { yield put(alertRef, []) },
  })
  defineJob({
    ...rest, reads: { attendance: attendanceRef, receipt: receiptRef }, groupBy: ['project'],
    async *run(group) {
      for await (const item of group) {
        // @ts-expect-error nothing is read as 'payroll'
        if (item.from === 'payroll') yield put(alertRef, [])
        // @ts-expect-error not every row has 'days': ask first where it comes from
        if (item.row.days > 0) yield put(alertRef, [])
        // @ts-expect-error attendance has no 'paid'
        if (item.from === 'attendance' && item.row.paid > 0) yield put(alertRef, [])
      }
    },
  })
  defineJob({
    ...rest, reads: { attendance: attendanceRef }, groupBy: ['project'],
    async *run(_group, ctx) {
      // @ts-expect-error the group is a project, not a month
      yield put(alertRef, [{ project: ctx.group.project, month: ctx.group.month, worker: '', colour: 'red', missing: 0, reason: '' }])
    },
  })
  defineJob({
    ...rest, reads: { attendance: attendanceRef }, groupBy: ['project'],
    // @ts-expect-error a job yields effects, not rows
    async *run(group) { yield* group },
  })
  expect(match.reads.receipt).toEqual({ noun: 'resource', ref: 'wage-payments.receipt' })
})
