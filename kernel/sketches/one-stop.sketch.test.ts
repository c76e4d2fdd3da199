/**
 * Taught by this system: a case that opens cases in an order, goes on when one of them closes, and ends in one of
 * several ways; departments working in parallel; a matter that parametrises a case type; parties that act for others.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCase, plain, refTo } from '../case.ts'
import type { ChildHeader } from '../context.ts'
import { defineCredential } from '../credential.ts'
import { move, open, type Effect } from '../effect.ts'
import { dateField, formField, integerField, textField } from '../field.ts'
import { defineMatter } from '../matter.ts'
import { resourceRef } from '../reference.ts'
import { defineResource } from '../resource.ts'
import { defineSystem, type System } from '../system.ts'
import { text as t } from '../text.ts'
import { validateCase } from '../validate/case.ts'
import { validateCity } from '../validate/city.ts'
import { line } from '../validate/faults.ts'
import { moveAt } from './stated-world.ts'

const firmFields = { code: textField(t('代码', 'Code'), { required: true }), name: textField(t('名称', 'Name'), { required: true }), since: dateField(t('成立日期', 'Founded')) }
const registry = defineSystem({
  id: 'market-registry', prefix: 'MR', title: t('市场主体库', 'Register of firms'), policy: ['N一(二)'], owner: t('市场监管局', 'Market regulation'),
  resources: { firms: defineResource({ title: t('企业', 'Firms'), fields: firmFields, key: ['code'], owner: t('市场监管局', 'Market regulation'), level: 1, sharing: 'unconditional' }) },
})
const firms = resourceRef('market-registry.firms', firmFields)

const step = defineCase({
  title: t('单个事项', 'One matter'),
  fields: { form: formField(t('表单', 'Form'), { required: true }), opinion: textField(t('意见', 'Opinion')), inspectOn: dateField(t('踏勘日期', 'Day of the visit')) },
  parties: { firm: { title: t('企业', 'Firm'), classes: ['enterprise'], required: true } },
  posts: { approver: { title: t('审批', 'Approver'), at: 'organ' }, chief: { title: t('首席代表', 'Chief'), at: 'organ' } },
  sees: { firm: ['form', 'opinion'], 'post:approver': 'all' },
  states: {
    open: { title: t('审查中', 'Examined'), clock: 'running', responsible: 'post:approver' },
    granted: { title: t('准予', 'Granted'), outcome: 'granted' },
    refused: { title: t('不予许可', 'Refused'), outcome: 'refused' },
  },
  tracks: {
    fire: { title: t('消防', 'Fire'), steps: ['asked', 'passed', 'failed'] },
    planning: { title: t('规划', 'Planning'), steps: ['asked', 'passed'] },
  },
  opening: { title: t('申请', 'Apply'), by: ['firm', 'system'], to: 'open' },
  moves: {
    passFire: { title: t('消防通过', 'Pass on fire'), from: 'open', to: 'open', by: 'post:approver', needs: { fire: 'asked' }, sets: { fire: 'passed' }, within: { workingDays: 2 } },
    visit: { title: t('踏勘', 'Visit'), from: 'open', to: 'open', by: 'post:approver', sets: { planning: 'passed' }, within: { before: 'inspectOn', workingDays: 1 }, optional: true },
    decide: {
      title: t('决定', 'Decide'), from: 'open', by: 'post:approver', needs: { fire: ['passed', 'failed'], planning: 'passed' }, asks: ['opinion'], apartFrom: ['visit'],
      to: { yes: 'granted', no: 'refused' }, decide: values => values.opinion === null ? 'no' : 'yes',
      within: { limit: 'promised' }, remind: { workingDays: 1 }, escalate: 'post:chief',
    },
  },
})
const stepRef = refTo<typeof step>('one-stop.step')

/** The order of the bundle's parts; a part starts when those before it are granted. */
const parts = { licence: [], seal: ['licence'], tax: ['licence'], bank: ['seal', 'tax'] } as const satisfies Record<string, readonly string[]>
type Part = keyof typeof parts

function ready(children: readonly Pick<ChildHeader, 'child' | 'outcome'>[]): readonly Part[] {
  const granted = new Set(children.filter(child => child.outcome === 'granted').map(child => child.child))
  return (Object.keys(parts) as Part[]).filter(part => !children.some(child => child.child === part) && parts[part].every(before => granted.has(before)))
}

function settle(children: readonly Pick<ChildHeader, 'child' | 'outcome'>[]): 'waiting' | 'all' | 'some' {
  if (children.some(child => child.outcome === null) || ready(children).length > 0) return 'waiting'
  return children.filter(child => child.outcome === 'granted').length === Object.keys(parts).length ? 'all' : 'some'
}

const bundle = defineCase({
  title: t('企业开办一件事', 'Starting a business'),
  fields: { name: textField(t('名称', 'Name'), { required: true }), staff: integerField(t('员工数', 'Staff'), { min: 0 }), openOn: dateField(t('拟开业日期', 'Opens on')) },
  oneLive: true,
  parties: {
    firm: { title: t('企业', 'Firm'), classes: ['enterprise'], required: true },
    agent: { title: t('经办人', 'Agent'), classes: ['person'], actsFor: 'firm' },
  },
  posts: { guide: { title: t('综合窗口', 'Window'), at: 'acceptingRegion' } },
  states: {
    draft: { title: t('填报中', 'Draft'), clock: 'stopped', responsible: 'agent' },
    running: { title: t('办理中', 'Running'), responsible: 'system' },
    done: { title: t('全部办结', 'All done'), outcome: 'done' },
    partly: { title: t('部分办结', 'Partly done'), outcome: 'partly' },
  },
  children: {
    licence: { title: t('营业执照', 'Licence'), opens: 'one-stop.step' },
    seal: { title: t('刻章', 'Seal'), opens: 'one-stop.step', after: ['licence'], onRefused: 'stopDependants' },
    tax: { title: t('税务', 'Tax'), opens: 'one-stop.step', after: ['licence'], onRefused: 'stopDependants' },
    bank: { title: t('银行开户', 'Bank account'), opens: 'one-stop.step', after: ['seal', 'tax'] },
  },
  opening: { title: t('发起', 'Start'), by: ['agent', 'post:guide'], asks: ['name'], takes: ['staff', 'openOn'], to: 'draft' },
  moves: {
    submit: {
      title: t('提交', 'Submit'), from: 'draft', to: 'running', by: ['firm', 'agent', 'post:guide'], confirm: true,
      effects: async (values, ctx) => {
        const [known] = await ctx.ask(firms, [values.name], { fields: ['since'], purpose: 'name check' })
        if (known?.state === 'down' || known?.state === 'refused') return []
        return ready(ctx.children).map(child => open(stepRef, { form: { name: values.name } }, { child, parties: { firm: 'firm' } }))
      },
    },
    proceed: {
      title: t('继续', 'Proceed'), from: 'running', by: 'system', on: 'childClosed', to: { waiting: 'running', all: 'done', some: 'partly' },
      decide: (_values, ctx) => settle(ctx.children),
      effects: (values, ctx, outcome) => outcome === 'waiting' ? ready(ctx.children).map(child => open(stepRef, { form: { name: values.name } }, { child, parties: { firm: 'firm' } })) : [],
    },
  },
})

const licence = defineCredential({
  title: t('营业执照', 'Business licence'), typeNumber: 'B01', definedBy: '11330200002942059U', fields: { name: textField(t('名称', 'Name'), { required: true }) }, face: ['name'],
})

const matter = defineMatter({
  code: '000131000000', edition: 1, case: 'one-stop.step', title: t('设立登记', 'Registration'), audience: ['enterprise'], organs: { '330203000000': '11330203002942059U' },
  basis: [{ title: '市场主体登记管理条例', source: 'unverified', verified: false, effectiveFrom: '2022-03-01' }],
  questions: [{ id: 'kind', title: t('企业类型', 'Kind'), answers: { ltd: t('有限公司', 'Limited'), sole: t('个体', 'Sole trader') } }],
  materials: [{ id: 'articles', title: t('章程', 'Articles'), when: { kind: ['ltd'] }, ways: [{ by: 'data', resource: 'market-registry.firms', fields: ['name'] }, { by: 'upload', accept: ['application/pdf'] }] }],
  form: { name: textField(t('名称', 'Name'), { required: true }) }, prefill: { name: { resource: 'market-registry.firms', column: 'name' } },
  limits: { legal: { n: 3, unit: 'workingDay' }, promised: { n: 1, unit: 'workingDay' } },
  fee: null, result: { credential: 'one-stop.licence', claims: { name: 'form.name' } }, visits: 0, remedy: t('可申请行政复议', 'Ask for reconsideration'), effectiveFrom: '2022-03-01',
})

const oneStop = defineSystem({
  id: 'one-stop', prefix: 'OS', title: t('一体化政务服务', 'One-stop service'), policy: ['N一(一)', 'Z四(二)3'], owner: t('政务办', 'Service office'), uses: ['market-registry'],
  cases: { step, bundle }, credentials: { licence }, matters: [matter],
})

describe('the bundle', () => {
  test('its definitions are sound together', () => {
    expect(validateCity([registry, oneStop])).toEqual([])
  })

  test('every part that can start does, refusals stop only what waits for them, and the end follows from the outcomes', () => {
    fc.assert(fc.property(fc.record({ licence: fc.boolean(), seal: fc.boolean(), tax: fc.boolean(), bank: fc.boolean() }), fc.array(fc.nat(3), { minLength: 4, maxLength: 4 }), (grants, picks) => {
      const children: { child: string; outcome: string | null }[] = []
      for (let round = 0; settle(children) === 'waiting'; round++) {
        children.push(...ready(children).map(child => ({ child, outcome: null })))
        const living = children.filter(child => child.outcome === null)
        const closing = living[picks[round]! % living.length]!
        closing.outcome = grants[closing.child as Part] ? 'granted' : 'refused'
      }
      const reachable = (part: Part): boolean => parts[part].every(before => reachable(before) && grants[before])
      expect(children.map(child => child.child).sort()).toEqual((Object.keys(parts) as Part[]).filter(reachable).sort())
      expect(settle(children)).toBe(Object.values(grants).every(Boolean) ? 'all' : 'some')
    }))
  })

  test('submitting opens the first part only; when it closes the two that waited for it open side by side', async () => {
    const values = { name: '甬城贸易', staff: null, openOn: null }
    const submitted = await bundle.moves.submit.effects!(values, moveAt('2026-01-05T01:00:00Z'), 'done')
    expect(submitted).toEqual([open(stepRef, { form: { name: '甬城贸易' } }, { child: 'licence', parties: { firm: 'firm' } })])
    const closed = { child: 'licence', number: 'OS1', type: 'one-stop.step', state: 'granted', version: 2, outcome: 'granted' }
    const proceeded = await bundle.moves.proceed.effects!(values, moveAt('2026-01-06T01:00:00Z', { children: [closed] }), 'waiting')
    expect(proceeded.map(effect => effect.do === 'open' && effect.child)).toEqual(['seal', 'tax'])
  })

  test('planted faults are told in one line with their path', () => {
    const planted = (change: (system: any) => void): readonly string[] => {
      const copy = { ...oneStop, cases: { step: { ...step, moves: { ...step.moves } }, bundle: { ...bundle, moves: { ...bundle.moves }, children: { ...bundle.children } } }, matters: [{ ...matter }] }
      change(copy)
      return validateCity([registry, copy as unknown as System])
    }
    expect(planted(system => { system.cases.bundle.moves.submit = { ...bundle.moves.submit, by: 'driver' } }))
      .toEqual([`one-stop.cases.bundle.moves.submit.by: no party 'driver'; parties are firm, agent`])
    expect(planted(system => { system.cases.bundle.children.bank = { ...bundle.children!.bank, after: ['stamp'] } }))
      .toEqual([`one-stop.cases.bundle.children.bank.after: no child 'stamp'; children are licence, seal, tax, bank`])
    expect(planted(system => { system.cases.bundle.children.licence = { ...bundle.children!.licence, after: ['bank'] } }))
      .toEqual(['one-stop.cases.bundle.children: they wait for each other: licence → bank → seal → licence'])
    expect(planted(system => { system.cases.bundle.children.tax = { ...bundle.children!.tax, opens: 'tax-bureau.registration' } }))
      .toEqual([`one-stop.cases.bundle.children.tax.opens: no case type 'tax-bureau.registration'; case types are one-stop.step, one-stop.bundle`])
    expect(planted(system => { system.cases.bundle.moves.proceed = { ...bundle.moves.proceed, on: undefined } }))
      .toEqual([`one-stop.cases.bundle.moves.proceed.on: a move by 'system' says what makes it act: childClosed, timer, signal, reply or effect`])
    expect(planted(system => { system.cases.step.moves.decide = { ...step.moves.decide, within: { limit: 'survey' } } }))
      .toEqual([`one-stop.matters.000131000000.limits: no limit 'survey'; limits are legal, promised`])
    expect(planted(system => { system.matters[0].prefill = { name: { resource: 'market-registry.firms', column: 'title' } } }))
      .toEqual([`one-stop.matters.000131000000.prefill.name: no column 'title'; columns of market-registry.firms are code, name, since`])
  })
})

/** What the compiler refuses, the validator refuses too; one wrong thing a definition, since one can hide another. */
describe('a wrong definition is refused by the compiler and in one line by the validator', () => {
  const base = {
    title: t('事项', 'Matter'), fields: { name: textField(t('名称', 'Name')), due: dateField(t('期限', 'Due')), count: integerField(t('数量', 'Count')) },
    parties: { firm: { title: t('企业', 'Firm'), classes: ['enterprise'] } }, posts: { approver: { title: t('审批', 'Approver'), at: 'organ' } },
    states: { open: { title: t('在办', 'Open') }, closed: { title: t('办结', 'Closed'), outcome: 'closed' } },
    tracks: { fire: { title: t('消防', 'Fire'), steps: ['asked', 'passed'] } },
    opening: { title: t('申请', 'Apply'), by: 'firm', to: 'open' },
  } as const
  const close = { title: t('办结', 'Close'), from: 'open', to: 'closed', by: 'post:approver' } as const
  const faults = (type: Parameters<typeof plain>[0]) => validateCase(plain(type), 'x').map(line)

  test('state to come from', () => {
    // @ts-expect-error no state 'opn'
    expect(faults(defineCase({ ...base, moves: { close, again: { ...close, from: 'opn' } } }))).toEqual([`x.moves.again.from: no state 'opn'; states are open, closed`])
  })
  test('state to go to', () => {
    // @ts-expect-error no state 'shut'
    expect(faults(defineCase({ ...base, moves: { close, again: { ...close, to: 'shut' } } }))).toEqual([`x.moves.again.to: no state 'shut'; states are open, closed`])
  })
  test('state of the opening', () => {
    // @ts-expect-error no state 'opn'
    expect(faults(defineCase({ ...base, opening: { title: base.opening.title, by: 'firm', to: 'opn' }, moves: { close } }))).toContain(`x.opening.to: no state 'opn'; states are open, closed`)
  })
  test('party', () => {
    // @ts-expect-error no party 'driver'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, by: ['firm', 'driver'] } } }))).toEqual([`x.moves.close.by: no party 'driver'; parties are firm`])
  })
  test('post', () => {
    // @ts-expect-error no post 'chief'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, by: 'post:chief' } } }))).toEqual([`x.moves.close.by: no post 'chief'; posts are approver`])
  })
  test('post that is told of delay', () => {
    // @ts-expect-error no post 'chief'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, within: { days: 1 }, escalate: 'post:chief' } } }))).toEqual([`x.moves.close.escalate: no post 'post:chief'; posts are post:approver`])
  })
  test('party acted for', () => {
    // @ts-expect-error no party 'owner'
    expect(faults(defineCase({ ...base, parties: { firm: { title: base.title, classes: ['person'], actsFor: 'owner' } }, moves: { close } }))).toEqual([`x.parties.firm.actsFor: no party 'owner'; parties are firm`])
  })
  test('who is responsible in a state', () => {
    // @ts-expect-error no party 'approver'; the post is 'post:approver'
    expect(faults(defineCase({ ...base, states: { ...base.states, open: { title: base.title, responsible: 'approver' } }, moves: { close } }))).toEqual([`x.states.open.responsible: no party or post 'approver'; they are firm, post:approver`])
  })
  test('field asked for', () => {
    // @ts-expect-error no field 'nmae'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, asks: ['nmae'] } } }))).toEqual([`x.moves.close.asks: no field 'nmae'; fields are name, due, count`])
  })
  test('field shown', () => {
    // @ts-expect-error no field 'nmae'
    expect(faults(defineCase({ ...base, sees: { firm: ['nmae'] }, moves: { close } }))).toEqual([`x.sees.firm: no field 'nmae'; fields are name, due, count`])
  })
  test('somebody shown fields who has no part in it', () => {
    // @ts-expect-error no post 'auditor'
    expect(faults(defineCase({ ...base, sees: { 'post:auditor': 'all' }, moves: { close } }))).toEqual([`x.sees: no party or post 'post:auditor'; they are firm, post:approver`])
  })
  test('several ends and nothing to decide between them', () => {
    // @ts-expect-error no decide
    expect(faults(defineCase({ ...base, moves: { close: { ...close, to: { yes: 'closed', no: 'open' } } } }))).toEqual([`x.moves.close.decide: 'to' has outcomes yes, no, so 'decide' must pick one`])
  })
  test('one end and something to decide', () => {
    // @ts-expect-error nothing to decide
    expect(faults(defineCase({ ...base, moves: { close: { ...close, decide: () => 'closed' } } }))).toEqual([`x.moves.close.decide: 'to' names one state, so there is nothing to decide`])
  })
  test('step of a track that is needed', () => {
    // @ts-expect-error no step 'past'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, needs: { fire: 'past' } } } }))).toEqual([`x.moves.close.needs.fire: no step 'past'; steps are asked, passed`])
  })
  test('step of a track that is set', () => {
    // @ts-expect-error no step 'past'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, sets: { fire: 'past' } } } }))).toEqual([`x.moves.close.sets.fire: no step 'past'; steps are asked, passed`])
  })
  test('track', () => {
    // @ts-expect-error no track 'water'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, sets: { water: 'asked' } } } }))).toEqual([`x.moves.close.sets: no track 'water'; tracks are fire`])
  })
  test('step where there are no tracks', () => {
    const { tracks: _, ...trackless } = base
    // @ts-expect-error no tracks
    expect(faults(defineCase({ ...trackless, moves: { close: { ...close, needs: { fire: 'asked' } } } }))).toEqual([`x.moves.close.needs: no track 'fire'; tracks are (none)`])
  })
  test('duties kept apart from a move that is not there', () => {
    // @ts-expect-error no move 'inspect'
    expect(faults(defineCase({ ...base, moves: { close: { ...close, apartFrom: ['inspect'] } } }))).toEqual([`x.moves.close.apartFrom: no move 'inspect'; moves are close`])
  })
  test('clock running to a field that is no date', () => {
    // @ts-expect-error 'count' is a number
    expect(faults(defineCase({ ...base, moves: { close: { ...close, within: { before: 'count', days: 1 } } } }))).toEqual([`x.moves.close.within.before: field 'count' is of kind integer, not a date`])
  })
})

test('a case type written inside its system is inferred as one that stands alone', () => {
  const a = t('a', 'a')
  const states = { a: { title: a }, b: { title: a, outcome: 'b' } } as const
  const go = { title: a, from: 'a', by: 'system', on: 'timer', within: { days: 1 } } as const
  const rest = { title: a, fields: {}, parties: {}, posts: {}, states, opening: { title: a, by: 'system', to: 'a' } } as const
  const system = { id: 'inside', prefix: 'IN', title: a, policy: ['N一(一)'], owner: a }
  expect(validateCity([defineSystem({ ...system, cases: { one: defineCase({ ...rest, moves: { go: { ...go, to: { yes: 'b', no: 'a' }, decide: () => 'yes' } } }) } })])).toEqual([])
  // @ts-expect-error no outcome 'nope'
  defineSystem({ ...system, cases: { one: defineCase({ ...rest, moves: { go: { ...go, to: { yes: 'b', no: 'a' }, decide: () => 'nope' } } }) } })
  // @ts-expect-error no tracks
  defineSystem({ ...system, cases: { one: defineCase({ ...rest, moves: { go: { ...go, to: 'b', needs: { fire: 'asked' } } } }) } })
})

test('what only shows when a case moves is refused by the compiler', () => {
  const wrong = (): readonly Effect[] => [
    // @ts-expect-error no move 'approve'
    move(stepRef, 'OS1', 'approve', 3),
    // @ts-expect-error no version: a move says which state of the case it saw
    move(stepRef, 'OS1', 'decide'),
    // @ts-expect-error 'opinion' is a text
    move(stepRef, 'OS1', 'decide', 3, { opinion: 1 }),
    // @ts-expect-error no field 'remark'
    move(stepRef, 'OS1', 'decide', 3, { remark: '' }),
    // @ts-expect-error 'form' is required
    open(stepRef, {}),
  ]
  expect(wrong().map(effect => effect.do)).toEqual(['move', 'move', 'move', 'move', 'open'])
  defineCase({
    title: t('a', 'a'), fields: {}, parties: {}, posts: {}, states: { a: { title: t('a', 'a') }, b: { title: t('b', 'b'), outcome: 'b' } }, opening: { title: t('a', 'a'), by: 'system', to: 'a' },
    // @ts-expect-error no outcome 'nope'
    moves: { go: { title: t('a', 'a'), from: 'a', by: 'system', on: 'timer', within: { days: 1 }, to: { yes: 'b', no: 'a' }, decide: () => 'nope' } },
  })
  defineCase({
    title: t('a', 'a'), fields: {}, parties: {}, posts: {}, states: { a: { title: t('a', 'a') }, b: { title: t('b', 'b'), outcome: 'b' } }, opening: { title: t('a', 'a'), by: 'system', to: 'a' },
    // @ts-expect-error effects are told the outcomes of this move
    moves: { go: { title: t('a', 'a'), from: 'a', by: 'system', on: 'timer', within: { days: 1 }, to: { yes: 'b', no: 'a' }, decide: () => 'yes', effects: (_values, _ctx, outcome) => outcome === 'nope' ? [] : [] } },
  })
  defineCase({
    title: t('a', 'a'), fields: {}, parties: {}, posts: {}, states: { a: { title: t('a', 'a') }, b: { title: t('b', 'b'), outcome: 'b' } }, opening: { title: t('a', 'a'), by: 'system', to: 'a' },
    // @ts-expect-error nothing called 'childOpened' makes the system act
    moves: { go: { title: t('a', 'a'), from: 'a', to: 'b', by: 'system', on: 'childOpened' } },
  })
})
