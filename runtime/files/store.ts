/**
 * Uploaded files: content by its SHA-256 under the data directory, sealed, and a row for each upload. A file is written
 * aside, synced and only then renamed to its place, and its row comes last, so that a row always has its content.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Db, Queryable } from '../database/pool.ts'
import { seal, unseal, type Bytes } from '../secrets/sealed-stream.ts'
import type { Vault } from '../secrets/vault.ts'
import { detectType, essence, fits, keptType, KNOWN_TYPES, type Finding } from './content-type.ts'
import { clearAbandoned } from './abandoned.ts'

export interface StoredFile {
  readonly id: string
  /** Hex, of the plain content. */
  readonly sha256: string
  readonly bytes: number
  /** By its content; text with its encoding. */
  readonly type: string
  readonly name: string
  readonly createdAt: string
}

export interface Upload {
  readonly account: string
  readonly name: string
  /** As the sender declares it. */
  readonly type: string
  readonly content: Bytes
  /** Types accepted here; all that are known unless given. */
  readonly accept?: readonly string[]
}

export interface FileReader {
  readonly account: string
  /** Whether one who did not upload the file sees a case that refers to it. */
  readonly mayRead: (id: string) => boolean | Promise<boolean>
}

export interface FileStore {
  /** @throws Problem `file-too-large`, `file-type`, `file-missing`, and then nothing is kept; an error of the content comes through */
  put(upload: Upload, now: string): Promise<StoredFile>
  /** @throws Problem `file-unknown`, also where the reader may not see it */
  find(id: string, reader: FileReader): Promise<StoredFile>
  /** @throws Problem `file-unknown`; the content fails with SealBroken where it was changed on disk */
  read(id: string, reader: FileReader): Promise<{ readonly file: StoredFile; readonly content: Readable }>
  /** Removes what uploads that were killed left before that instant; how many files. */
  clear(before: string): Promise<number>
}

export interface FileStoreOptions {
  readonly db: Db
  readonly vault: Vault
  readonly dataDir: string
  /** 20 MiB unless given. */
  readonly mostBytes?: number
}

const MOST_BYTES = 20 * 1024 * 1024
/** Held shared while a file gets its row, and alone while files without rows are removed; it spells `onevfile`. */
const LOCK_KEY = String(Buffer.from('onevfile').readBigInt64BE())

export function openFileStore({ db, vault, dataDir, mostBytes = MOST_BYTES }: FileStoreOptions): FileStore {
  const root = join(dataDir, 'files')
  const incoming = join(root, 'incoming')

  async function visible(id: string, reader: FileReader): Promise<StoredFile> {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Problem('file-unknown')
    const { rows } = await db.query<FileRow>('file-find', 'select id, account, sha256, bytes, type, name, created_at from onevisit.file where id = $1', [id])
    const row = rows[0]
    if (row === undefined || (row.account !== reader.account && !await reader.mayRead(id))) throw new Problem('file-unknown')
    return { id: row.id, sha256: row.sha256.toString('hex'), bytes: row.bytes, type: row.type, name: vault.unseal(row.name), createdAt: row.created_at }
  }

  return {
    async put(upload, now) {
      await mkdir(incoming, { recursive: true, mode: 0o700 })
      const draft = join(incoming, randomUUID())
      try {
        const facts = await writeSealed(draft, upload, { key: vault.streamKey(), mostBytes })
        const file: StoredFile = { id: randomUUID(), ...facts, name: cleanName(upload.name), createdAt: now }
        await db.transaction(async tx => {
          await tx.query('file-lock', 'select pg_advisory_xact_lock_shared($1)', [LOCK_KEY])
          await place(draft, root, file.sha256)
          await insert(tx, file, upload.account, vault)
        })
        return file
      } finally {
        await rm(draft, { force: true })
      }
    },
    find: visible,
    async read(id, reader) {
      const file = await visible(id, reader)
      const path = join(folderOf(root, file.sha256), file.sha256)
      await access(path)
      return { file, content: Readable.from(contentOf(path, vault.streamKey()), { objectMode: false }) }
    },
    clear: before => clearAbandoned({ db, root, incoming, lockKey: LOCK_KEY }, before),
  }
}

/** Opened when it is first read from, so that a reader who never reads leaves nothing open. */
async function* contentOf(path: string, key: Buffer): AsyncGenerator<Buffer> {
  yield* unseal(key, createReadStream(path))
}

interface FileRow {
  readonly id: string
  readonly account: string
  readonly sha256: Buffer
  readonly bytes: number
  readonly type: string
  readonly name: string
  readonly created_at: string
}

type Facts = Pick<StoredFile, 'sha256' | 'bytes' | 'type'>

/** Leaves a file that is whole and on disk, or throws. */
async function writeSealed(path: string, upload: Upload, { key, mostBytes }: { readonly key: Buffer; readonly mostBytes: number }): Promise<Facts> {
  const hash = createHash('sha256')
  const detector = detectType()
  let bytes = 0
  async function* watched(): AsyncGenerator<Uint8Array> {
    for await (const chunk of upload.content) {
      bytes += chunk.length
      if (bytes > mostBytes) throw new Problem('file-too-large', { detail: { zh: `文件不得超过 ${mostBytes} 字节`, en: `a file has at most ${mostBytes} bytes` }, more: { mostBytes } })
      hash.update(chunk)
      const finding = detector.add(chunk)
      if (finding !== 'open') requireAccepted(upload, finding)
      yield chunk
    }
  }
  const handle = await open(path, 'wx', 0o600)
  try {
    // Each writes on from where the last one ended.
    for await (const part of seal(key, watched())) await handle.writeFile(part)
    if (bytes === 0) throw new Problem('file-missing', { detail: { zh: '文件是空的', en: 'the file is empty' } })
    const type = requireAccepted(upload, detector.end())
    await handle.sync()
    return { sha256: hash.digest('hex'), bytes, type }
  } finally {
    await handle.close()
  }
}

/** The type to keep. @throws Problem `file-type` */
function requireAccepted(upload: Upload, finding: Finding): string {
  const found = typeof finding === 'object' ? finding.type : null
  const kept = found === null ? null : keptType(upload.type, found)
  const accept = (upload.accept ?? KNOWN_TYPES).map(essence)
  if (kept !== null && fits(upload.type, found!) && accept.includes(essence(kept)) && (KNOWN_TYPES as readonly string[]).includes(essence(kept))) return kept
  const seen = kept === null ? { zh: '无法识别', en: 'none that is known' } : { zh: essence(kept), en: essence(kept) }
  throw new Problem('file-type', {
    detail: { zh: `声明为 ${upload.type || '未知'}，内容为 ${seen.zh}；接受 ${accept.join('、')}`, en: `declared ${upload.type || 'nothing'}, content ${seen.en}; accepted are ${accept.join(', ')}` },
    more: { declared: upload.type, found: kept, accept },
  })
}

function folderOf(root: string, sha256: string): string {
  return join(root, sha256.slice(0, 2), sha256.slice(2, 4))
}

/** The same content may be there already; then this copy replaces it, and whoever reads the old one reads on. */
async function place(draft: string, root: string, sha256: string): Promise<void> {
  const folder = folderOf(root, sha256)
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  await rename(draft, join(folder, sha256))
  for (const directory of made === undefined ? [folder] : [folder, join(folder, '..'), root]) await syncDirectory(directory)
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function insert(tx: Queryable, file: StoredFile, account: string, vault: Vault): Promise<void> {
  await tx.query('file-insert', 'insert into onevisit.file (id, account, sha256, bytes, type, name, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [file.id, account, Buffer.from(file.sha256, 'hex'), file.bytes, file.type, vault.seal(file.name), file.createdAt])
}

const LONGEST_NAME = 200

/** The name alone, without folders, control characters and marks that turn the direction of writing around. */
function cleanName(name: string): string {
  const bare = name.normalize('NFC').split(/[/\\]/).at(-1)!.replace(/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim()
  const short = [...bare].slice(0, LONGEST_NAME).join('')
  return short === '' || short === '.' || short === '..' ? 'file' : short
}
