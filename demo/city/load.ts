/** Loads the demonstration city once. Safe to kill at any moment: what is there already is left as it is. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Effect } from '../../kernel/effect.ts'
import { put } from '../../kernel/effect.ts'
import { parseCitizenId } from '../../kernel/codes/citizen-id.ts'
import { resident } from '../../systems/one-stop/facade.ts'
import { demoPeople, type DemoPerson } from './people.ts'

/** What the loader needs of the platform. */
export interface DemoTarget {
  registerSubject(person: Pick<DemoPerson, 'class' | 'name' | 'identity' | 'region'>): Promise<string>
  /** Does nothing where the name is taken. */
  createAccount(person: DemoPerson, subject: string, password: string): Promise<void>
  carryOut(effects: readonly Effect[]): Promise<void>
}

export interface StoredAccount {
  readonly username: string
  readonly password: string
  readonly client_id?: string
  readonly client_secret?: string
  readonly kind: DemoPerson['kind']
  readonly roles: readonly string[]
  readonly org: string | null
  readonly region: string | null
  readonly name: string
}

export async function loadDemoCity(target: DemoTarget, accountsFile: string): Promise<void> {
  const accounts = accountsOf(accountsFile)
  const residents: Effect[] = []
  for (const person of demoPeople) {
    const subject = await target.registerSubject(person)
    await target.createAccount(person, subject, accounts.find(account => account.username === person.username)!.password)
    if (person.kind === 'person') residents.push(residentOf(person, subject))
  }
  await target.carryOut(residents)
}

/** The second citizen's registration has no status: a fact the city does not know, so a person decides. */
function residentOf(person: DemoPerson, subject: string): Effect {
  const parsed = parseCitizenId(person.identity)
  if (!parsed.ok) throw new RangeError(`demo person ${person.username}: ${parsed.code}`)
  return put(resident, [{
    person: subject, name: person.name, idNumber: person.identity, birthDate: parsed.value.birth, sex: parsed.value.sex,
    household: person.region, address: '宁波市海曙区（演示地址）', status: person.username === 'citizen2' ? null : 'alive',
  }])
}

/** Random passwords, written once, before any account exists with them; readable by the owner only. */
function accountsOf(file: string): readonly StoredAccount[] {
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as StoredAccount[] : []
  const accounts = demoPeople.map(person => stored.find(account => account.username === person.username) ?? accountOf(person))
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(accounts, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
  return accounts
}

function accountOf(person: DemoPerson): StoredAccount {
  const password = randomBytes(18).toString('base64url')
  return {
    username: person.username, password, ...(person.kind === 'app' ? { client_id: person.username, client_secret: password } : {}),
    kind: person.kind, roles: person.roles, org: person.org, region: person.region, name: person.name,
  }
}
