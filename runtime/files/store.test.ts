import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { isProblem } from '../../kernel/errors/problem.ts'
import { migrate, readMigrations } from '../database/migrations.ts'
import { testDatabase } from '../database/testing.ts'
import { SealBroken } from '../secrets/sealed-stream.ts'
import { vaultOf } from '../secrets/vault.ts'
import { openFileStore, type FileReader, type Upload } from './store.ts'
import { zipOf } from './testing.ts'

const { db } = await testDatabase({ template: { name: 'migrations only', migrate: fresh => migrate(fresh, readMigrations(join(import.meta.dirname, '../migrations'))) } })
const vault = vaultOf(Buffer.alloc(32, 3))
const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-files-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))
const store = openFileStore({ db, vault, dataDir, mostBytes: 1_000_000 })
const NOW = '2026-03-02T01:00:00.000Z'
const owner = randomUUID()
const pdf = (text: string) => Buffer.from(`%PDF-1.7\n${text}`)
const upload = (content: Buffer, more: Partial<Upload> = {}): Upload => ({ account: owner, name: '章程.pdf', type: 'application/pdf', content: [content], ...more })
const nobody = (account: string): FileReader => ({ account, mayRead: () => false })

beforeEach(() => {
  rmSync(join(dataDir, 'files'), { recursive: true, force: true })
  return db.script('truncate onevisit.file')
})

const onDisk = () => readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
const rowCount = async () => (await db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.file')).rows[0]!.n
async function all(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
const expectNothingKept = async () => {
  expect(onDisk()).toEqual([])
  expect(await rowCount()).toBe(0)
}

describe('a file', () => {
  test('comes back as it was put, and lies on disk sealed, under its digest', async () => {
    const content = pdf('张三 330203199005051234 '.repeat(9_000))
    const file = await store.put(upload(content), NOW)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(file).toEqual({ id: expect.any(String), sha256, bytes: content.length, type: 'application/pdf', name: '章程.pdf', createdAt: NOW })
    const path = join(dataDir, 'files', sha256.slice(0, 2), sha256.slice(2, 4), sha256)
    expect(onDisk()).toEqual([path])
    expect(statSync(path).mode & 0o077).toBe(0)
    expect(readFileSync(path).includes('330203')).toBe(false)
    const { rows } = await db.queryOnce<{ name: string; sha256: Buffer }>('select name, sha256 from onevisit.file')
    expect(rows[0]!.name).not.toContain('章程')
    expect(rows[0]!.sha256.toString('hex')).toBe(sha256)
    const back = await store.read(file.id, nobody(owner))
    expect(back.file).toEqual(file)
    expect((await all(back.content)).equals(content)).toBe(true)
  })

  test('is for its owner, and for readers of a case that refers to it; to all others it does not exist', async () => {
    const file = await store.put(upload(pdf('x')), NOW)
    const asked: string[] = []
    const reader: FileReader = { account: randomUUID(), mayRead: async id => { asked.push(id); return id === file.id } }
    expect(await store.find(file.id, reader)).toEqual(file)
    expect((await all((await store.read(file.id, reader)).content)).toString()).toContain('%PDF')
    expect(asked).toEqual([file.id, file.id])
    for (const id of [file.id, randomUUID(), 'x', '', '../../etc/passwd']) {
      await expect(store.find(id, nobody(randomUUID()))).rejects.toSatisfy(error => isProblem(error, 'file-unknown'))
      await expect(store.read(id, nobody(randomUUID()))).rejects.toSatisfy(error => isProblem(error, 'file-unknown'))
    }
  })

  test.each([
    ['../../etc/passwd', 'passwd'], ['C:\\files\\a.pdf', 'a.pdf'], ['a\u0000b\u001b.pdf', 'ab.pdf'], ['cod\u202efdp.exe', 'codfdp.exe'], ['   ', 'file'], ['..', 'file'], ['', 'file'], ['𠮷'.repeat(300), '𠮷'.repeat(200)],
  ])('named %j is kept as %j', async (name, kept) => {
    expect((await store.put(upload(pdf('x'), { name }), NOW)).name).toBe(kept)
  })

  test('put twice is one content and two files, whoever puts it and however close together', async () => {
    const content = pdf(randomBytes(300_000).toString('hex'))
    const other = randomUUID()
    const files = await Promise.all([owner, other, owner, other].map(account => store.put(upload(content, { account }), NOW)))
    expect(new Set(files.map(file => file.id)).size).toBe(4)
    expect(onDisk().length).toBe(1)
    for (const [i, file] of files.entries()) {
      const account = i % 2 === 0 ? owner : other
      expect((await all((await store.read(file.id, nobody(account))).content)).equals(content)).toBe(true)
      await expect(store.find(file.id, nobody(account === owner ? other : owner))).rejects.toSatisfy(error => isProblem(error, 'file-unknown'))
    }
  })

  test('being read is not disturbed by the same content being put again', async () => {
    const content = pdf(randomBytes(200_000).toString('hex'))
    const file = await store.put(upload(content), NOW)
    const { content: reading } = await store.read(file.id, nobody(owner))
    const first = await new Promise<Buffer>(resolve => reading.once('data', (chunk: Buffer) => { reading.pause(); resolve(chunk) }))
    await store.put(upload(content), NOW)
    expect(Buffer.concat([first, await all(reading)]).equals(content)).toBe(true)
  })

  test('that was changed on disk is not handed out', async () => {
    const file = await store.put(upload(pdf('x'.repeat(200_000))), NOW)
    const [path] = onDisk()
    const sealed = readFileSync(path!)
    sealed[sealed.length - 20]! ^= 1
    writeFileSync(path!, sealed)
    await expect(all((await store.read(file.id, nobody(owner))).content)).rejects.toBeInstanceOf(SealBroken)
  })
})

describe('what is accepted', () => {
  test('is decided by the content; what is kept as type is the finding', async () => {
    expect((await store.put(upload(pdf('x'), { type: '' }), NOW)).type).toBe('application/pdf')
    expect((await store.put(upload(Buffer.from('a,b\n1,2'), { type: 'text/csv', name: 'a.csv' }), NOW)).type).toBe('text/csv; charset=utf-8')
    expect((await store.put(upload(zipOf([['a', Buffer.from('b')]]), { type: 'application/zip' }), NOW)).type).toBe('application/zip')
  })

  test.each([
    ['a picture declared a document', Buffer.from('ffd8ffe000104a46', 'hex'), {}],
    ['a program declared a document', Buffer.from('7f454c460201010000', 'hex'), {}],
    ['a program of unknown declaration', Buffer.from('4d5a900003000000', 'hex'), { type: 'application/octet-stream' }],
    ['a page declared a page', Buffer.from('<html><script>alert(1)</script>'), { type: 'text/html' }],
    ['a document where pictures are asked for', pdf('x'), { accept: ['image/jpeg', 'image/png'] }],
    ['an unknown type that the asker accepts', Buffer.from('GIF89a'), { type: 'image/gif', accept: ['image/gif'] }],
  ] as const)('%s is refused and leaves nothing', async (_name, content, more) => {
    await expect(store.put(upload(content, more), NOW)).rejects.toSatisfy(error => isProblem(error, 'file-type'))
    await expectNothingKept()
  })

  test('an empty file is none', async () => {
    for (const content of [[], [Buffer.alloc(0)]]) await expect(store.put(upload(Buffer.alloc(0), { content, type: 'text/plain' }), NOW)).rejects.toSatisfy(error => isProblem(error, 'file-missing'))
    await expectNothingKept()
  })

  test('a file is refused as soon as it is too large, without the rest being read', async () => {
    let given = 0
    const endless = Readable.from((async function* () {
      yield pdf('')
      for (; given < 1_000; given++) yield Buffer.alloc(65_536, 0x20)
    })())
    await expect(store.put(upload(pdf(''), { content: endless }), NOW)).rejects.toSatisfy(error => isProblem(error, 'file-too-large') && error.status === 413)
    expect(given).toBeLessThan(40)
    expect(endless.destroyed).toBe(true)
    await expectNothingKept()
  })

  test('the largest file that is allowed passes, one byte more does not', async () => {
    const exact = Buffer.concat([pdf(''), Buffer.alloc(1_000_000)]).subarray(0, 1_000_000)
    expect((await store.put(upload(exact), NOW)).bytes).toBe(1_000_000)
    await expect(store.put(upload(Buffer.concat([exact, Buffer.from('x')])), NOW)).rejects.toSatisfy(error => isProblem(error, 'file-too-large'))
  })

  test('a wrong type is refused before the whole of it was sent', async () => {
    let given = 0
    const content = (async function* () {
      for (; given < 12; given++) yield Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.alloc(60_000)])
    })()
    await expect(store.put(upload(pdf(''), { content }), NOW)).rejects.toSatisfy(error => isProblem(error, 'file-type'))
    expect(given).toBeLessThan(3)
  })
})

describe('an upload that does not come to its end', () => {
  test('because the sender went away leaves nothing', async () => {
    const content = new PassThrough()
    const put = store.put(upload(pdf(''), { content }), NOW)
    content.write(pdf('half of it'))
    content.write(Buffer.alloc(100_000, 0x20))
    setTimeout(() => content.destroy(new Error('aborted')), 20)
    await expect(put).rejects.toThrow('aborted')
    await expectNothingKept()
  })

  test('because the database refuses its row leaves no draft and no file that can be found', async () => {
    await expect(store.put(upload(pdf('x'), { account: 'no uuid' }), NOW)).rejects.toThrow()
    expect(await rowCount()).toBe(0)
    expect(onDisk().filter(path => path.includes('incoming'))).toEqual([])
  })

  test('because its process was killed is cleared away later, and nothing else is', async () => {
    const kept = await store.put(upload(pdf('kept')), NOW)
    const young = join(dataDir, 'files', 'incoming', randomUUID())
    const old = join(dataDir, 'files', 'incoming', randomUUID())
    for (const path of [young, old]) writeFileSync(path, 'OVS1 half')
    await expect(store.put(upload(pdf('without a row'), { account: 'no uuid' }), NOW)).rejects.toThrow()
    const orphan = onDisk().find(path => path.endsWith(createHash('sha256').update(pdf('without a row')).digest('hex')))!
    const stray = join(dataDir, 'files', 'notes.txt')
    writeFileSync(stray, 'not ours')
    const past = new Date(Date.parse(NOW) - 86_400_000)
    for (const path of onDisk()) if (path !== young) utimesSync(path, past, past)
    utimesSync(young, new Date(NOW), new Date(NOW))
    expect(await store.clear(new Date(Date.parse(NOW) - 3_600_000).toISOString())).toBe(2)
    const left = onDisk()
    expect(left).toContain(young)
    expect(left).toContain(stray)
    expect(left).not.toContain(old)
    expect(left).not.toContain(orphan)
    expect((await all((await store.read(kept.id, nobody(owner))).content)).equals(pdf('kept'))).toBe(true)
  })

  test('nothing is to be cleared where nothing was ever stored', async () => {
    expect(await store.clear(NOW)).toBe(0)
  })
})
