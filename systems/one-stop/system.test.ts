/** 一体化在线政务服务: journeys from application to close, in process, on a real database. */
import { beforeAll, describe, expect, test } from 'vitest'
import { put } from '../../kernel/effect.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { testCity, type SignedIn, type TestCity } from '../../runtime/testing.ts'
import { codeOf, moveCase, problemOf, recordOf, write, type Moving } from '../../runtime/testing-cases.ts'
import { civilAffairs, resident } from './facade.ts'
import { elderlyCardMatter as card } from './matters/elderly-card.ts'
import { system } from './system.ts'

let city: TestCity
let clerk: SignedIn
let approver: SignedIn
let chief: SignedIn
let reviewer: SignedIn

/** Ten in the morning of a day in Shanghai. Counting from Monday, 2 March 2026. */
const at = (day: string) => `${day}T02:00:00.000Z`
/** The end of a day in Shanghai. */
const endOf = (day: string) => `${day}T16:00:00.000Z`
const MONDAY = '2026-03-02'
const NINGBO = '330200000000'

beforeAll(async () => {
  city = await testCity({ systems: [system], calendar: stateCouncilCalendar })
  const staff = (name: string, post: string, unit: string) => city.staff(name, [{ post: `one-stop.${post}`, unit }])
  ;[clerk, approver, chief, reviewer] = await Promise.all([staff('周窗口', 'clerk', NINGBO), staff('张审批', 'approver', civilAffairs), staff('徐首席', 'chief', civilAffairs), staff('何复核', 'reviewer', civilAffairs)])
})

/** Somebody whom the population register knows; without a status no rule can decide, so a person does. */
async function citizen(known: { readonly birth?: string; readonly household?: string; readonly status?: 'alive' | 'deceased' | 'moved' | null; readonly name?: string } = {}): Promise<SignedIn> {
  const { birth = '1955-06-01', household = '330203001001', status = null, name = '王建国' } = known
  const person = await city.person(name, birth)
  const { identity } = await city.platform.subjects.find(person.subject)
  await write(city.platform, at(MONDAY), put(resident, [{ person: person.subject, name, idNumber: identity!, birthDate: birth, sex: 'male', household, address: '海曙区某街道', status }]))
  return person
}

const first = { matter: card.code, answers: { reason: 'first' }, values: {}, consent: true }
const apply = (person: SignedIn, more: Partial<Parameters<TestCity['platform']['applications']['submit']>[1]> = {}, day = MONDAY) => city.platform.applications.submit(person, { ...first, ...more }, at(day), crypto.randomUUID())
const move = (actor: SignedIn, number: string, name: string, day: string, moving: Moving = {}) => moveCase(city.platform, actor, number, name, at(day), moving)
const record = (number: string) => recordOf(city.platform, number)
const query = async (text: string, ...values: unknown[]) => (await city.platform.db.queryOnce(text, values)).rows

async function submitted(day = MONDAY): Promise<{ readonly person: SignedIn; readonly number: string }> {
  const person = await citizen()
  const { body } = await apply(person, {}, day)
  return { person, number: (body as { number: string }).number }
}

async function accepted(): Promise<{ readonly person: SignedIn; readonly number: string }> {
  const filed = await submitted()
  await move(approver, filed.number, 'accept', MONDAY)
  return filed
}

async function refused(): Promise<{ readonly person: SignedIn; readonly number: string }> {
  const filed = await accepted()
  await move(approver, filed.number, 'refuse', '2026-03-03', { given: { reasons: '户籍不在本市' } })
  return filed
}

const correction = (item = '户籍证明', more = {}): Moving => ({ given: { correctionItems: [{ item, reason: '看不清', ...more }] } })
const special: Moving = { given: { specialKind: 'hearing', specialDays: 5 }, note: '依法听证' }
const supply = (person: SignedIn, given: Record<string, unknown>, day: string): Moving => ({ given, resolve: working => city.platform.applications.resupply(working, given, person, at(day), crypto.randomUUID()) })
const events = async (number: string) => (await query('select move from onevisit.events where number = $1 order by version', number)).map(row => row['move'])
const told = async (number: string) => (await query('select body from onevisit.message where number = $1 order by id', number)).map(row => (row['body'] as { zh: string }).zh)
const credentials = (number: string) => query('select type, holder, status from onevisit.credential where number = $1', number)

describe('decided at once', () => {
  test('[one-stop journey] a resident of sixty and over has the card in one request, with nothing to bring', async () => {
    const person = await citizen({ status: 'alive' })
    expect(await city.platform.applications.prepare(person, card.code, { answers: { reason: 'first' } }, at(MONDAY), crypto.randomUUID())).toMatchObject({
      oneCertificate: true, questions: [], values: { name: '王建国', birthDate: '1955-06-01', household: '330203001001' }, materials: [{ id: 'identity', by: 'data', status: 'satisfied' }, { id: 'household', by: 'data', status: 'satisfied' }],
    })
    const { status, body } = await apply(person)
    expect([status, body]).toMatchObject([201, { state: 'approved', credentials: [{ type: 'one-stop.elderlyCard' }], decision: { outcome: 'approve', edition: '2020-1' } }])
    const { number } = body as { number: string }
    expect(await credentials(number)).toEqual([{ type: 'elderlyCard', holder: person.subject, status: 'valid' }])
    expect(await record(number)).toMatchObject({ outcome: 'approved', closedAt: at(MONDAY) })
    expect(await told(number)).toEqual([`我们已收到您的申请，办件编号 ${number}。`])
  })

  test.each([
    ['on the day of the sixtieth birthday', { birth: '1966-03-02' }, 'approved'], ['a day before it', { birth: '1966-03-03' }, 'submitted'],
    ['registered elsewhere', { household: '330902001001' }, 'submitted'], ['registered as dead', { status: 'deceased' as const }, 'submitted'], ['of whom the register has no status', { status: null }, 'submitted'],
  ])('somebody %s: %j', async (_who, known, state) => {
    expect((await apply(await citizen({ status: 'alive', ...known }))).body).toMatchObject({ state })
  })

  test('what the applicant writes otherwise than the register leaves it to a person', async () => {
    expect((await apply(await citizen({ status: 'alive' }), { values: { name: '王健国' } })).body).toMatchObject({ state: 'submitted', decision: { outcome: 'refer' } })
  })
})

describe('decided by a person', () => {
  test('[one-stop journey] accepted, examined, approved, and the card issued', async () => {
    const { person, number } = await submitted()
    expect(await move(approver, number, 'accept', '2026-03-03')).toMatchObject({ state: 'accepted', due: { legal: '2026-03-31', promised: '2026-03-10', provisional: false } })
    expect(await move(approver, number, 'approve', '2026-03-05')).toMatchObject({ state: 'approved', outcome: 'approved' })
    expect(await credentials(number)).toEqual([{ type: 'elderlyCard', holder: person.subject, status: 'valid' }])
    expect(await told(number)).toEqual([expect.stringContaining(number), '您的申请已受理。', '准予。证照已签发，可在“我的证照”查看。'])
    expect(await query(`select 1 from onevisit.inbox where number = $1 and state = 'open' union all select 1 from onevisit.timer where number = $1`, number)).toEqual([])
  })

  test('a correction is asked for once, supplied, and its time runs anew', async () => {
    const { person, number } = await submitted()
    await move(clerk, number, 'askCorrection', '2026-03-04', correction())
    expect(await query('select key, due from onevisit.timer where number = $1 order by key', number)).toEqual([{ key: 'correcting/lapse', due: endOf('2026-04-16') }, { key: 'correcting/supplement/remind', due: endOf('2026-04-15') }])
    const upload = crypto.randomUUID()
    expect(await move(person, number, 'supplement', '2026-03-10', supply(person, { form: { address: '新地址' }, uploads: { household: [upload] }, supplement: '已补' }, '2026-03-10'))).toMatchObject({ state: 'submitted', values: { form: { name: '王建国', address: '新地址' }, uploads: { household: [upload] }, corrections: 1 } })
    expect(await query('select key, due from onevisit.timer where number = $1', number)).toEqual(expect.arrayContaining([{ key: 'submitted/deemAccepted', due: endOf('2026-03-17') }]))
    expect(await query('select 1 from one_stop.violation where number = $1', number)).toEqual([])
  })

  test('a second correction of what could have been seen at first goes on and is kept as a violation', async () => {
    const { person, number } = await submitted()
    await move(approver, number, 'askCorrection', '2026-03-04', correction('户籍证明'))
    await move(person, number, 'supplement', '2026-03-05', supply(person, { supplement: '已补' }, '2026-03-05'))
    await move(approver, number, 'askCorrection', '2026-03-06', correction('照片', { knowable: true }))
    expect(await query('select kind, detail, at from one_stop.violation where number = $1', number)).toEqual([{ kind: 'secondCorrection', detail: '照片', at: at('2026-03-06') }])
    await move(person, number, 'supplement', '2026-03-09', supply(person, {}, '2026-03-09'))
    await move(approver, number, 'askCorrection', '2026-03-10', correction('新出现的问题', { knowable: false }))
    expect(await query('select 1 from one_stop.violation where number = $1', number)).toHaveLength(1)
  })

  test('a special procedure stands still, an extension lengthens, and both show in the due date', async () => {
    const { number } = await accepted()
    await move(approver, number, 'startSpecial', '2026-03-04', special)
    expect(await move(approver, number, 'endSpecial', '2026-03-11')).toMatchObject({ state: 'accepted', due: { legal: '2026-04-07', promised: '2026-03-16' } })
    expect(await move(chief, number, 'extend', '2026-03-12', { note: '案情复杂' })).toMatchObject({ due: { legal: '2026-04-21', promised: '2026-03-16' } })
    expect(await codeOf(move(approver, number, 'extend', '2026-03-12', { note: '再延' }))).toBe('wrong-post')
    expect(await codeOf(move(approver, number, 'startSpecial', '2026-04-22', special))).toBe('pause-after-deadline')
    expect(await move(approver, number, 'approve', '2026-04-22')).toMatchObject({ state: 'approved' })
  })

  test('not accepted, or not for this organ: closed with the reasons', async () => {
    const [one, two] = [await submitted(), await submitted()]
    expect(await codeOf(move(approver, one.number, 'decline', MONDAY, { given: { reasons: '依法不需要许可' } }))).toBe('note-required')
    expect(await move(approver, one.number, 'decline', MONDAY, { given: { reasons: '依法不需要许可' }, note: '不予受理' })).toMatchObject({ outcome: 'notAccepted' })
    expect(await move(clerk, two.number, 'redirect', MONDAY, { given: { reasons: '应向公安机关申请' } })).toMatchObject({ outcome: 'notOurs' })
    expect((await told(two.number)).at(-1)).toBe('此事项不属本机关职权：应向公安机关申请')
  })
})

describe('a refusal', () => {
  test('[one-stop journey] is reviewed by another person than refused, and upheld', async () => {
    const { person, number } = await refused()
    expect((await told(number)).at(-1)).toContain('户籍不在本市 您可以在 60 日内申请复核')
    await move(person, number, 'requestReview', '2026-03-10', { given: { reviewGrounds: '户籍已迁入' } })
    const both = { ...reviewer, subject: approver.subject }
    for (const name of ['uphold', 'overturn']) expect(await codeOf(move(both, number, name, '2026-03-11', { given: { conclusion: '维持' } }))).toBe('duties-separated')
    expect(await move(reviewer, number, 'uphold', '2026-03-11', { given: { conclusion: '理由成立' } })).toMatchObject({ state: 'upheld', outcome: 'upheld' })
    expect(await credentials(number)).toEqual([])
    expect(await events(number)).toEqual(['open', 'accept', 'refuse', 'requestReview', 'uphold'])
  })

  test('overturned approves, and the card is issued', async () => {
    const { person, number } = await refused()
    await move(person, number, 'requestReview', '2026-03-10', { given: { reviewGrounds: '户籍已迁入' } })
    expect(await move(reviewer, number, 'overturn', '2026-03-11', { given: { conclusion: '户籍确在本市' } })).toMatchObject({ state: 'approved' })
    expect(await credentials(number)).toMatchObject([{ status: 'valid' }])
  })

  test('can be reviewed for sixty days and no longer, and only by those it concerns', async () => {
    const { person, number } = await refused()
    const ask = { given: { reviewGrounds: '不服' } }
    expect(await codeOf(move(await citizen(), number, 'requestReview', '2026-03-10', ask))).toBe('not-permitted')
    expect(await problemOf(move(person, number, 'requestReview', '2026-05-03', ask))).toMatchObject({ code: 'move-not-possible', detail: { zh: '复核申请期限已于 2026-05-02 届满' } })
    expect(await move(person, number, 'requestReview', '2026-05-02', ask)).toMatchObject({ state: 'reviewing', outcome: null, closedAt: null })
  })

  test('closes the case, so the applicant may apply again; then the first cannot be opened anew beside it', async () => {
    const { person, number } = await refused()
    const again = ((await apply(person, {}, '2026-03-09')).body as { number: string }).number
    expect(await problemOf(move(person, number, 'requestReview', '2026-03-10', { given: { reviewGrounds: '不服' } }))).toMatchObject({ code: 'live-case-exists', more: { number: again } })
  })
})

describe('the applicant may withdraw, and the organ may end it', () => {
  const stages: Record<string, (number: string) => Promise<unknown>> = {
    submitted: async () => undefined,
    correcting: number => move(approver, number, 'askCorrection', MONDAY, correction()),
    accepted: number => move(approver, number, 'accept', MONDAY),
    special: async number => {
      await move(approver, number, 'accept', MONDAY)
      await move(approver, number, 'startSpecial', MONDAY, special)
    },
  }

  test.each(Object.keys(stages))('while it is %s', async stage => {
    for (const [name, actor, moving] of [['withdraw', undefined, {}], ['terminate', approver, { given: { reasons: '申请人死亡' }, note: '依法终止' }]] as const) {
      const { person, number } = await submitted()
      await stages[stage]!(number)
      expect(await record(number)).toMatchObject({ state: stage })
      expect(await move(actor ?? person, number, name, '2026-03-03', moving)).toMatchObject({ outcome: name === 'withdraw' ? 'withdrawn' : 'terminated', closedAt: at('2026-03-03') })
      expect(await query(`select 1 from onevisit.inbox where number = $1 and state = 'open' union all select 1 from onevisit.timer where number = $1`, number)).toEqual([])
      expect(await codeOf(move(actor ?? person, number, name, '2026-03-04', moving))).toBe('move-not-possible')
    }
  })

  test('nobody else withdraws it, and the applicant does not end it as the organ', async () => {
    const { person, number } = await submitted()
    for (const actor of [clerk, approver, chief, reviewer]) expect(await codeOf(move(actor, number, 'withdraw', MONDAY))).toBe('not-a-party')
    expect(await codeOf(move(person, number, 'terminate', MONDAY, { given: { reasons: '算了' }, note: '算了' }))).toBe('wrong-post')
  })
})

describe('time', () => {
  test('silence for five working days accepts, from the day of receipt', async () => {
    const { number } = await submitted('2026-04-01')
    // The Tomb-sweeping holiday, 4 to 6 April, does not count.
    await city.platform.timers.runDue('2026-04-09T15:59:59.999Z')
    expect(await record(number)).toMatchObject({ state: 'submitted' })
    await city.platform.timers.runDue(endOf('2026-04-09'))
    expect(await record(number)).toMatchObject({ state: 'accepted', clock: { start: '2026-04-01' }, due: { legal: '2026-04-30', promised: '2026-04-09' } })
    expect(await told(number)).toContain('行政机关未在期限内告知，您的申请自 2026-04-01 起视为受理。')
    expect(await events(number)).toEqual(['open', 'deemAccepted'])
  })

  test('corrections that do not come in time end the application', async () => {
    const { person, number } = await submitted()
    await move(approver, number, 'askCorrection', '2026-03-04', correction())
    await city.platform.timers.runDue(endOf('2026-04-15'))
    expect(await query('select title from onevisit.message where recipient = $1 and number = $2 order by id desc limit 1', person.subject, number)).toMatchObject([{ title: { zh: `提醒：办件 ${number} 的“补正”即将到期` } }])
    await city.platform.timers.runDue(endOf('2026-04-16'))
    expect(await record(number)).toMatchObject({ state: 'terminated', outcome: 'terminated' })
    expect(await codeOf(move(person, number, 'supplement', '2026-04-17', supply(person, {}, '2026-04-17')))).toBe('move-not-possible')
  })

  test('what is not decided by the promised day is told to the chief', async () => {
    const { number } = await accepted()
    await city.platform.timers.runDue(endOf('2026-03-09'))
    const rows = await query('select recipient, title from onevisit.message where number = $1 and recipient = any($2) order by id', number, [approver.subject, chief.subject])
    expect(rows).toMatchObject([{ recipient: approver.subject, title: { zh: `提醒：办件 ${number} 的“准予”即将到期` } }, { recipient: chief.subject, title: { zh: `督办：办件 ${number} 的“准予”已超期` } }])
  })
})

describe('what is wrong is told where it is, and nothing is filed', () => {
  const filed = async (person: SignedIn) => (await query('select 1 from onevisit.case_party where subject = $1', person.subject)).length

  test.each([
    ['consent not given', { consent: undefined }, '/consent', 'consent-required'], ['consent refused', { consent: false }, '/consent', 'consent-required'],
    ['an answer there is not', { answers: { reason: 'stolen' } }, '/answers/reason', 'field-choice'], ['a question there is not', { answers: { reason: 'first', colour: 'red' } }, '/answers/colour', 'field-unknown'],
    ['a field there is not', { values: { salary: 1 } }, '/values/salary', 'field-unknown'], ['a date that does not exist', { values: { birthDate: '1955-02-30' } }, '/values/birthDate', 'field-type'],
    ['an identity number of a wrong check digit', { values: { idNumber: '330203195506010019' } }, '/values/idNumber', 'citizen-id-check'], ['a name that is too long', { values: { name: '王'.repeat(51) } }, '/values/name', 'field-too-long'],
    ['a region that is none', { values: { household: '330203' } }, '/values/household', 'code-invalid'], ['a required value taken away', { values: { name: null } }, '/values/name', 'field-required'],
    ['a file that is none', { uploads: { household: ['x'] } }, '/uploads/household/0', 'field-type'], ['a promise for what takes none', { promises: ['identity'] }, '/promises/0', 'field-choice'],
  ])('[one-stop bad-inputs] %s', async (_what, more, path, code) => {
    const person = await citizen({ status: 'alive' })
    const problem = await problemOf(apply(person, more as never))
    expect([problem.status, problem.faults.map(fault => [fault.path, fault.code])]).toEqual([422, [[path, code]]])
    expect(await filed(person)).toBe(0)
  })

  test('[one-stop bad-inputs] questions left open, papers missing, another region, another class of applicant, another edition', async () => {
    const person = await citizen({ status: 'alive' })
    expect(await problemOf(apply(person, { answers: {} }))).toMatchObject({ code: 'answers-missing', more: { questions: ['reason'] } })
    expect(await problemOf(apply(person, { answers: { reason: 'lost' } }))).toMatchObject({ code: 'answers-missing', more: { questions: ['reported'] } })
    expect(await problemOf(apply(person, { answers: { reason: 'lost', reported: 'no' } }))).toMatchObject({ code: 'materials-missing', faults: [{ path: '/promises/lossStatement' }] })
    expect(await codeOf(apply(person, { region: '330900000000' }))).toBe('matter-not-offered-here')
    expect(await codeOf(apply(await city.firm('某公司')))).toBe('matter-audience')
    expect(await codeOf(apply(person, { edition: card.edition + 1 }))).toBe('matter-edition-changed')
    expect(await codeOf(apply(person, { matter: '没有' }))).toBe('matter-unknown')
    expect(await filed(person)).toBe(0)
  })

  test('a decision, materials or grounds that somebody sends along are not taken from them', async () => {
    const { person, number } = await submitted()
    await move(approver, number, 'askCorrection', MONDAY, correction())
    for (const given of [{ materials: [] }, { decision: { outcome: 'approve' } }]) expect(await codeOf(move(person, number, 'supplement', MONDAY, { given }))).toBe('invalid-request')
    const forged = { materials: [{ id: 'identity', by: 'upload', status: 'satisfied' }], supplement: '已补' }
    const { values } = await move(person, number, 'supplement', MONDAY, supply(person, forged, MONDAY))
    expect(values['materials']).toMatchObject([{ id: 'identity', by: 'data', source: 'one-stop.resident' }, { id: 'household', by: 'data' }])
  })
})
