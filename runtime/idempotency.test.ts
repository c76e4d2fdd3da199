import { beforeAll, describe, expect, test } from 'vitest'
import { put } from '../kernel/effect.ts'
import { stateCouncilCalendar } from '../reference/calendar/index.ts'
import type { SignedIn } from './access/actor.ts'
import { hours, NOW, ORGAN } from './fixtures/places.ts'
import { registry } from './fixtures/registry.ts'
import { say, scripted, stock } from './fixtures/script.ts'
import { cardMatter, services } from './fixtures/services.ts'
import { onceOf, type Once, type StoredAnswer } from './idempotency.ts'
import { testCity, type TestCity } from './testing.ts'
import { codeOf, moveCase, party, recordOf } from './testing-cases.ts'

let city: TestCity
let owner: SignedIn
let worker: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [registry, services, scripted], calendar: stateCouncilCalendar })
  owner = await city.person('王所有')
  worker = await city.staff('办理者', [{ post: 'script.worker', unit: ORGAN }])
})

const keyOf = (actor: SignedIn, key: string, ...body: string[]) => onceOf(actor.account, key, body)
const newKey = () => `key-${crypto.randomUUID()}`

function open(once: Once, title = '一', actor = owner): Promise<StoredAnswer> {
  return city.platform.desk.open({
    actor, type: 'script.task', matter: null, given: { title }, parties: { owner: party(actor) }, region: '330203000000', acceptingRegion: '330203000000', organ: ORGAN, now: NOW, once,
    answer: (_work, { record }) => ({ status: 201, body: { number: record.number, title: record.values['title'] } }),
  })
}
const run = (number: string, once: Once, version = 1) => city.platform.desk.move({ actor: worker, number, move: 'run', given: {}, note: null, version, now: hours(1), once })
const numberOf = (answer: StoredAnswer) => (answer.body as { number: string }).number
const cases = async () => (await city.platform.db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.cases')).rows[0]!.n

describe('a write under a key', () => {
  test('is carried out once; the same request gives the first answer, also after the case moved on', async () => {
    const key = newKey()
    const first = await open(keyOf(owner, key, 'a'))
    const before = await cases()
    expect(await open(keyOf(owner, key, 'a'))).toEqual(first)
    const moving = newKey()
    const moved = await run(numberOf(first), keyOf(worker, moving, 'run'))
    expect(moved.body).toMatchObject({ version: 2 })
    await moveCase(city.platform, worker, numberOf(first), 'finish', hours(2))
    expect(await run(numberOf(first), keyOf(worker, moving, 'run'))).toEqual(moved)
    expect(await open(keyOf(owner, key, 'a'))).toEqual(first)
    expect(await cases()).toBe(before)
    expect(await recordOf(city.platform, numberOf(first))).toMatchObject({ version: 3, state: 'done' })
  })

  test('with another body is refused, whether or not it would have been possible', async () => {
    const key = newKey()
    await open(keyOf(owner, key, 'a'))
    expect(await codeOf(open(keyOf(owner, key, 'b'), '二'))).toBe('idempotency-key-reused')
    const number = numberOf(await open(keyOf(owner, newKey(), 'c')))
    const moving = newKey()
    await run(number, keyOf(worker, moving, 'x'))
    expect(await codeOf(run(number, keyOf(worker, moving, 'y'), 2))).toBe('idempotency-key-reused')
    expect(await codeOf(run(number, keyOf(worker, moving, 'y'), 1))).toBe('idempotency-key-reused')
  })

  test('by twenty at once is carried out by one of them, and all get its answer', async () => {
    const other = await city.another()
    for (let round = 0; round < 5; round++) {
      const [key, before] = [newKey(), await cases()]
      const answers = await Promise.all(Array.from({ length: 20 }, () => open(keyOf(owner, key, 'a'))))
      expect(new Set(answers.map(numberOf)).size).toBe(1)
      expect(await cases()).toBe(before + 1)
      const number = numberOf(answers[0]!)
      const moving = newKey()
      const moves = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? city.platform : other).desk.move({ actor: worker, number, move: 'run', given: {}, note: null, version: 1, now: hours(1), once: keyOf(worker, moving, 'run') })))
      for (const answer of moves) expect(answer).toEqual(moves[0])
      expect((await recordOf(city.platform, number)).version).toBe(2)
    }
  })

  test('that failed may be tried again under the same key', async () => {
    const number = numberOf(await open(keyOf(owner, newKey(), 'a')))
    const key = newKey()
    say(() => [put(stock, [{ code: 'x'.repeat(30) }])])
    expect(await codeOf(run(number, keyOf(worker, key, 'run')))).toBe('invalid-request')
    say(() => [])
    expect((await run(number, keyOf(worker, key, 'run'))).body).toMatchObject({ version: 2 })
  })

  test('is the account\'s own: the same key of another account is another key', async () => {
    const [key, friend] = [newKey(), await city.person('李朋友')]
    const [mine, theirs] = [await open(keyOf(owner, key, 'a')), await open(keyOf(friend, key, 'b'), '二', friend)]
    expect(numberOf(mine)).not.toBe(numberOf(theirs))
    expect(await open(keyOf(friend, key, 'b'), '二', friend)).toEqual(theirs)
  })

  test('keeps its answer sealed at rest', async () => {
    await open(keyOf(owner, newKey(), 'a'), '王所有的秘密')
    const { rows } = await city.platform.db.queryOnce<{ row: string }>('select i::text as row from onevisit.idempotency i')
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) expect(row).not.toMatch(/秘密|SC2026|number/)
  })

  test('takes keys of printable characters only', () => {
    for (const key of ['', 'short', 'has space in it', '中文中文中文中文', 'x'.repeat(201), 'tab\tabcdefgh']) expect(() => keyOf(owner, key, 'a')).toThrow(expect.objectContaining({ code: 'idempotency-key-invalid' }))
    expect(keyOf(owner, 'a-good-key', 'a').requestHash).not.toBe(keyOf(owner, 'a-good-key', 'a', '').requestHash)
  })
})

describe('an application under a key', () => {
  test('gives its answer again when it would be refused now: the edition cancelled, the case still alive', async () => {
    const applicant = await city.person('申请者')
    const request = { matter: cardMatter.code, edition: 1, answers: { kind: 'first' }, values: { name: '申请者', idNumber: (await city.platform.subjects.find(applicant.subject)).identity! }, consent: true, uploads: { identity: [crypto.randomUUID()], standing: [crypto.randomUUID()] } }
    const once = keyOf(applicant, newKey(), 'apply')
    const submit = (key: Once) => city.platform.applications.submit(applicant, request, NOW, crypto.randomUUID(), key)
    const first = await submit(once)
    expect(first).toMatchObject({ status: 201, body: { state: 'submitted' } })
    expect(await submit(once)).toEqual(first)
    expect(await codeOf(submit(keyOf(applicant, newKey(), 'apply')))).toBe('live-case-exists')
    await city.platform.matters.cancel(cardMatter.code, 1, NOW)
    expect(await submit(once)).toEqual(first)
    expect(await codeOf(submit(keyOf(applicant, newKey(), 'apply')))).toBe('matter-not-in-force')
  })
})
