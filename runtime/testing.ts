/** A whole platform over a fresh database, for tests of the runtime and of systems. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { Calendar } from '../engines/legal-clock/index.ts'
import { composeCitizenId } from '../kernel/codes/citizen-id.ts'
import { composeUscc } from '../kernel/codes/uscc.ts'
import type { System } from '../kernel/system.ts'
import type { SubjectClass } from '../kernel/who.ts'
import type { SignedIn } from './access/actor.ts'
import type { Holding } from './access/scopes.ts'
import { silentLog } from './database/log.ts'
import { testDatabase } from './database/testing.ts'
import { openPool, type Db, type StatementHook } from './database/pool.ts'
import type { Source } from './gateway/source.ts'
import { openPlatform, type Platform } from './platform.ts'

export type { SignedIn } from './access/actor.ts'

export interface TestCity {
  readonly platform: Platform
  readonly connectionString: string
  readonly dataDir: string
  person(name: string, birth?: string): Promise<SignedIn>
  firm(name: string): Promise<SignedIn>
  staff(name: string, posts: readonly Holding[]): Promise<SignedIn>
  /** A second process of the same city: a pool, caches and books of its own over the same database and keys. */
  another(): Promise<Platform>
}

export interface TestCityOptions {
  readonly systems: readonly System[]
  readonly calendar: Calendar
  readonly onStatement?: StatementHook
  readonly sources?: ReadonlyMap<string, Source>
}

/** Synthetic people and firms with valid codes; closed and removed after the file's last test. */
export async function testCity(options: TestCityOptions): Promise<TestCity> {
  const database = await testDatabase({ ...(options.onStatement ? { onStatement: options.onStatement } : {}), max: 10, plans: 'lookups' })
  const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-test-'))
  const open = (db: Db) => openPlatform({ db, systems: options.systems, calendar: options.calendar, dataDir, log: silentLog, ...(options.sources ? { sources: options.sources } : {}) })
  const platform = await open(database.db)
  const others: Platform[] = []
  afterAll(async () => {
    for (const other of others) {
      await other.close()
      await other.db.close()
    }
    await platform.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  let made = 0
  const at = '2026-01-01T00:00:00.000Z'

  async function signedIn(kind: SignedIn['kind'], cls: SubjectClass, name: string, identity: string, posts: readonly Holding[]): Promise<SignedIn> {
    const username = `${name}-${made}`
    const subject = await platform.subjects.register({ class: cls, name, identity, region: '330200000000' }, at)
    const account = await platform.accounts.create({ username, password: `password-of-${username}`, kind, subject, name, posts, cheapHash: true }, at)
    return { account, kind, subject, class: cls, name, holdings: posts }
  }

  return {
    platform, connectionString: database.connectionString, dataDir,
    person: (name, birth = '1990-05-05') => signedIn('person', 'person', name, composeCitizenId({ region: '330203', birth, sequence: ++made }), []),
    firm: name => signedIn('firm', 'enterprise', name, composeUscc({ registrar: '9', category: '1', region: '330200', organBody: String(++made).padStart(8, '0') }), []),
    staff: (name, posts) => signedIn('staff', 'person', name, composeCitizenId({ region: '330203', birth: '1985-03-03', sequence: ++made }), posts),
    async another() {
      const other = await open(openPool({ connectionString: database.connectionString, max: 10, applicationName: 'test other', plans: 'lookups' }))
      others.push(other)
      return other
    },
  }
}
