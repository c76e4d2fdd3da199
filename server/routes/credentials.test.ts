import { createPublicKey, verify } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { composeCertificateId } from '../../kernel/codes/certificate-id.ts'
import { cardMatter, library } from '../fixtures/library.ts'
import { libraryCast, register, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
let id: string
let number: string
let signed: string

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
  ;({ id, number } = await obtained(cast.reader, cast.people.reader))
  signed = (await cast.reader.get(`/api/v1/credentials/${id}`)).body.signed
})

async function obtained(client: Client, person: Parameters<typeof register>[1]): Promise<{ readonly id: string; readonly number: string }> {
  await register(server, person, 'good')
  const { body } = await client.post('/api/v1/cases', { matter: cardMatter.code, answers: { reason: 'first' }, values: {}, consent: true })
  return { id: body.credentials[0].id, number: body.number }
}
const verified = async (presented: object) => (await server.guest.post('/api/v1/credentials/verify', presented)).body
const setColumn = (column: 'status' | 'valid_until' | 'issuer' | 'signed', value: unknown) => server.platform.db.queryOnce(`update onevisit.credential set ${column} = $2 where id = $1`, [id, value])

describe('a credential', () => {
  it('is read by its holder and by staff of its case, and by nobody else', async () => {
    const own = await cast.reader.get(`/api/v1/credentials/${id}`)
    expect(own.body).toMatchObject({ id, type: 'library.readerCard', title: { zh: '读者证' }, holder: cast.people.reader.subject, issuer: library, status: 'valid', claims: { name: '王读者' }, face: ['name'], number, validUntil: null })
    expect((await cast.approver.get(`/api/v1/credentials/${id}`)).body).toEqual(own.body)
    for (const client of [cast.other, cast.librarian]) expect((await client.get(`/api/v1/credentials/${id}`)).body).toMatchObject({ status: 403, code: 'not-permitted' })
    expect((await server.guest.get(`/api/v1/credentials/${id}`)).status).toBe(401)
  })

  it('is listed for its holder only', async () => {
    expect((await cast.reader.get('/api/v1/credentials')).body).toMatchObject({ items: [{ id }], next: null })
    expect((await cast.approver.get('/api/v1/credentials')).body).toEqual({ items: [], next: null })
  })

  it('that does not exist is not found, and an id that cannot be is refused before any look', async () => {
    const nobodys = composeCertificateId({ type: `${library}021`, issuer: library, serial: '2026030200000000', version: 1 })
    expect((await cast.reader.get(`/api/v1/credentials/${nobodys}`)).body).toMatchObject({ status: 404, code: 'credential-unknown' })
    expect((await cast.reader.get(`/api/v1/credentials/${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`)).body).toMatchObject({ status: 422, code: 'credential-id-invalid' })
  })
})

describe('verification, open to all', () => {
  it('holds with the published keys alone', async () => {
    const { body: { keys } } = await server.guest.get('/api/v1/credentials/keys')
    const [head, payload, signature] = signed.split('.') as [string, string, string]
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }
    const key = createPublicKey({ key: keys.find((one: { kid: string }) => one.kid === kid), format: 'jwk' })
    expect(verify(null, Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true)
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ id: `urn:oid:${id}`, issuer: library, credentialSubject: { name: '王读者' } })
    expect(keys.every((one: object) => !('d' in one))).toBe(true)
  })

  it('says that a good one is valid, by id and by its text, and nothing about its holder', async () => {
    for (const presented of [{ id }, { code: signed }]) {
      const answer = await verified(presented)
      expect(answer).toMatchObject({ valid: true, reasons: [], type: 'library.readerCard', issuer: library, validUntil: null })
      expect(JSON.stringify(answer)).not.toMatch(new RegExp(`王读者|${cast.people.reader.subject}`))
    }
  })

  it('finds any changed character of an id without looking it up', async () => {
    for (let i = 0; i < id.length; i++) {
      const changed = `${id.slice(0, i)}${id[i] === '7' ? '8' : '7'}${id.slice(i + 1)}`
      expect(await verified({ id: changed })).toEqual({ valid: false, reasons: ['credential-id-invalid'] })
    }
  })

  it('finds what was changed in the text', async () => {
    const [head, payload, signature] = signed.split('.') as [string, string, string]
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()) as object, credentialSubject: { name: '李旁人' } })).toString('base64url')
    expect(await verified({ code: `${head}.${forged}.${signature}` })).toMatchObject({ valid: false, reasons: ['content-differs'] })
    for (const code of ['nonsense', 'a.b.c', `${head}.${payload}`, `${head}.${payload}.${signature}.x`, `${Buffer.from('{"alg":"none","kid":"x"}').toString('base64url')}.${payload}.`]) expect(await verified({ code })).toEqual({ valid: false, reasons: ['code-unreadable'] })
  })

  it('finds a row that says what nobody signed', async () => {
    const before = (await server.platform.db.queryOnce<{ signed: string }>('select signed from onevisit.credential where id = $1', [id])).rows[0]!.signed
    const other = await server.person('孙换证')
    const { id: otherId } = await obtained(await server.as(other), other)
    const { rows } = await server.platform.db.queryOnce<{ signed: string }>('select signed from onevisit.credential where id = $1', [otherId])
    await setColumn('signed', rows[0]!.signed)
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['content-differs'] })
    const [head, payload] = signed.split('.') as [string, string]
    await setColumn('signed', server.platform.vault.seal(`${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`))
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['signature-invalid'] })
    const strange = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: 'nobody' })).toString('base64url')
    await setColumn('signed', server.platform.vault.seal(`${strange}.${payload}.${signed.split('.')[2]}`))
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['issuer-key-unknown'] })
    await setColumn('signed', before)
    await setColumn('issuer', '11330200MB0000000X')
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['issuer-key-wrong'] })
    await setColumn('issuer', library)
    expect(await verified({ id })).toMatchObject({ valid: true })
  })

  it('judges status and dates, on the day in China', async () => {
    for (const status of ['suspended', 'revoked']) {
      await setColumn('status', status)
      expect(await verified({ id })).toMatchObject({ valid: false, reasons: [status] })
    }
    await setColumn('status', 'valid')
    const now = server.clock.now
    await setColumn('valid_until', '2026-03-02')
    server.clock.now = '2026-03-02T15:59:59.000Z'
    expect(await verified({ id })).toMatchObject({ valid: true })
    server.clock.now = '2026-03-02T16:00:00.000Z'
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['expired'], validUntil: '2026-03-02' })
    server.clock.now = '2026-03-01T00:00:00.000Z'
    expect(await verified({ id })).toMatchObject({ valid: false, reasons: ['not-yet-valid'] })
    server.clock.now = now
    await setColumn('valid_until', null)
  })

  it('refuses what is neither', async () => {
    for (const body of [{}, { id: 7 }, { id, code: signed }, { id: '' }, { code: 'a'.repeat(20_001) }]) expect((await server.guest.post('/api/v1/credentials/verify', body)).body).toMatchObject({ status: 422, code: 'invalid-request' })
  })
})
