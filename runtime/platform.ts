/** The platform: every part of the runtime, put together over one database and one city. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Calendar } from '../engines/legal-clock/index.ts'
import type { System } from '../kernel/system.ts'
import { openAccountBook, ACCOUNT_CHANNEL, type AccountBook } from './accounts/accounts.ts'
import { openSubjectBook, type SubjectBook } from './accounts/subjects.ts'
import { openScopeBook, type ScopeBook } from './access/scopes.ts'
import { openApplicationDesk, type ApplicationDesk } from './applications/submit.ts'
import { openCaseDesk, type CaseDesk } from './cases/desk.ts'
import { openNumberBook, type NumberBook } from './cases/numbers.ts'
import type { Surroundings } from './cases/work.ts'
import { cityOf, type City } from './city.ts'
import { openCredentialDesk, type CredentialDesk } from './credentials/desk.ts'
import { migrate, readMigrations } from './database/migrations.ts'
import type { Log } from './database/log.ts'
import type { Db } from './database/pool.ts'
import { acceptDefinitions, acceptVault } from './definitions.ts'
import { openGateway, type Gateway } from './gateway/gateway.ts'
import type { Source } from './gateway/source.ts'
import { MATTER_CHANNEL, openMatterBook, storeCodedMatters, type MatterBook } from './matters/book.ts'
import { layTables } from './resources/tables.ts'
import { openVault, type Vault } from './secrets/vault.ts'
import { openReminders } from './timers/reminders.ts'
import { openTimerWorker, type TimerWorker } from './timers/worker.ts'

export interface PlatformOptions {
  readonly db: Db
  readonly systems: readonly System[]
  readonly calendar: Calendar
  /** Keys and files lie here. */
  readonly dataDir: string
  readonly log: Log
  /** Connectors that stand in for a resource's own table, by the resource's ref. */
  readonly sources?: ReadonlyMap<string, Source>
}

export interface Platform {
  readonly city: City
  readonly db: Db
  readonly vault: Vault
  readonly numbers: NumberBook
  readonly scopes: ScopeBook
  readonly matters: MatterBook
  readonly gateway: Gateway
  readonly credentials: CredentialDesk
  readonly accounts: AccountBook
  readonly subjects: SubjectBook
  readonly desk: CaseDesk
  readonly applications: ApplicationDesk
  readonly timers: TimerWorker
  readonly surroundings: Surroundings
  readonly log: Log
  readonly dataDir: string
  /** Called when work fell due at once (a child closed); the background loop listens. */
  onWake(listener: () => void): void
  close(): Promise<void>
}

export const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url))

/** Migrates, lays the tables, and opens every part. Starts nothing in the background. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { db, log, dataDir } = options
  const city = cityOf(options.systems, { calendar: options.calendar })
  await migrate(db, readMigrations(MIGRATIONS))
  const vault = openVault(join(dataDir, 'keys', 'vault.key'))
  await acceptVault(db, vault.check)
  await layTables(db, city)
  await acceptDefinitions(db, city)
  await storeCodedMatters(db, city, new Date().toISOString())

  const subjects = openSubjectBook(db, vault)
  const numbers = openNumberBook(db)
  const scopes = openScopeBook(db)
  const matters = openMatterBook(db, city)
  const gateway = openGateway({ city, db, vault, subjects, ...(options.sources ? { sources: options.sources } : {}) })
  const credentials = openCredentialDesk({ keyDir: join(dataDir, 'keys', 'issuers'), numbers, vault })
  const accounts = openAccountBook(db, vault)
  let wake = (): void => undefined
  const surroundings: Surroundings = { city, db, vault, subjects, numbers, scopes, matters, gateway, credentials, wake: () => wake() }
  const desk = openCaseDesk(surroundings)
  const applications = openApplicationDesk({ ...surroundings, desk })
  const timers = openTimerWorker({ db, desk, reminders: openReminders(surroundings), log })
  const unlisten = await Promise.all([
    db.listen(MATTER_CHANNEL, () => matters.forget(), () => matters.forget()),
    db.listen(ACCOUNT_CHANNEL, account => accounts.forget(account), () => accounts.forget()),
  ])
  return {
    city, db, vault, numbers, scopes, matters, gateway, credentials, accounts, subjects, desk, applications, timers, surroundings, log, dataDir,
    onWake(listener) { wake = listener },
    async close() { await Promise.all(unlisten.map(stop => stop())) },
  }
}
