/** Signing in to a server process as one of its demo accounts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DemoLogin {
  readonly username: string
  readonly password: string
  readonly roles: readonly string[]
}

export function demoAccounts(dataDir: string): readonly DemoLogin[] {
  return JSON.parse(readFileSync(join(dataDir, 'demo-accounts.json'), 'utf8')) as DemoLogin[]
}

/** A bearer token. */
export async function signIn(url: string, account: DemoLogin): Promise<string> {
  const response = await fetch(`${url}/api/v1/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: account.username, password: account.password }) })
  if (response.status !== 201) throw new Error(`cannot sign in as ${account.username}: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { token: string }).token
}
