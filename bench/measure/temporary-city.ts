/** A whole platform over an embedded PostgreSQL of its own in a temporary directory, with the settings it ships with. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { openDatabase } from '../../runtime/database/database.ts'
import type { Db } from '../../runtime/database/pool.ts'
import { silentLog } from '../../runtime/database/log.ts'
import { openPlatform, type Platform } from '../../runtime/platform.ts'
import { systems } from '../../systems/registry.generated.ts'

export interface TemporaryDatabase {
  readonly db: Db
  readonly connectionString: string
  readonly dataDir: string
  /** Stops the server and removes its files. */
  remove(): Promise<void>
}

export interface TemporaryCity extends TemporaryDatabase {
  readonly platform: Platform
}

/** DATABASE_URL is not looked at: a bench fills and removes the database it uses. */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const dataDir = temporaryDirectory()
  const database = await openDatabase({ env: {}, dataDir, max: 10, applicationName: 'bench' })
  const remove = async () => {
    await database.stop()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
  return { db: database.db, connectionString: database.connectionString, dataDir, remove: once(remove) }
}

export async function temporaryCity(): Promise<TemporaryCity> {
  const database = await temporaryDatabase()
  try {
    const platform = await openPlatform({ db: database.db, systems, calendar: stateCouncilCalendar, dataDir: database.dataDir, log: silentLog })
    return { ...database, platform, remove: once(async () => { await platform.close(); await database.remove() }) }
  } catch (error) {
    await database.remove()
    throw error
  }
}

/** Runs the bench and removes what it made, also when it is interrupted; a failure ends the process with status 1. */
export async function run(bench: (cleanUp: (work: () => Promise<void>) => void) => Promise<void>): Promise<void> {
  const cleaners: (() => Promise<void>)[] = []
  const clean = async () => { for (const cleaner of cleaners.reverse()) await cleaner().catch((error: unknown) => process.stderr.write(`${String(error)}\n`)) }
  const interrupted = () => void clean().finally(() => process.exit(130))
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    await bench(cleaner => void cleaners.push(cleaner))
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
    process.exitCode = 1
  }
  await clean()
}

/** Removed by whoever asked for it. PostgreSQL does not run as root, so its account must be able to pass. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'onevisit-bench-'))
  chmodSync(path, 0o711)
  return path
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => done ??= work()
}
