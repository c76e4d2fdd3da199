import { beforeAll, describe, expect, test } from 'vitest'
import { composeCitizenId } from '../../kernel/codes/citizen-id.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { permits } from '../fixtures/permits.ts'
import { COUNTY, days, hours, NOW } from '../fixtures/places.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf } from '../testing-cases.ts'

let city: TestCity
let made = 0

beforeAll(async () => {
  city = await testCity({ systems: [permits], calendar: stateCouncilCalendar })
})

const identity = () => composeCitizenId({ region: '330205', birth: '1980-01-01', sequence: ++made })
const register = (id = identity(), name = '某人') => city.platform.subjects.register({ class: 'person', name, identity: id }, NOW)

async function account(more: Partial<Parameters<TestCity['platform']['accounts']['create']>[0]> = {}): Promise<{ readonly id: string; readonly username: string; readonly password: string }> {
  const username = more.username ?? `user-${++made}`
  const password = 'a long enough password'
  const id = await city.platform.accounts.create({ username, password, kind: 'staff', subject: await register(), name: '某人', cheapHash: true, ...more }, NOW)
  return { id, username, password }
}

describe('an account', () => {
  test('signs in with its password, and nothing tells an unknown name from a wrong one', async () => {
    const { username, password } = await account({ posts: [{ post: 'permits.clerk', unit: COUNTY }] })
    const { accounts } = city.platform
    const { token, expiresAt } = await accounts.signIn(username, password, NOW)
    expect(expiresAt).toBe(hours(12))
    expect(await accounts.signedIn(token, hours(11))).toMatchObject({ kind: 'staff', class: 'person', name: '某人', holdings: [{ post: 'permits.clerk', unit: COUNTY }] })
    const wrong = await accounts.signIn(username, 'another long password', NOW).catch((error: unknown) => error)
    const absent = await accounts.signIn('nobody', password, NOW).catch((error: unknown) => error)
    expect(wrong).toMatchObject({ code: 'wrong-credentials' })
    expect(absent).toEqual(wrong)
  })

  test('is made once under a name, with a password that is long enough', async () => {
    const { username } = await account()
    expect(await codeOf(account({ username }))).toBe('username-taken')
    expect(await codeOf(account({ password: '短密码短密码短密码短密' }))).toBe('password-too-weak')
    await account({ password: '长密码长密码长密码长密码' })
  })

  test('that is disabled signs in no more', async () => {
    const { id, username, password } = await account()
    await city.platform.db.queryOnce('update onevisit.account set disabled = true where id = $1', [id])
    expect(await codeOf(city.platform.accounts.signIn(username, password, NOW))).toBe('wrong-credentials')
  })
})

describe('a session', () => {
  test('ends after its time, on signing out, and not for others of the same account', async () => {
    const { accounts } = city.platform
    const { username, password } = await account()
    const [one, two] = [await accounts.signIn(username, password, NOW), await accounts.signIn(username, password, NOW)]
    expect(await codeOf(accounts.signedIn(one.token, hours(12)))).toBe('session-expired')
    await accounts.signedIn(one.token, NOW)
    await accounts.signOut(one.token, hours(1))
    expect(await codeOf(accounts.signedIn(one.token, hours(1)))).toBe('session-expired')
    expect(await accounts.signedIn(two.token, hours(1))).toMatchObject({ name: '某人' })
    for (const token of ['', 'x', `${two.token}x`, "' or 1=1"]) expect(await codeOf(accounts.signedIn(token, NOW))).toBe('sign-in-required')
    await accounts.signOut('unknown', NOW)
  })

  test('shows posts that hold today, and changes of them at once, in other processes too', async () => {
    const other = await city.another()
    const { id, username, password } = await account({ posts: [{ post: 'permits.clerk', unit: COUNTY }] })
    const { token } = await city.platform.accounts.signIn(username, password, NOW)
    expect((await city.platform.accounts.signedIn(token, '2026-03-01T00:00:00.000Z')).holdings).toEqual([])
    expect((await other.accounts.signedIn(token, hours(1))).holdings).toHaveLength(1)
    await city.platform.accounts.setPosts(id, [{ post: 'permits.approver', unit: 'x' }], NOW)
    expect((await city.platform.accounts.signedIn(token, hours(1))).holdings).toEqual([{ post: 'permits.approver', unit: 'x' }])
    while ((await other.accounts.signedIn(token, hours(1))).holdings[0]?.post !== 'permits.approver') await new Promise(resolve => setTimeout(resolve, 10))
    await city.platform.db.queryOnce(`update onevisit.account_post set valid_to = '2026-03-02' where account = $1`, [id])
    city.platform.accounts.forget(id)
    expect((await city.platform.accounts.signedIn(token, hours(2))).holdings).toHaveLength(1)
    city.platform.accounts.forget()
    await city.platform.db.queryOnce(`update onevisit.session set expires_at = $1`, [days(9)])
    expect((await city.platform.accounts.signedIn(token, days(1))).holdings).toEqual([])
  })
})

describe('a subject', () => {
  test('is the same however often it is registered, and known by its identity under one id', async () => {
    const { subjects } = city.platform
    const id = identity()
    const subject = await subjects.register({ class: 'person', name: '旧名', identity: id, region: COUNTY }, NOW)
    expect(await register(id.toLowerCase(), '新名')).toBe(subject)
    expect(await subjects.find(subject)).toEqual({ id: subject, class: 'person', name: '新名', identity: id, region: COUNTY })
    expect(subjects.idOf('person', id)).toBe(subject)
    expect(await subjects.identities([subject, crypto.randomUUID()])).toEqual(new Map([[subject, id]]))
  })

  test('with a wrong identity number is refused, telling where', async () => {
    for (const id of ['', '330203199005050000', '33020319900505001', 'x'.repeat(18)]) expect(await codeOf(register(id))).toBe('code-invalid')
    expect(await codeOf(city.platform.subjects.find(crypto.randomUUID()))).toBe('subject-unknown')
  })

  test('acts for another under a mandate of the matter or of all, on its days, until it is withdrawn', async () => {
    const { subjects } = city.platform
    const [agent, principal] = [await register(), await register()]
    const on = (matter: string | null, day = '2026-03-02') => subjects.mandated(agent, principal, matter, day)
    expect(await on('m1')).toBe(false)
    await subjects.grantMandate(agent, principal, 'm1', '2026-03-01', '2026-03-31')
    expect([await on('m1'), await on('m2'), await on(null), await on('m1', '2026-02-28'), await on('m1', '2026-04-01'), await subjects.mandated(principal, agent, 'm1', '2026-03-02')]).toEqual([true, false, false, false, false, false])
    await subjects.grantMandate(agent, principal, '*', '2026-03-01', null)
    expect([await on('m2'), await on(null)]).toEqual([true, true])
    await subjects.withdrawMandate(agent, principal, '*', NOW)
    expect([await on('m1'), await on('m2')]).toEqual([true, false])
    await subjects.withdrawMandate(agent, principal, 'm1', NOW)
    expect(await on('m1')).toBe(false)
  })
})
