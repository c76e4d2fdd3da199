import { describe, expect, test } from 'vitest'
import { defineCase, plain } from '../case.ts'
import { textField } from '../field.ts'
import { defineMatter, type Matter } from '../matter.ts'
import { text as t } from '../text.ts'
import { line } from './faults.ts'
import { validateMatter, type MatterSurroundings } from './matter.ts'

const T = t('题', 'Title')
const caseType = plain(defineCase({
  title: T, fields: {}, parties: { firm: { title: T, classes: ['enterprise'] } }, posts: {}, states: { open: { title: T }, done: { title: T, outcome: 'done' } }, opening: { title: T, by: 'firm', to: 'open' },
  moves: { close: { title: T, from: 'open', to: 'done', by: 'firm', within: { limit: 'promised' } }, extend: { title: T, from: 'open', to: 'open', by: 'firm', clock: { extend: 'legal' }, optional: true } },
}))
const columns: Record<string, readonly string[]> = { 'here.firms': ['code', 'name'] }
const around: MatterSurroundings = { caseType, hasResource: ref => ref in columns, resourceFields: ref => columns[ref] ?? [], credentialFields: ref => ref === 'here.licence' ? ['holder'] : undefined }
const sound = defineMatter({
  code: 'M1', edition: 1, case: 'here.case', title: T, audience: ['enterprise'], organs: { '330203000000': 'X' },
  basis: [{ title: '法', source: 'unverified', verified: false, effectiveFrom: '2020-01-01' }],
  questions: [{ id: 'kind', title: T, answers: { a: T, b: T } }, { id: 'size', title: T, answers: { big: T }, when: { kind: ['a'] } }],
  materials: [{ id: 'plan', title: T, when: { kind: ['a'], size: ['big'] }, ways: [{ by: 'credential', type: 'here.licence' }, { by: 'data', resource: 'here.firms', fields: ['name'] }, { by: 'upload', accept: ['application/pdf'] }] }],
  form: { name: textField(T) }, prefill: { name: { resource: 'here.firms', column: 'name' } }, limits: { legal: { n: 20, unit: 'workingDay' }, promised: { n: 5, unit: 'workingDay' } },
  fee: null, result: { credential: 'here.licence', claims: { holder: 'form.name' } }, visits: 0, remedy: T, effectiveFrom: '2020-01-01',
})
const faults = (change: Partial<Matter>, more: Partial<MatterSurroundings> = {}) => validateMatter({ ...sound, ...change }, { ...around, ...more }, 'x').map(line)
const [plan] = sound.materials

test('a sound matter has no faults, nor has one promised in another unit than the law\'s', () => {
  expect(faults({})).toEqual([])
  expect(faults({ limits: { legal: { n: 1, unit: 'workingDay' }, promised: { n: 4, unit: 'hour' } } })).toEqual([])
})

describe('a planted fault is told in one line', () => {
  test.each<[string, Partial<Matter>, string]>([
    ['no title', { title: t('', 'T') }, `x.title: no text in 'zh'`],
    ['no basis', { basis: [] }, 'x.basis: a matter names its legal basis'],
    ['offered nowhere', { organs: {} }, 'x.organs: a matter is offered in at least one region'],
    ['offered in a place of six digits', { organs: { '330203': 'X' } }, `x.organs: '330203' is not a twelve-digit region code`],
    ['promised later than the law', { limits: { legal: { n: 5, unit: 'day' }, promised: { n: 6, unit: 'day' } } }, 'x.limits.promised: the promised limit (6) is longer than the legal one (5)'],
    ['fault in the form', { form: { name: textField(t('名', '')) } }, `x.form.name.title: no text in 'en'`],
    ['question that waits for no question', { questions: [{ ...sound.questions[0]!, when: { colour: ['red'] } }, sound.questions[1]!] }, `x.questions.kind.when: no question 'colour'; questions are kind, size`],
    ['question that waits for no answer', { questions: [sound.questions[0]!, { ...sound.questions[1]!, when: { kind: ['c'] } }] }, `x.questions.size.when.kind: no answer 'c'; answers are a, b`],
    ['questions that wait for each other', { questions: [{ ...sound.questions[0]!, when: { size: ['big'] } }, sound.questions[1]!] }, 'x.questions: they wait for each other: kind → size → kind'],
    ['question twice', { questions: [...sound.questions, sound.questions[0]!] }, `x.questions: 'kind' stands twice`],
    ['material for no answer', { materials: [{ ...plan!, when: { kind: ['constructor'] } }] }, `x.materials.plan.when.kind: no answer 'constructor'; answers are a, b`],
    ['material twice', { materials: [plan!, plan!] }, `x.materials: 'plan' stands twice`],
    ['material in no way', { materials: [{ ...plan!, ways: [] }] }, 'x.materials.plan.ways: a material says how it is satisfied'],
    ['material by no credential', { materials: [{ ...plan!, ways: [{ by: 'credential', type: 'here.permit' }] }] }, `x.materials.plan.ways: no credential 'here.permit'`],
    ['material by no resource', { materials: [{ ...plan!, ways: [{ by: 'data', resource: 'here.people', fields: [] }] }] }, `x.materials.plan.ways: no resource 'here.people'`],
    ['material by no column', { materials: [{ ...plan!, ways: [{ by: 'data', resource: 'here.firms', fields: ['address'] }] }] }, `x.materials.plan.ways: no field 'address'; fields of here.firms are code, name`],
    ['nothing to fill', { prefill: { address: { resource: 'here.firms', column: 'name' } } }, `x.prefill.address: no field 'address'; fields of the form are name`],
    ['filled from no resource', { prefill: { name: { resource: 'here.people', column: 'name' } } }, `x.prefill.name: no resource 'here.people'`],
    ['filled from no column', { prefill: { name: { resource: 'here.firms', column: 'address' } } }, `x.prefill.name: no column 'address'; columns of here.firms are code, name`],
    ['result that is no credential', { result: { credential: 'here.permit', claims: {} } }, `x.result.credential: no credential 'here.permit'`],
    ['result with no such claim', { result: { credential: 'here.licence', claims: { name: 'form.name' } } }, `x.result.claims: no claim 'name'; claims are holder`],
  ])('%s', (_name, change, expected) => expect(faults(change)).toEqual([expected]))

  test('no case type', () => expect(faults({}, { caseType: undefined })).toEqual([`x.case: no case type 'here.case'`]))

  test('limits that the case type names', () => {
    const { close, extend } = caseType.moves
    const moves = { close: { ...close!, within: { limit: 'survey' } }, extend: { ...extend!, clock: { extend: 'longer' } } }
    expect(faults({}, { caseType: { ...caseType, moves } })).toEqual([`x.limits: no limit 'survey'; limits are legal, promised`, `x.limits: no limit 'longer'; limits are legal, promised`])
  })
})
