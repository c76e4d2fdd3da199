import { beforeAll, describe, expect, test } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { permits } from '../fixtures/permits.ts'
import { CITY, COUNTY, hours, NEIGHBOUR, NOW, ORGAN, OTHER_ORGAN, PROVINCE } from '../fixtures/places.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, openCase, party, problemOf, recordOf } from '../testing-cases.ts'

let city: TestCity
let applicant: SignedIn
let clerk: SignedIn
let approver: SignedIn
let chief: SignedIn
let inspector: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [permits], calendar: stateCouncilCalendar })
  applicant = await city.person('申请者')
  clerk = await city.staff('窗口', [{ post: 'permits.clerk', unit: COUNTY }])
  approver = await city.staff('审批', [{ post: 'permits.approver', unit: ORGAN }])
  chief = await city.staff('负责人', [{ post: 'permits.chief', unit: ORGAN }, { post: 'permits.inspector', unit: COUNTY }])
  inspector = await city.staff('踏勘', [{ post: 'permits.inspector', unit: COUNTY }])
})

async function filed(given: Record<string, unknown> = {}): Promise<string> {
  const { number } = await openCase(city.platform, applicant, 'permits.permit', NOW, { region: COUNTY, organ: ORGAN, parties: { applicant: party(applicant) }, given: { title: '演出', ...given } })
  return number
}

async function examined(given: Record<string, unknown> = {}): Promise<string> {
  const number = await filed(given)
  await moveCase(city.platform, clerk, number, 'accept', hours(1))
  return number
}

const move = (actor: SignedIn, number: string, name: string, moving: Parameters<typeof moveCase>[5] = {}) => moveCase(city.platform, actor, number, name, hours(2), moving)

describe('a move', () => {
  test('takes the case to its state, under the next version, and writes one event for it', async () => {
    const number = await filed({ amount: 7 })
    expect(await move(clerk, number, 'accept')).toMatchObject({ state: 'examined', version: 2, outcome: null, closedAt: null })
    expect(await move(approver, number, 'grant')).toMatchObject({ state: 'granted', version: 3, outcome: 'granted', closedAt: hours(2) })
    const { rows } = await city.platform.db.queryOnce('select version, move, from_state, to_state, actor, actor_role from onevisit.events where number = $1 order by version', [number])
    expect(rows).toEqual([
      { version: 1, move: 'open', from_state: null, to_state: 'filed', actor: applicant.subject, actor_role: 'applicant' },
      { version: 2, move: 'accept', from_state: 'filed', to_state: 'examined', actor: clerk.subject, actor_role: 'post:clerk' },
      { version: 3, move: 'grant', from_state: 'examined', to_state: 'granted', actor: approver.subject, actor_role: 'post:approver' },
    ])
  })

  test('on a stale version is refused with the present one, and changes nothing', async () => {
    const number = await examined()
    for (const version of [0, 1, 3]) {
      const problem = await problemOf(move(approver, number, 'grant', { version }))
      expect(problem).toMatchObject({ code: 'version-stale', status: 409, more: { version: 2, state: 'examined' } })
    }
    expect(await recordOf(city.platform, number)).toMatchObject({ state: 'examined', version: 2 })
  })

  test('two people moving one version at once: one wins, the other learns that it is stale', async () => {
    for (let round = 0; round < 10; round++) {
      const number = await examined()
      const results = await Promise.allSettled([
        move(approver, number, 'grant', { version: 2 }), move(chief, number, 'grant', { version: 2 }), move(approver, number, 'refuse', { version: 2, given: { opinion: '否' }, note: '否' }), move(applicant, number, 'drop', { version: 2 }),
      ])
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'version-stale' })
      const { rows } = await city.platform.db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.events where number = $1', [number])
      expect([(await recordOf(city.platform, number)).version, rows[0]!.n]).toEqual([3, 3])
    }
  })

  test('from another state is refused, naming both by their titles', async () => {
    const number = await filed()
    const problem = await problemOf(move(approver, number, 'resume'))
    expect(problem).toMatchObject({ code: 'move-not-possible', status: 422, detail: { zh: '办件处于“已收件”，此动作须在“暂停”时进行', en: `the case is at 'Filed'; this move starts from 'Held'` }, more: { state: 'filed', version: 1 } })
    expect((await problemOf(move(approver, await filed(), 'grant'))).detail).toMatchObject({ en: expect.stringContaining(`'Filed'`) })
  })

  test('that its guard refuses says why, and passes when the values allow it', async () => {
    const over = await examined({ amount: 1_001 })
    expect(await problemOf(move(approver, over, 'grant'))).toMatchObject({ code: 'move-not-possible', detail: { zh: '数额超过一千', en: 'the amount is over a thousand' } })
    expect(await move(approver, await examined({ amount: 1_000 }), 'grant')).toMatchObject({ state: 'granted' })
  })

  test('that needs a reason is refused without one, or with blanks, or with a reason no record can hold', async () => {
    const number = await examined()
    const opinion = { opinion: '材料不符' }
    for (const note of [null, '', '  \n']) expect(await problemOf(move(approver, number, 'refuse', { given: opinion, note }))).toMatchObject({ code: 'note-required', faults: [{ path: '/note' }] })
    expect(await codeOf(move(approver, number, 'refuse', { given: opinion, note: 'a\u0000b' }))).toBe('nul-character')
    expect(await codeOf(move(approver, number, 'refuse', { given: opinion, note: '长'.repeat(2_001) }))).toBe('invalid-request')
    expect(await move(approver, number, 'refuse', { given: opinion, note: '见意见' })).toMatchObject({ state: 'refused' })
  })

  test('takes what it asks for, and tells every fault of the rest with its place', async () => {
    const number = await examined()
    const faults = async (given: Record<string, unknown>) => (await problemOf(move(approver, number, 'refuse', { given, note: '理由' }))).faults.map(({ path, code }) => `${path} ${code}`)
    expect(await faults({})).toEqual(['/values/opinion field-required'])
    expect(await faults({ opinion: 7, amount: 1, colour: 'red' })).toEqual(['/values/opinion field-type', '/values/amount field-not-accepted-here', '/values/colour field-unknown'])
    expect(await codeOf(move(approver, number, 'refuse', { given: { opinion: 'a\u0000' }, note: '理由' }))).toBe('nul-character')
    expect(await recordOf(city.platform, number)).toMatchObject({ version: 2 })
  })

  test('what only the system writes is not taken from people, though the move itself may write it', async () => {
    const number = await examined()
    expect(await problemOf(move(approver, number, 'refuse', { given: { opinion: '否', findings: ['ok'] }, note: '理由' }))).toMatchObject({ code: 'invalid-request', faults: [{ path: '/values/findings', code: 'field-not-accepted-here' }] })
    expect((await move(approver, number, 'refuse', { given: { opinion: '否' }, note: '理由' })).values).toMatchObject({ findings: ['refused'] })
  })

  test('unknown by name is refused, whatever the name', async () => {
    const number = await examined()
    for (const name of ['fly', '__proto__', 'constructor', '']) expect(await codeOf(move(approver, number, name))).toBe('move-unknown')
  })

  test('of a case that does not exist is refused, also under a prefix that no system has', async () => {
    for (const number of ['PT20260302000000001', 'ZZ20260302000000001', "PT'; drop table x", '']) expect(await codeOf(moveCase(city.platform, approver, number, 'grant', NOW, { version: 1 }))).toBe('case-unknown')
  })
})

describe('separation of duties', () => {
  test('keeps the same person from a step that must be apart, across requests and posts', async () => {
    const number = await examined()
    await move(chief, number, 'inspect', { given: { opinion: '可' } })
    expect(await problemOf(move(chief, number, 'grant'))).toMatchObject({ code: 'duties-separated', status: 403, detail: { en: `you made the move 'Inspect' of this case` } })
    const other = await city.staff('另一账户', [{ post: 'permits.chief', unit: ORGAN }])
    expect(await codeOf(move({ ...other, subject: chief.subject }, number, 'grant'))).toBe('duties-separated')
    expect(await move(approver, number, 'grant')).toMatchObject({ state: 'granted' })
  })

  test('lets them act where another did the step', async () => {
    const number = await examined()
    await move(inspector, number, 'inspect', { given: { opinion: '可' } })
    expect(await move(chief, number, 'grant')).toMatchObject({ state: 'granted' })
  })
})

describe('who may move', () => {
  test('a stranger is told no more than that', async () => {
    const number = await examined()
    expect(await codeOf(move(await city.person('路人'), number, 'drop'))).toBe('not-permitted')
  })

  test('a party may not make a move of a post, nor a post one of a party', async () => {
    const number = await examined()
    expect(await codeOf(move(applicant, number, 'grant'))).toBe('wrong-post')
    expect(await codeOf(move(approver, number, 'drop'))).toBe('not-a-party')
    expect(await codeOf(move(clerk, number, 'grant'))).toBe('wrong-post')
  })

  test('moves of the system are refused to everybody, in any state', async () => {
    const number = await filed()
    for (const actor of [applicant, clerk, approver, chief]) for (const name of ['deem', 'void', 'cancelled']) expect(await codeOf(move(actor, number, name))).toBe('not-a-party')
  })

  test('a post at an organ acts for that organ only', async () => {
    const number = await examined()
    const elsewhere = await city.staff('外地审批', [{ post: 'permits.approver', unit: OTHER_ORGAN }])
    expect(await codeOf(move(elsewhere, number, 'grant'))).toBe('not-permitted')
  })

  test('a post at a region acts there and below: the county not for its neighbour, the city and the province for both', async () => {
    const at = (unit: string) => city.staff(`踏勘 ${unit}`, [{ post: 'permits.inspector', unit }])
    const given = { opinion: '可' }
    for (const [unit, code] of [[NEIGHBOUR, 'not-permitted'], ['330203001000', 'not-permitted'], ['330900000000', 'not-permitted']] as const) {
      expect([unit, await codeOf(move(await at(unit), await examined(), 'inspect', { given }))]).toEqual([unit, code])
    }
    for (const unit of [COUNTY, CITY, PROVINCE]) expect((await move(await at(unit), await examined(), 'inspect', { given })).roles).toEqual(['post:inspector'])
  })

  test('a post of another system, or of the same name, is none here', async () => {
    const number = await examined()
    const alike = await city.staff('别系统', [{ post: 'other.approver', unit: ORGAN }, { post: 'permits.approve', unit: ORGAN }, { post: 'approver', unit: ORGAN }])
    expect(await codeOf(move(alike, number, 'grant'))).toBe('not-permitted')
  })
})

describe('an agent', () => {
  let agent: SignedIn
  beforeAll(async () => { agent = await city.person('代办人') })

  const mandate = (from: string, to: string | null, scope = '*') => city.platform.subjects.grantMandate(agent.subject, applicant.subject, scope, from, to)
  const opening = () => openCase(city.platform, agent, 'permits.permit', NOW, { region: COUNTY, organ: ORGAN, parties: { applicant: party(applicant), agent: party(agent) }, given: { title: '代办' } })

  test('opens and moves under a mandate in force, and not otherwise', async () => {
    expect(await codeOf(opening())).toBe('mandate-missing')
    await mandate('2026-04-01', null)
    expect(await codeOf(opening())).toBe('mandate-missing')
    await mandate('2026-01-01', '2026-03-01')
    expect(await codeOf(opening())).toBe('mandate-missing')
    await mandate('2026-01-01', '2026-03-02')
    const { number } = await opening()
    expect(await codeOf(moveCase(city.platform, agent, number, 'drop', '2026-03-02T16:00:00.000Z'))).toBe('mandate-missing')
    expect(await moveCase(city.platform, agent, number, 'drop', '2026-03-02T15:59:59.999Z')).toMatchObject({ state: 'dropped' })
  })

  test('can do nothing more once the mandate is withdrawn, though the case is under way', async () => {
    await mandate('2026-01-01', null)
    const { number } = await opening()
    await city.platform.subjects.withdrawMandate(agent.subject, applicant.subject, '*', hours(1))
    expect(await codeOf(moveCase(city.platform, agent, number, 'drop', hours(2)))).toBe('mandate-missing')
    expect(await codeOf(opening())).toBe('mandate-missing')
    await mandate('2026-01-01', null)
    expect(await moveCase(city.platform, agent, number, 'drop', hours(3))).toMatchObject({ state: 'dropped' })
  })

  test('has no mandate for one matter from a mandate for another', async () => {
    await city.platform.subjects.withdrawMandate(agent.subject, applicant.subject, '*', NOW)
    await mandate('2026-01-01', null, '000131000000')
    expect(await codeOf(opening())).toBe('mandate-missing')
    await mandate('2026-01-01', null)
    expect((await opening()).roles).toEqual(['agent'])
  })
})

describe('an opening', () => {
  const open = (opening: Partial<Parameters<typeof openCase>[4]>, actor = applicant) =>
    openCase(city.platform, actor, 'permits.permit', NOW, { region: COUNTY, organ: ORGAN, parties: { applicant: party(applicant) }, given: { title: '演出' }, ...opening })

  test('needs the parties that are required, of the right class, and takes no others', async () => {
    expect(await codeOf(open({ parties: {} }, clerk))).toBe('party-required')
    expect(await codeOf(open({ parties: { applicant: { ...party(applicant), class: 'organ' } } }))).toBe('party-class')
    expect(await codeOf(open({ parties: { applicant: party(applicant), witness: party(clerk) } }))).toBe('invalid-request')
  })

  test('is refused to those who may not', async () => {
    expect(await codeOf(open({}, await city.person('路人')))).toBe('wrong-post')
    expect(await codeOf(open({}, approver))).toBe('wrong-post')
    expect(await codeOf(open({}, await city.staff('邻县窗口', [{ post: 'permits.clerk', unit: NEIGHBOUR }])))).toBe('wrong-post')
    expect(await codeOf(openCase(city.platform, applicant, 'permits.absent', NOW, { region: COUNTY, organ: ORGAN }))).toBe('case-type-unknown')
  })

  test('by a clerk at a window is for the applicant, who sees it as theirs', async () => {
    const { number } = await open({}, clerk)
    expect(await moveCase(city.platform, applicant, number, 'drop', hours(1))).toMatchObject({ state: 'dropped' })
  })

  test('numbers cases of one prefix and day with check digits, none twice', async () => {
    const numbers = (await Promise.all(Array.from({ length: 30 }, () => open({})))).map(({ number }) => number)
    expect(new Set(numbers).size).toBe(30)
    for (const number of numbers) expect(number).toMatch(/^PT20260302\d{9}$/)
  })
})
