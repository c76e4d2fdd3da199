import { verify } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { issue } from '../../kernel/effect.ts'
import { parseCertificateId } from '../../kernel/codes/certificate-id.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { hours, NOW, ORGAN, OTHER_ORGAN } from '../fixtures/places.ts'
import { badge, say, scripted } from '../fixtures/script.ts'
import type { Platform } from '../platform.ts'
import { testCity, type TestCity } from '../testing.ts'
import { moveCase, openCase, party } from '../testing-cases.ts'

let city: TestCity
let owner: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [scripted], calendar: stateCouncilCalendar })
  owner = await city.person('持证人')
})

async function issued(platform: Platform, organ: string, validUntil: string | null = null): Promise<{ readonly id: string; readonly jws: string }> {
  const worker = await city.staff('办理者', [{ post: 'script.worker', unit: organ }])
  const { number } = await openCase(platform, owner, 'script.task', NOW, { region: '330203000000', organ, parties: { owner: party(owner) } })
  say(() => [issue(badge, 'owner', { name: '持证人', grade: 3 }, validUntil)])
  await moveCase(platform, worker, number, 'run', hours(1))
  const { rows } = await city.platform.db.queryOnce<{ id: string; signed: string }>('select id, signed from onevisit.credential where number = $1', [number])
  return { id: rows[0]!.id, jws: city.platform.vault.unseal(rows[0]!.signed) }
}

function readJws(jws: string): { readonly head: Record<string, unknown>; readonly body: Record<string, unknown>; readonly signed: Buffer; readonly signature: Buffer } {
  const [head, body, signature] = jws.split('.') as [string, string, string]
  const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>
  return { head: json(head), body: json(body), signed: Buffer.from(`${head}.${body}`), signature: Buffer.from(signature, 'base64url') }
}

test('a credential has a national id of its organ, and a signature that its organ\'s key verifies', async () => {
  const { id, jws } = await issued(city.platform, ORGAN, '2027-03-02')
  const parsed = parseCertificateId(id)
  expect(parsed).toMatchObject({ ok: true, value: { issuer: { code: ORGAN }, definedBy: { code: ORGAN }, type: `${ORGAN}901` } })
  const { head, body, signed, signature } = readJws(jws)
  const key = city.platform.credentials.publicKey(head['kid'] as string)!
  expect(verify(null, signed, key, signature)).toBe(true)
  expect(verify(null, Buffer.concat([signed, Buffer.from('x')]), key, signature)).toBe(false)
  expect(city.platform.credentials.issuerOf(head['kid'] as string)).toBe(ORGAN)
  expect(body).toMatchObject({ id: `urn:oid:${id}`, issuer: ORGAN, validUntil: '2027-03-02T23:59:59+08:00', credentialSubject: { id: `urn:uuid:${owner.subject}`, name: '持证人', grade: 3 } })
})

test('organs sign with keys of their own, one organ with the same in every process', async () => {
  const other = await city.another()
  const kid = async (platform: Platform, organ: string) => readJws((await issued(platform, organ)).jws).head['kid']
  const [first, second] = await Promise.all([kid(city.platform, OTHER_ORGAN), kid(other, OTHER_ORGAN)])
  expect(second).toBe(first)
  expect(await kid(other, ORGAN)).not.toBe(first)
  const published = city.platform.credentials.keys().keys.map(key => key['kid'])
  expect(published).toContain(first)
  expect(new Set(published).size).toBe(published.length)
  expect(JSON.stringify(city.platform.credentials.keys())).not.toContain('"d":')
})

test('an organ whose code is none issues nothing, least of all a file somewhere', async () => {
  for (const organ of ['../../escape', '', '11330200']) await expect(issued(city.platform, organ)).rejects.toMatchObject({ code: 'effect-invalid' })
})
