/** Makes the first administrator, straight on the database: there is nobody yet who could ask for it over HTTP. */
import { createInterface } from 'node:readline/promises'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { openDatabase } from '../../runtime/database/database.ts'
import { silentLog } from '../../runtime/database/log.ts'
import { openPlatform } from '../../runtime/platform.ts'
import { isProblem } from '../../kernel/errors/problem.ts'
import { systems } from '../../systems/registry.generated.ts'
import { CommandFailed } from '../failure.ts'
import { dataDirOf } from '../client.ts'

type Env = Readonly<Record<string, string | undefined>>

export async function runAdminCreate(username: string, options: { readonly name: string; readonly id: string }, env: Env): Promise<void> {
  const password = await readPassword()
  const dataDir = dataDirOf(env)
  const database = await openDatabase({ env, dataDir }).catch((error: Error) => { throw new CommandFailed(`${error.message} (a running server holds the embedded database: stop it, or use DATABASE_URL)`, 1) })
  try {
    const platform = await openPlatform({ db: database.db, systems, calendar: stateCouncilCalendar, dataDir, log: silentLog })
    try {
      if (await platform.accounts.hasAdministrator()) throw new CommandFailed('there is an administrator already; administrators make further ones')
      const now = new Date().toISOString()
      const subject = await platform.subjects.register({ class: 'person', name: options.name, identity: options.id }, now)
      await platform.accounts.create({ username, password, kind: 'admin', subject, name: options.name }, now)
      process.stdout.write(`administrator ${username} made\n`)
    } finally {
      await platform.close()
    }
  } catch (error) {
    if (isProblem(error)) throw new CommandFailed(error.message)
    throw error
  } finally {
    await database.stop()
  }
}

/** From a terminal it is asked for without being shown; otherwise the first line of standard input is it. */
async function readPassword(): Promise<string> {
  const terminal = process.stdin.isTTY
  if (terminal) process.stderr.write('password (at least 12 characters): ')
  const lines = createInterface({ input: process.stdin, terminal, ...(terminal ? { output: new (await import('node:stream')).Writable({ write: (_chunk, _encoding, done) => done() }) } : {}) })
  for await (const line of lines) {
    lines.close()
    if (terminal) process.stderr.write('\n')
    return line
  }
  throw new CommandFailed('no password on standard input')
}
