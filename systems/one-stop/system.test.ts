/** 一体化在线政务服务: journeys from application to close, in process, on a real database. */
import { beforeAll, describe, expect, it } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { testCity, type SignedIn, type TestCity } from '../../runtime/testing.ts'
import { civilAffairs } from './facade.ts'
import { elderlyCardMatter } from './matters/elderly-card.ts'
import { system } from './system.ts'

let city: TestCity
let wang: SignedIn
let approver: SignedIn

const now = '2026-03-02T02:00:00.000Z'
const organ = civilAffairs

async function resident(person: SignedIn, values: Record<string, unknown>): Promise<void> {
  const { db, vault, subjects } = city.platform
  const { identity, name } = await subjects.find(person.subject)
  await db.queryOnce(`insert into one_stop.resident (person, name, id_number, birth_date, sex, household, address, status, _at, _trace)
    values ($1, $2, $3, $4, 'male', $5, $6, $7, $8, gen_random_uuid())`,
  [person.subject, vault.seal(JSON.stringify(name)), vault.seal(JSON.stringify(identity)), values['birthDate'], values['household'] ?? '330203001001', vault.seal(JSON.stringify('海曙区某街道')), values['status'] ?? 'alive', now])
}

beforeAll(async () => {
  city = await testCity({ systems: [system], calendar: stateCouncilCalendar })
  wang = await city.person('王建国', '1955-06-01')
  approver = await city.staff('张审批', [{ post: 'one-stop.approver', unit: organ }])
  await resident(wang, { birthDate: '1955-06-01' })
})

describe('one-stop', () => {
  it('decides at once when everything is known', async () => {
    const prepared = await city.platform.applications.prepare(wang, elderlyCardMatter.code, { answers: { reason: 'first' } }, now, crypto.randomUUID())
    expect(prepared).toMatchObject({ oneCertificate: true, questions: [] })
    const answer = await city.platform.applications.submit(wang, { matter: elderlyCardMatter.code, answers: { reason: 'first' }, values: {}, consent: true }, now, crypto.randomUUID())
    console.log(JSON.stringify(answer, null, 1))
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ state: 'approved' })
    void approver
  })
})
