import { beforeAll, describe, expect, test } from 'vitest'
import type { Matter } from '../../kernel/matter.ts'
import { composeImplementationCode } from '../../kernel/codes/matter-code.ts'
import { defineSystem } from '../../kernel/system.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { silentLog } from '../database/log.ts'
import { CITY, hours, NOW, ORGAN } from '../fixtures/places.ts'
import { registry } from '../fixtures/registry.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { openPlatform } from '../platform.ts'
import { testCity, type TestCity } from '../testing.ts'
import type { MatterBook } from './book.ts'
import { codeOf, moveCase, problemOf, recordOf } from '../testing-cases.ts'

let city: TestCity
let author: SignedIn
let other: SignedIn
let matters: MatterBook
let made = 0

beforeAll(async () => {
  city = await testCity({ systems: [registry, services], calendar: stateCouncilCalendar })
  matters = city.platform.matters
  author = await city.staff('起草人', [])
  other = await city.staff('批准人', [])
})

/** A matter of a code of its own that asks for nothing. */
function plainMatter(more: Partial<Matter> = {}): Matter {
  const code = composeImplementationCode({ organ: ORGAN, level: '3', basic: `33201${String(++made).padStart(4, '0')}000` })
  const { instant: _instant, prefill: _prefill, ...rest } = cardMatter
  return { ...rest, code, questions: [], materials: [], ...more }
}

async function approved(matter: Matter): Promise<Matter> {
  await matters.draft(matter, author.subject, NOW)
  await matters.approve(matter.code, matter.edition, other.subject, NOW)
  return matter
}

const submit = (actor: SignedIn, matter: string, edition: number, values: Record<string, unknown>, now = NOW) =>
  city.platform.applications.submit(actor, { matter, edition, answers: {}, values, consent: true }, now, crypto.randomUUID())

describe('an edition', () => {
  test('is in force when somebody other than its author has approved it, on the days it says', async () => {
    const matter = plainMatter({ effectiveFrom: '2026-03-01', effectiveTo: '2026-03-31' })
    await matters.draft(matter, author.subject, NOW)
    expect(await codeOf(matters.inForce(matter.code, '2026-03-02'))).toBe('matter-unknown')
    expect(await codeOf(matters.approve(matter.code, 1, author.subject, NOW))).toBe('edition-same-author')
    expect(await codeOf(matters.inForce(matter.code, '2026-03-02'))).toBe('matter-unknown')
    expect(await matters.approve(matter.code, 1, other.subject, NOW)).toMatchObject({ state: 'approved', author: author.subject, approver: other.subject })
    expect(await matters.inForce(matter.code, '2026-03-01')).toEqual(matter)
    expect(await matters.inForce(matter.code, '2026-03-31')).toEqual(matter)
    for (const day of ['2026-02-28', '2026-04-01']) expect(await codeOf(matters.inForce(matter.code, day))).toBe('matter-not-in-force')
    expect((await matters.all('2026-03-15')).map(({ code }) => code)).toContain(matter.code)
    expect((await matters.all('2026-04-15')).map(({ code }) => code)).not.toContain(matter.code)
  })

  test('gives way to a later one from the day that one says', async () => {
    const first = await approved(plainMatter())
    const second = await approved({ ...first, edition: 2, effectiveFrom: '2026-06-01' })
    expect([(await matters.inForce(first.code, '2026-05-31')).edition, (await matters.inForce(first.code, '2026-06-01')).edition]).toEqual([1, 2])
    await matters.cancel(second.code, 2, NOW)
    expect((await matters.inForce(first.code, '2026-06-01')).edition).toBe(1)
    expect((await matters.editions(first.code)).map(({ matter, state }) => [matter.edition, state])).toEqual([[1, 'approved'], [2, 'cancelled']])
  })

  test('is drafted once, approved once, and not after it was cancelled', async () => {
    const matter = plainMatter()
    await matters.draft(matter, author.subject, NOW)
    expect(await codeOf(matters.draft(matter, other.subject, NOW))).toBe('matter-edition-exists')
    const results = await Promise.allSettled([other, await city.staff('另一批准人', [])].map(({ subject }) => matters.approve(matter.code, 1, subject, NOW)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await codeOf(matters.approve(matter.code, 1, other.subject, NOW))).toBe('matter-edition-exists')
    const draft = plainMatter()
    await matters.draft(draft, author.subject, NOW)
    await matters.cancel(draft.code, 1, NOW)
    expect(await problemOf(matters.approve(draft.code, 1, other.subject, NOW))).toMatchObject({ code: 'matter-edition-exists', detail: { en: 'this edition was cancelled' } })
    for (const work of [() => matters.approve('1', 1, other.subject, NOW), () => matters.cancel('1', 1, NOW), () => matters.approve(draft.code, 7, other.subject, NOW), () => matters.edition('1', 1)]) expect(await codeOf(work())).toBe('matter-unknown')
  })

  test('approved in one process is in force in another', async () => {
    const elsewhere = await city.another()
    const matter = plainMatter()
    expect(await codeOf(elsewhere.matters.inForce(matter.code, '2026-03-02'))).toBe('matter-unknown')
    await approved(matter)
    while (await elsewhere.matters.inForce(matter.code, '2026-03-02').then(() => false, () => true)) await new Promise(resolve => setTimeout(resolve, 20))
    expect(await elsewhere.matters.inForce(matter.code, '2026-03-02')).toEqual(matter)
  })
})

describe('a case', () => {
  const values = { name: '申请者', aim: '乘车' }
  const applicant = async () => {
    const person = await city.person('申请者')
    return { person, form: { ...values, idNumber: (await city.platform.subjects.find(person.subject)).identity } }
  }

  test('keeps the edition it was opened under, whatever becomes of it', async () => {
    const first = await approved(plainMatter())
    const { person, form } = await applicant()
    const { number } = (await submit(person, first.code, 1, form)).body as { number: string }
    await approved({ ...first, edition: 2, limits: { ...first.limits, promised: { n: 2, unit: 'workingDay' } } })
    await matters.cancel(first.code, 1, NOW)
    const approver = await city.staff('审批', [{ post: 'services.approver', unit: ORGAN }])
    expect(await moveCase(city.platform, approver, number, 'accept', hours(1))).toMatchObject({ edition: 1, due: { promised: '2026-03-09' }, values: { form: { name: '申请者', aim: '乘车' } } })
  })

  test('asked for under an edition that is no longer the present one is told so, and what was typed is given back', async () => {
    const first = await approved(plainMatter())
    const { person, form } = await applicant()
    await approved({ ...first, edition: 2 })
    expect(await problemOf(submit(person, first.code, 1, form))).toMatchObject({ code: 'matter-edition-changed', status: 409, more: { edition: 2, kept: form } })
    await matters.cancel(first.code, 2, NOW)
    expect(await problemOf(submit(person, first.code, 2, form))).toMatchObject({ code: 'matter-edition-changed', more: { edition: 1, kept: form } })
    await matters.cancel(first.code, 1, NOW)
    expect(await problemOf(submit(person, first.code, 2, form))).toMatchObject({ code: 'matter-not-in-force', status: 409, more: { kept: form } })
  })

  test('of a matter that allows several at a time may live beside another', async () => {
    const several = await approved(plainMatter({ allowsMultiple: true }))
    const { person, form } = await applicant()
    const numbers = await Promise.all([1, 2, 3].map(async () => ((await submit(person, several.code, 1, form)).body as { number: string }).number))
    expect(new Set(numbers).size).toBe(3)
  })

  test('of limits in hours has an instant to be done by', async () => {
    const quick = await approved(plainMatter({ limits: { ...cardMatter.limits, legal: { n: 48, unit: 'hour' }, promised: { n: 24, unit: 'hour' }, extension: { n: 12, unit: 'hour' } } }))
    const { person, form } = await applicant()
    const { number } = (await submit(person, quick.code, 1, form)).body as { number: string }
    const approver = await city.staff('审批', [{ post: 'services.approver', unit: ORGAN }])
    await moveCase(city.platform, approver, number, 'accept', hours(1))
    expect(await recordOf(city.platform, number)).toMatchObject({ due: { legal: '2026-03-04', promised: '2026-03-03' } })
    const { rows } = await city.platform.db.queryOnce(`select due from onevisit.inbox where number = $1 and state = 'open'`, [number])
    expect(rows).toEqual([{ due: hours(25) }])
  })
})

describe('a draft typed by hand', () => {
  const refused = async (matter: unknown) => (await problemOf(matters.draft(matter, author.subject, NOW)))
  const lines = async (matter: unknown) => ((await refused(matter)).more['faults'] as readonly string[])

  test('that is no matter at all is refused in plain lines', async () => {
    for (const matter of [null, 7, 'x', [], {}, { code: 'x' }, JSON.parse('{"__proto__": {"code": "1"}}')]) {
      const problem = await refused(matter)
      expect(problem).toMatchObject({ code: 'matter-invalid', status: 422 })
      for (const line of problem.more['faults'] as string[]) expect(line).toMatch(/^matter[^:]*: .+/)
    }
  })

  test('names every member that is wrong by its place', async () => {
    const draft = plainMatter()
    expect(await lines({ ...draft, effectiveFrom: '2026-02-30', edition: 0, title: { zh: '题' } })).toEqual(['matter.edition: a whole number from 1', 'matter.title.en: a text', 'matter.effectiveFrom: a date YYYY-MM-DD'])
    expect(await lines({ ...draft, organs: { [CITY]: '../../x', 330203: ORGAN } })).toEqual([`matter.organs: '330203' is not a twelve-digit region code`, `matter.organs.${CITY}: a unified social credit code`])
    expect(await lines({ ...draft, remedy: { zh: 'a\u0000', en: 'b' }, colour: 'red' })).toEqual(['matter.remedy.zh: a text', 'matter.colour: no such member'])
    expect(await lines({ ...draft, effectiveTo: '2019-01-01' })).toEqual(['matter.effectiveTo: it lies before effectiveFrom'])
    expect(await lines({ ...draft, limits: { legal: { n: 1, unit: 'day' }, promised: { n: 1, unit: 'day' }, extension: { n: 1, unit: 'workingDay' } } })).toEqual(['matter.limits.extension: it is in the unit of the legal limit'])
    expect(await lines({ ...draft, materials: [{ id: 'a', title: draft.title, ways: [{ by: 'magic' }] }] })).toEqual(['matter.materials[0].ways[0].by: one of credential, data, verification, promise, upload'])
    expect(await lines({ ...draft, audience: [] })).toEqual(['matter.audience: at least one'])
  })

  test('is judged against its case type as coded ones are', async () => {
    const draft = plainMatter()
    expect(await lines({ ...draft, case: 'services.absent' })).toEqual([`${draft.code}.case: no case type 'services.absent'`])
    expect(await lines({ ...draft, limits: { legal: draft.limits.legal, promised: draft.limits.promised } })).toEqual(expect.arrayContaining([expect.stringMatching(/no limit 'accept'/)]))
    expect(await lines({ ...draft, form: { ...draft.form, a: { kind: 'record', title: draft.title, fields: { b: 7 } } } })).toHaveLength(1)
    expect(await lines({ ...draft, result: { credential: 'services.card', claims: { nick: 'form.name' } } })).toEqual([expect.stringContaining(`no claim 'nick'`)])
  })
})

describe('a matter authored in code', () => {
  const start = (matter: Matter) => openPlatform({
    db: city.platform.db, dataDir: city.dataDir, log: silentLog, calendar: stateCouncilCalendar, systems: [registry, defineSystem({ ...services, matters: [matter] })],
  })

  test('changed without raising its edition stops the start, in one line', async () => {
    const problem = await problemOf(start({ ...cardMatter, visits: 1 }))
    expect(problem).toMatchObject({ code: 'definition-invalid', detail: `matter ${cardMatter.code}: edition 1 is stored and differs; raise 'edition'` })
  })

  test('unchanged, or under the next edition, starts; a cancelled one stays cancelled', async () => {
    await (await start(cardMatter)).close()
    const raised = await start({ ...cardMatter, edition: 2, visits: 1 })
    expect(await raised.matters.inForce(cardMatter.code, '2026-03-02')).toMatchObject({ edition: 2, visits: 1 })
    await raised.matters.cancel(cardMatter.code, 2, NOW)
    await raised.close()
    const again = await start({ ...cardMatter, edition: 2, visits: 1 })
    expect(await again.matters.inForce(cardMatter.code, '2026-03-02')).toMatchObject({ edition: 1 })
    await again.close()
  })
})
