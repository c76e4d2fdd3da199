import { createHash, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { cardMatter } from '../fixtures/library.ts'
import { libraryCast, testServer, type Client, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
})

interface Part { readonly name?: string; readonly filename?: string; readonly type?: string; readonly content: Buffer | string }

/** Written out, so that headers and contents are what the test says. */
function upload(client: Client, parts: readonly Part[], boundary = 'frontier') {
  const body = Buffer.concat([
    ...parts.flatMap(({ name = 'file', filename, type, content }) => [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n`), Buffer.from(content), Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${boundary}--\r\n`),
  ])
  return client.request('POST', '/api/v1/files', { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } })
}
const picture = (client: Client) => upload(client, [{ filename: '身份证.png', type: 'image/png', content: png }])

describe('files', () => {
  it('are kept by their content, and come back as they were', async () => {
    const { status, body } = await picture(cast.reader)
    expect(status).toBe(201)
    expect(body).toMatchObject({ sha256: createHash('sha256').update(png).digest('hex'), bytes: png.length, type: 'image/png', name: '身份证.png' })
    expect((await cast.reader.get(`/api/v1/files/${body.id}`)).body).toEqual(body)
    const token = await server.platform.accounts.signIn(await usernameOf(cast.people.reader.account), `password-of-${await usernameOf(cast.people.reader.account)}`, server.clock.now)
    const response = await fetch(`${server.url}/api/v1/files/${body.id}/content`, { headers: { authorization: `Bearer ${token.token}` } })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png)
    expect(response.headers.get('content-type')).toBe('image/png')
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${encodeURIComponent('身份证.png')}`)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('are not there for others, unless they see a case that refers to them', async () => {
    const person = await server.person('金上传')
    const client = await server.as(person)
    const { body: file } = await picture(client)
    for (const path of [`/api/v1/files/${file.id}`, `/api/v1/files/${file.id}/content`]) expect((await cast.approver.get(path)).body).toMatchObject({ status: 404, code: 'file-unknown' })
    const { status, body: { number } } = await client.post('/api/v1/cases', { matter: cardMatter.code, answers: { reason: 'first' }, values: { name: '金上传' }, uploads: { identity: [file.id] }, consent: true })
    expect(status).toBe(201)
    expect((await cast.approver.get(`/api/v1/files/${file.id}?case=${number}`)).body).toEqual(file)
    expect((await cast.approver.get(`/api/v1/files/${file.id}/content?case=${number}`)).status).toBe(200)
    expect((await cast.approver.get(`/api/v1/files/${(await picture(client)).body.id}?case=${number}`)).status).toBe(404)
    expect((await cast.other.get(`/api/v1/files/${file.id}?case=${number}`)).body).toMatchObject({ status: 403 })
    expect((await cast.approver.get(`/api/v1/files/${file.id}?case=LB1`)).body).toMatchObject({ status: 404 })
  })

  it('of somebody else, or of a kind that the material does not accept, cannot be referred to', async () => {
    const { body: theirs } = await picture(cast.other)
    const { body: text } = await upload(cast.reader, [{ filename: 'a.txt', type: 'text/plain', content: '只是文字' }])
    const apply = async (file: string) => (await cast.reader.post('/api/v1/cases', { matter: cardMatter.code, answers: { reason: 'first' }, values: { name: '王读者' }, uploads: { identity: [file] }, consent: true })).body
    expect(await apply(theirs.id)).toMatchObject({ status: 404, code: 'file-unknown' })
    expect(await apply(text.id)).toMatchObject({ status: 415, code: 'file-type', errors: [{ path: '/uploads/identity/0', code: 'file-type' }] })
  })

  it('are refused when they are not what they say, empty, too large, or not there', async () => {
    expect((await upload(cast.reader, [{ filename: 'a.png', type: 'image/png', content: '<script>alert(1)</script>' }])).body).toMatchObject({ status: 415, code: 'file-type' })
    expect((await upload(cast.reader, [{ filename: 'a.html', type: 'text/html', content: '<script>alert(1)</script>' }])).body).toMatchObject({ status: 415, code: 'file-type' })
    expect((await upload(cast.reader, [{ filename: 'a.png', type: 'image/png', content: '' }])).body).toMatchObject({ status: 422, code: 'file-missing' })
    expect((await upload(cast.reader, [])).body).toMatchObject({ status: 422 })
    expect((await upload(cast.reader, [{ name: 'note', content: 'no file' }])).body).toMatchObject({ status: 422, code: 'file-missing' })
    expect((await upload(cast.reader, [{ filename: 'big.png', type: 'image/png', content: Buffer.concat([png, Buffer.alloc(21 * 1024 * 1024)]) }])).body).toMatchObject({ status: 413, code: 'file-too-large' })
  })

  it('come as multipart only, and multipart goes nowhere else', async () => {
    const json = await cast.reader.post('/api/v1/files', { file: 'x' })
    expect(json.body).toMatchObject({ status: 415, code: 'unsupported-media-type' })
    expect((await cast.reader.request('POST', '/api/v1/files')).status).toBe(415)
    for (const [type, body] of [['multipart/form-data', 'x'], ['multipart/form-data; boundary=a', 'x'], ['multipart/form-data; boundary=a', '--a\r\nbroken'],
      ['multipart/form-data; boundary=a', '--a\r\ncontent-disposition: form-data; name="f"; filename="x.txt"\r\ncontent-type: text/plain\r\n\r\ncut off'],
      ['multipart/form-data; boundary=a', '--a\r\ncontent-disposition: form-data; name="__proto__"; filename="x"\r\n\r\nx\r\n--a--']] as const) {
      expect((await cast.reader.request('POST', '/api/v1/files', { body, headers: { 'content-type': type } })).body, body).toMatchObject({ status: 422, code: 'invalid-request' })
    }
  })

  it('keep a name that is only a name', async () => {
    const { body } = await upload(cast.reader, [{ filename: '../../etc/passwd\\x.png', type: 'image/png', content: png }])
    expect(body.name).not.toMatch(/[/\\]/)
  })

  it('that do not exist are not found', async () => {
    expect((await cast.reader.get(`/api/v1/files/${randomUUID()}`)).body).toMatchObject({ status: 404, code: 'file-unknown' })
    expect((await cast.reader.get('/api/v1/files/nonsense')).body).toMatchObject({ status: 422 })
    expect((await upload(server.guest, [{ filename: 'a.png', type: 'image/png', content: png }])).status).toBe(401)
  })
})

async function usernameOf(account: string): Promise<string> {
  return (await server.platform.db.queryOnce<{ username: string }>('select username from onevisit.account where id = $1', [account])).rows[0]!.username
}
