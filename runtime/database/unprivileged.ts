/**
 * PostgreSQL refuses to run as root. Chooses the account it runs as instead, and checks that this account can get to
 * the files it needs.
 */
import { spawnSync } from 'node:child_process'
import { lchownSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseError } from './errors.ts'

export interface Account {
  name: string
  uid: number
  gid: number
}

/** Accounts that a system may have for a database server, best first. */
const SERVER_ACCOUNTS = ['onevisit', 'postgres', '_postgres', 'nobody']

/**
 * The account to run PostgreSQL as: undefined when this process is an ordinary user and so is the server.
 * As root: the owner of the database or of the data directory when that is an ordinary account, else a system account.
 * initdb needs an account that has a name, so owners that /etc/passwd does not know are passed over.
 */
export function serverAccount(dataDir: string, pgdata: string, accounts: Account[] = knownAccounts()): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const path of [pgdata, dataDir]) {
    const owner = statSync(path, { throwIfNoEntry: false })?.uid
    const account = accounts.find((a) => a.uid === owner && a.uid !== 0)
    if (account) return account
  }
  const account = SERVER_ACCOUNTS.map((name) => accounts.find((a) => a.name === name && a.uid !== 0)).find((a) => a !== undefined)
  return account ?? { name: 'nobody', uid: 65534, gid: 65534 }
}

/** For child_process: runs as the account, or as this process when there is none. */
export function runAs(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}

/** The directory that keeps the account from entering the given one, the outermost; undefined when it can enter. */
export function closedTo(account: Account, path: string): string | undefined {
  return canUse(account, 'cd -- "$1"', path) ? undefined : (firstClosedDirectory(path, account) ?? path)
}

/** Whether the account (or this process) can run the program. */
export function canRun(program: string, account: Account | undefined): boolean {
  return canUse(account, 'test -x "$1"', program)
}

/** Throws `database-directory-not-owned` when this process is an ordinary user and the database is someone else's. */
export function requireOwned(pgdata: string): void {
  const uid = process.getuid?.()
  const owner = statSync(pgdata, { throwIfNoEntry: false })?.uid
  if (uid === undefined || uid === 0 || owner === undefined || owner === uid) return
  throw new DatabaseError('database-directory-not-owned', { path: pgdata, owner: accountName(owner), user: accountName(uid) })
}

/** Gives a tree to the account, links themselves and not what they point at. */
export function giveTree(path: string, account: Account | undefined): void {
  if (!account) return
  lchownSync(path, account.uid, account.gid)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path)) giveTree(join(path, name), account)
}

export function knownAccounts(passwd = '/etc/passwd'): Account[] {
  let text: string
  try {
    text = readFileSync(passwd, 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7 && !fields[0]!.startsWith('#'))
    .map((fields) => ({ name: fields[0]!, uid: Number(fields[2]) >>> 0, gid: Number(fields[3]) >>> 0 }))
}

/** Asks the system instead of reading mode bits: access lists and mount options count too. */
function canUse(account: Account | undefined, test: string, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', test, 'sh', path], { stdio: 'ignore', cwd: '/', ...runAs(account) }).status === 0
}

/** Judged by mode bits. */
function firstClosedDirectory(path: string, account: Account): string | undefined {
  const parent = dirname(path)
  const above = parent === path ? undefined : firstClosedDirectory(parent, account)
  if (above) return above
  const { uid, gid, mode } = statSync(path)
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
  return (mode & bit) === 0 ? path : undefined
}

function accountName(uid: number): string {
  return knownAccounts().find((a) => a.uid === uid)?.name ?? String(uid)
}
