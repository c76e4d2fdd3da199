import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { put } from '../../kernel/effect.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { CITY, COUNTY, hours, NEIGHBOUR, NOW, ORGAN } from '../fixtures/places.ts'
import { holders, registry } from '../fixtures/registry.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { onceOf } from '../idempotency.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, problemOf, recordOf, write } from '../testing-cases.ts'
import type { ApplicationRequest } from './submit.ts'

let city: TestCity
const statements: string[] = []

/** The two that an application costs by what they do, any other as it is. */
function kindOf(text: string): string {
  if (/^with found as .*insert into onevisit\.data_use/s.test(text)) return 'ask'
  return /insert into onevisit\.events_services/.test(text) ? 'write' : text
}

beforeAll(async () => {
  city = await testCity({ systems: [registry, services], calendar: stateCouncilCalendar, onStatement: (_name, text) => void statements.push(kindOf(text)) })
})

const request: ApplicationRequest = { matter: cardMatter.code, edition: 1, answers: { kind: 'first' }, values: {}, consent: true }
const submit = (actor: SignedIn, more: Partial<ApplicationRequest> = {}, now = NOW) => city.platform.applications.submit(actor, { ...request, ...more }, now, crypto.randomUUID())
const numberOf = (answer: { readonly body: unknown }) => (answer.body as { number: string }).number

/** Somebody the register knows; with fewer than ten points a person decides. */
async function registered(points: number | null = 3, name = '申请者'): Promise<SignedIn> {
  const person = await city.person(name)
  const { identity } = await city.platform.subjects.find(person.subject)
  await write(city.platform, NOW, put(holders, [{ person: person.subject, name, idNumber: identity!, status: 'live', points }]))
  return person
}

describe('round trips', () => {
  beforeEach(async () => {
    // Running numbers come in blocks, scopes and editions are learnt once: neither belongs to one application.
    for (let i = 0; i < 2; i++) await submit(await registered(20 * i))
  })

  test.each([['decided at once', 20], ['left to a person', 3], ['of whom a fact is not known', null]])('an application for oneself %s costs two: one question, one write', async (_how, points) => {
    const person = await registered(points)
    statements.length = 0
    await city.platform.applications.submit(person, request, NOW, crypto.randomUUID(), onceOf(person.account, `key-${person.account}`, ['x']))
    expect(statements).toEqual(['ask', 'write'])
  })

  test('a move costs two: the case, and the write', async () => {
    const approver = await city.staff('审批', [{ post: 'services.approver', unit: ORGAN }])
    const { number } = await recordOf(city.platform, numberOf(await submit(await registered())))
    statements.length = 0
    await city.platform.desk.move({ actor: approver, number, move: 'accept', given: {}, note: null, version: 1, now: hours(1) })
    expect(statements).toEqual([expect.stringMatching(/^select .* from onevisit\.cases where system = \$1 and number = \$2$/s), 'write'])
  })
})

describe('an application', () => {
  test('is filled from the register, pins the edition, and is answered with where it stands', async () => {
    const person = await registered()
    const answer = await submit(person)
    expect(answer).toMatchObject({ status: 201, body: { state: 'submitted', version: 1, credentials: [], next: { zh: '已收件' } } })
    expect(await recordOf(city.platform, numberOf(answer))).toMatchObject({ matter: cardMatter.code, matterEdition: 1, region: CITY, acceptingRegion: CITY, organ: ORGAN, values: { form: { name: '申请者' }, answers: { kind: 'first' }, materials: [{ id: 'identity', by: 'data' }, { id: 'standing', by: 'data' }] } })
  })

  test('shows its form in the order of the edition', async () => {
    const prepared = await city.platform.applications.prepare(await registered(), cardMatter.code, {}, NOW, crypto.randomUUID())
    expect(Object.keys(prepared.schema['properties'] as object)).toEqual(['zone', 'name', 'aim', 'idNumber', 'b', 'witness'])
    expect(prepared.questions.map(({ id }) => id)).toEqual(['kind'])
  })

  test('of one matter lives once for one applicant; the refusal names the one that lives', async () => {
    const person = await registered()
    const number = numberOf(await submit(person))
    expect(await problemOf(submit(person))).toMatchObject({ code: 'live-case-exists', status: 409, more: { number, link: `/api/v1/cases/${number}` } })
    await moveCase(city.platform, person, number, 'withdraw', hours(1))
    const again = numberOf(await submit(person))
    expect(again).not.toBe(number)
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => submit(person)))
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'live-case-exists', more: { number: again } } })
  })

  test('twice at the same moment is filed once', async () => {
    const person = await registered()
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => submit(person)))
    const [filed, ...more] = results.flatMap(result => result.status === 'fulfilled' ? [numberOf(result.value)] : [])
    expect(more).toEqual([])
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'live-case-exists', more: { number: filed } })
  })

  test('decided at once lives no more, so another may follow', async () => {
    const person = await registered(20)
    expect((await submit(person)).body).toMatchObject({ state: 'approved' })
    expect((await submit(person)).body).toMatchObject({ state: 'approved' })
  })

  test('in a region that does not offer it, or in none there is, is refused', async () => {
    const person = await registered()
    expect(await codeOf(submit(person, { region: '330900000000' }))).toBe('matter-not-offered-here')
    for (const region of ['330203', 'somewhere', "'; --", '000000000000']) expect(await problemOf(submit(person, { region }))).toMatchObject({ code: 'invalid-request', faults: [{ path: '/region', code: 'code-invalid' }] })
    expect(await problemOf(submit(person, { acceptingRegion: 'window 7' }))).toMatchObject({ faults: [{ path: '/acceptingRegion' }] })
    expect(await recordOf(city.platform, numberOf(await submit(person, { region: '330203001001', acceptingRegion: NEIGHBOUR })))).toMatchObject({ region: CITY, acceptingRegion: NEIGHBOUR })
  })

  test('is for those the matter is for', async () => {
    expect(await codeOf(submit(await city.firm('某公司'), { values: {} }))).toBe('matter-audience')
    expect(await codeOf(submit(await registered(), { matter: '999999' }))).toBe('matter-unknown')
  })

  test('must answer what its situation asks, with answers there are', async () => {
    const person = await registered()
    expect(await problemOf(submit(person, { answers: {} }))).toMatchObject({ code: 'answers-missing', more: { questions: ['kind'] } })
    expect(await problemOf(submit(person, { answers: { kind: 'stolen' } }))).toMatchObject({ code: 'invalid-request', faults: [{ path: '/answers/kind', code: 'field-choice' }] })
    expect(await problemOf(submit(person, { answers: { colour: 'red' } }))).toMatchObject({ code: 'invalid-request', faults: [{ path: '/answers/colour' }] })
    expect(await problemOf(submit(person, { answers: { kind: 'lost' } }))).toMatchObject({ code: 'materials-missing', faults: [{ path: '/promises/loss', message: { zh: '缺少：遗失声明' } }] })
    expect((await submit(person, { answers: { kind: 'lost' }, promises: ['loss'] })).status).toBe(201)
  })

  test('points at its faults where the applicant wrote them', async () => {
    const person = await registered()
    const places = async (more: Partial<ApplicationRequest>) => (await problemOf(submit(person, more))).faults.map(({ path, code }) => `${path} ${code}`)
    expect(await places({ values: { b: 'two', colour: 1, idNumber: '1' } })).toEqual(['/values/idNumber citizen-id-length', '/values/b field-type', '/values/colour field-unknown'])
    expect(await places({ consent: false })).toEqual(['/consent consent-required'])
    expect(await places({ promises: ['identity', 7 as never] })).toEqual(['/promises/0 field-choice', '/promises/1 field-choice'])
    expect(await places({ uploads: { identity: ['x'], colour: [] } })).toEqual(['/uploads/identity/0 field-type', '/uploads/colour field-unknown'])
    expect(await places({ uploads: [] as never, promises: 'loss' as never })).toEqual(['/uploads field-type', '/promises field-type'])
    expect(await codeOf(submit(person, { values: { aim: 'a\u0000b' } }))).toBe('nul-character')
  })
})

describe('for somebody else', () => {
  test('a clerk files at their window, with or without the agent who came', async () => {
    const clerk = await city.staff('窗口', [{ post: 'services.approver', unit: ORGAN }, { post: 'services.clerk', unit: COUNTY }])
    const [person, agent] = [await registered(), await city.person('代办人')]
    const record = await recordOf(city.platform, numberOf(await submit(clerk, { applicant: person.subject })))
    expect(record).toMatchObject({ acceptingRegion: COUNTY, parties: { applicant: { subject: person.subject } } })
    expect(Object.keys(record.parties)).toEqual(['applicant'])
    expect(await codeOf(submit(clerk, { applicant: (await registered()).subject, acceptingRegion: NEIGHBOUR }))).toBe('wrong-post')
    const other = await registered()
    expect(await codeOf(submit(clerk, { applicant: other.subject, agent: agent.subject }))).toBe('mandate-missing')
    await city.platform.subjects.grantMandate(agent.subject, other.subject, cardMatter.code, '2026-01-01', null)
    expect((await recordOf(city.platform, numberOf(await submit(clerk, { applicant: other.subject, agent: agent.subject })))).parties['agent']).toEqual({ subject: agent.subject, class: 'person' })
  })

  test('an agent needs a mandate, and nobody\'s data are read without one', async () => {
    const [person, agent] = [await registered(), await city.person('代办人')]
    const uses = async () => (await city.platform.db.queryOnce('select 1 from onevisit.data_use where subjects @> array[$1::uuid]', [person.subject])).rows.length
    const before = await uses()
    expect(await codeOf(submit(agent, { applicant: person.subject }))).toBe('mandate-missing')
    expect(await codeOf(city.platform.applications.prepare(agent, cardMatter.code, { applicant: person.subject }, NOW, crypto.randomUUID()))).toBe('mandate-missing')
    expect(await uses()).toBe(before)
    await city.platform.subjects.grantMandate(agent.subject, person.subject, '*', '2026-01-01', null)
    const answer = await submit(agent, { applicant: person.subject })
    await city.platform.subjects.withdrawMandate(agent.subject, person.subject, '*', NOW)
    expect(await codeOf(moveCase(city.platform, agent, numberOf(answer), 'withdraw', hours(1)))).toBe('mandate-missing')
    expect(await codeOf(submit(agent, { applicant: crypto.randomUUID() }))).toBe('subject-unknown')
  })

  test('whoever applies does not handle the case by a post', async () => {
    const official = await city.staff('官员', [{ post: 'services.approver', unit: ORGAN }])
    const { identity } = await city.platform.subjects.find(official.subject)
    const number = numberOf(await submit(official, { values: { name: '官员', idNumber: identity }, uploads: { identity: [crypto.randomUUID()], standing: [crypto.randomUUID()] } }))
    expect(await problemOf(moveCase(city.platform, official, number, 'accept', hours(1)))).toMatchObject({ code: 'duties-separated', detail: { en: 'you are the applicant of this case or act for the applicant' } })
    expect((await moveCase(city.platform, official, number, 'withdraw', hours(1))).roles).toEqual(['applicant'])
  })
})
