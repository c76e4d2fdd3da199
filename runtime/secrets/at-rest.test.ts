/** What identifies a person is nowhere in the database in clear: every row of every table is read as text. */
import { beforeAll, expect, test } from 'vitest'
import { put } from '../../kernel/effect.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { permits } from '../fixtures/permits.ts'
import { CITY, COUNTY, hours, NOW, ORGAN } from '../fixtures/places.ts'
import { holders, registry } from '../fixtures/registry.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { onceOf } from '../idempotency.ts'
import { testCity, type TestCity } from '../testing.ts'
import { moveCase, openCase, party, recordOf, write } from '../testing-cases.ts'
import { vaultOf } from './vault.ts'

let city: TestCity

beforeAll(async () => {
  city = await testCity({ systems: [registry, services, permits], calendar: stateCouncilCalendar })
})

async function everyRow(): Promise<readonly { readonly table: string; readonly row: string }[]> {
  const { db } = city.platform
  const { rows: tables } = await db.queryOnce<{ name: string }>(`select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') order by 1`)
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['onevisit.cases_services', 'onevisit.events_permits', 'registry.holder', 'onevisit.account', 'onevisit.idempotency']))
  // A user name is what a person chooses to sign in with; those of these tests are made of names.
  const text = (name: string) => name === 'onevisit.account' ? `(to_jsonb(t) - 'username')::text` : 't::text'
  const rows = await Promise.all(tables.map(async ({ name }) => (await db.queryOnce<{ row: string }>(`select ${text(name)} as row from ${name} t`)).rows.map(({ row }) => ({ table: name, row }))))
  return rows.flat()
}

test('names, identity numbers and sealed values appear in no table, through every way they come in', async () => {
  const { platform } = city
  const secrets = { applicant: '欧阳慕雪', staff: '司徒景行', contact: '联系人诸葛', informant: '举报人闻人', keyHolder: '保管人钟离', witness: '证人令狐', friend: '代办人公孙' }
  const applicant = await city.person(secrets.applicant, '1961-07-08')
  const agent = await city.person(secrets.friend, '1977-01-02')
  const staff = await city.staff(secrets.staff, [{ post: 'services.approver', unit: ORGAN }, { post: 'permits.approver', unit: ORGAN }, { post: 'permits.clerk', unit: COUNTY }])
  const { identity } = await platform.subjects.find(applicant.subject)
  await inRegistry(applicant, secrets.applicant, identity!)
  await platform.subjects.grantMandate(agent.subject, applicant.subject, '*', '2026-01-01', null)

  const apply = (values: Record<string, unknown>, key: string, now: string) => platform.applications.submit(applicant, { matter: cardMatter.code, answers: { kind: 'first' }, values, consent: true }, now, crypto.randomUUID(), onceOf(applicant.account, key, ['apply']))
  expect((await apply({ witness: secrets.witness, aim: '乘车' }, 'instant-application', NOW)).body).toMatchObject({ state: 'approved', credentials: [{ type: 'services.card' }] })
  const { number } = (await apply({ name: `${secrets.applicant}（曾用名）`, zone: '东' }, 'second-application', NOW)).body as { number: string }
  await moveCase(platform, staff, number, 'askCorrection', hours(1), { given: { correctionItems: [{ item: '姓名', reason: '与登记不一致' }] } })
  const supplied = { form: { name: secrets.applicant, witness: secrets.witness } }
  await moveCase(platform, applicant, number, 'supplement', hours(2), {
    given: supplied, resolve: working => platform.applications.resupply(working, supplied, applicant, hours(2), crypto.randomUUID()), once: onceOf(applicant.account, 'a-supplement', ['x']),
  })

  const permit = await openCase(platform, agent, 'permits.permit', NOW, {
    region: COUNTY, organ: ORGAN, parties: { applicant: party(applicant), agent: party(agent) }, once: onceOf(agent.account, 'a-permit-opening', ['open']),
    given: { title: '演出', contact: secrets.contact, informant: secrets.informant, site: { street: '中山路', keyHolder: secrets.keyHolder } },
  })
  await moveCase(platform, staff, permit.number, 'accept', hours(1), { once: onceOf(staff.account, 'an-acceptance', ['accept']) })
  await platform.timers.runDue(hours(24 * 30))

  const rows = await everyRow()
  expect(rows.some(({ row }) => row.includes('中山路'))).toBe(true)
  for (const secret of [...Object.values(secrets), identity!, identity!.slice(0, 14)]) {
    const found = rows.filter(({ row }) => row.includes(secret))
    expect({ secret, tables: found.map(({ table }) => table) }).toEqual({ secret, tables: [] })
  }
  // Nothing was lost by it: those who may see it read it in clear.
  expect((await recordOf(platform, permit.number)).values).toMatchObject({ contact: secrets.contact, informant: secrets.informant, site: { street: '中山路', keyHolder: secrets.keyHolder } })
  expect((await recordOf(platform, number)).values['form']).toMatchObject({ name: secrets.applicant, idNumber: identity, witness: secrets.witness, zone: '东' })
})

async function inRegistry(person: SignedIn, name: string, idNumber: string): Promise<void> {
  await write(city.platform, NOW, put(holders, [{ person: person.subject, name, idNumber, birthDate: '1961-07-08', status: 'live', points: 12 }]))
}

test('a session\'s token, and a password, are stored as hashes only', async () => {
  const { platform } = city
  await city.person('会话者')
  const { rows } = await platform.db.queryOnce<{ username: string }>(`select username from onevisit.account where username like '会话者%'`)
  const password = `password-of-${rows[0]!.username}`
  const { token } = await platform.accounts.signIn(rows[0]!.username, password, NOW)
  for (const { row } of await everyRow()) for (const secret of [token, password]) expect(row.includes(secret)).toBe(false)
  expect((await platform.accounts.signedIn(token, NOW)).name).toBe('会话者')
})

test('another key opens nothing, and a changed text is refused', () => {
  const [vault, other] = [vaultOf(Buffer.alloc(32, 1)), vaultOf(Buffer.alloc(32, 2))]
  const sealed = vault.seal('欧阳慕雪')
  expect(vault.unseal(sealed)).toBe('欧阳慕雪')
  expect(vault.seal('欧阳慕雪')).not.toBe(sealed)
  expect(() => other.unseal(sealed)).toThrow()
  for (let i = 3; i < sealed.length; i += 5) expect(() => vault.unseal(sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1))).toThrow()
  expect(vault.pseudonym('person', 'x')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set([vault.pseudonym('person', 'x'), vault.pseudonym('person', 'y'), vault.pseudonym('organisation', 'x'), other.pseudonym('person', 'x')]).size).toBe(4)
  expect(() => vaultOf(Buffer.alloc(31))).toThrow(RangeError)
})

test('the seat of a case is no secret, its people are: a case is found by pseudonymous subjects', async () => {
  const { rows } = await city.platform.db.queryOnce<{ parties: Record<string, { subject: string }> }>('select parties from onevisit.cases where region in ($1, $2)', [CITY, COUNTY])
  for (const { parties } of rows) for (const { subject } of Object.values(parties)) expect(subject).toMatch(/^[0-9a-f-]{36}$/)
})
