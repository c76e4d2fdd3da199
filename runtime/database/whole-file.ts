/** Files that a kill or a power cut leaves either as they were or as they were to be. */
import { randomBytes } from 'node:crypto'
import { closeSync, fchmodSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const DRAFT = 'postgres.draft-'

/** Replaces the file; on disk when it returns. */
export function writeWhole(path: string, text: string, mode: number): void {
  const draft = draftIn(dirname(path))
  const file = openSync(draft, 'wx', mode)
  try {
    fchmodSync(file, mode)
    writeFileSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
  syncDirectory(dirname(path))
}

/** A new name for what is to be renamed to its own when it is whole. */
export function draftIn(directory: string): string {
  return join(directory, `${DRAFT}${randomBytes(6).toString('hex')}`)
}

/** What a start that was killed in the middle left behind. */
export function removeDrafts(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (name.startsWith(DRAFT)) rmSync(join(directory, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Makes names created in or moved into the directory survive a power cut. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
