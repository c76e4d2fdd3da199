/** Finds what killed uploads left: drafts, and contents that never got a row. */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Db } from '../database/pool.ts'

export interface Storage {
  readonly db: Db
  readonly root: string
  readonly incoming: string
  readonly lockKey: string
}

/** Judges age by the time of the last write. Uploads wait while one of 256 parts is looked through. */
export async function clearAbandoned(storage: Storage, before: string): Promise<number> {
  let removed = 0
  for (const name of await namesIn(storage.incoming)) removed += await removeIfOld(join(storage.incoming, name), before)
  for (const part of (await namesIn(storage.root)).filter(name => /^[0-9a-f]{2}$/.test(name))) removed += await clearPart(storage, part, before)
  return removed
}

async function clearPart({ db, root, lockKey }: Storage, part: string, before: string): Promise<number> {
  return db.transaction(async tx => {
    await tx.query('files-lock', 'select pg_advisory_xact_lock($1)', [lockKey])
    const paths = new Map<string, string>()
    for (const folder of await namesIn(join(root, part))) {
      for (const name of (await namesIn(join(root, part, folder))).filter(isDigest)) paths.set(name, join(root, part, folder, name))
    }
    const { rows } = await tx.query<{ sha256: Buffer }>('files-known', 'select distinct sha256 from onevisit.file where sha256 = any($1::bytea[])', [[...paths.keys()].map(name => Buffer.from(name, 'hex'))])
    for (const { sha256 } of rows) paths.delete(sha256.toString('hex'))
    let removed = 0
    for (const path of paths.values()) removed += await removeIfOld(path, before)
    return removed
  })
}

function isDigest(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name)
}

async function removeIfOld(path: string, before: string): Promise<number> {
  const found = await stat(path).catch(absent)
  if (found === undefined || !found.isFile() || found.mtimeMs >= Date.parse(before)) return 0
  await rm(path, { force: true })
  return 1
}

async function namesIn(path: string): Promise<readonly string[]> {
  return await readdir(path).catch(absent) ?? []
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}
