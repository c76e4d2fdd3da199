/** Loads the demonstration city into a platform, once. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { loadDemoCity } from '../demo/city/load.ts'
import { isProblem } from '../kernel/errors/problem.ts'
import { carryOut } from '../runtime/cases/effects.ts'
import { finish } from '../runtime/cases/finish.ts'
import { startWork, SYSTEM_ACTOR } from '../runtime/cases/work.ts'
import type { Platform } from '../runtime/platform.ts'
import { systemClock } from './clock.ts'

const LOADED = 'demo-city'

/** Passwords go to `demo-accounts.json` in the data directory (mode 0600) before any account has them. */
export async function loadDemo(platform: Platform, dataDir: string): Promise<void> {
  const { db } = platform
  const { rows } = await db.query('demo-loaded', 'select 1 from onevisit.setting where name = $1', [LOADED])
  if (rows.length > 0) return
  const now = systemClock()
  await loadDemoCity({
    registerSubject: person => platform.subjects.register(person, now),
    async createAccount(person, subject, password) {
      try {
        await platform.accounts.create({ username: person.username, password, kind: person.kind, subject, name: person.name, region: person.region, ...(person.org === null ? {} : { org: person.org }), posts: person.posts, cheapHash: true }, now)
      } catch (error) {
        if (!isProblem(error, 'username-taken')) throw error
      }
    },
    async carryOut(effects) {
      const work = startWork(platform.surroundings, SYSTEM_ACTOR, now, randomUUID())
      await carryOut(work, null, effects)
      await finish(work)
    },
  }, join(dataDir, 'demo-accounts.json'))
  await db.query('demo-done', `insert into onevisit.setting (name, value) values ($1, to_jsonb($2::text)) on conflict (name) do nothing`, [LOADED, now])
}
