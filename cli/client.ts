/** A small client of the HTTP interface for the commands that talk to a running server. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandFailed } from './failure.ts'

export interface DemoAccount {
  readonly username: string
  readonly password: string
  readonly kind: 'person' | 'firm' | 'staff' | 'app' | 'admin'
  readonly roles: readonly string[]
  readonly org: string | null
  readonly region: string | null
  readonly name: string
}

export interface Answer {
  readonly status: number
  readonly body: any
  readonly ms: number
}

export interface Client {
  get(path: string): Promise<Answer>
  /** A write carries an Idempotency-Key of its own. */
  post(path: string, body: unknown): Promise<Answer>
}

type Env = Readonly<Record<string, string | undefined>>

export function urlOf(options: { readonly url?: string }, env: Env): string {
  return (options.url ?? `http://127.0.0.1:${env['PORT'] ?? '8080'}`).replace(/\/$/, '')
}

export function dataDirOf(env: Env): string {
  return env['ONEVISIT_DATA'] ?? 'data'
}

export function demoAccounts(env: Env): readonly DemoAccount[] {
  const file = join(dataDirOf(env), 'demo-accounts.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DemoAccount[]
  } catch (error) {
    throw new CommandFailed(`no demo accounts at ${file} (${(error as NodeJS.ErrnoException).code ?? 'not readable'}); start the server with its demo city, or set ONEVISIT_DATA`)
  }
}

export function clientOf(url: string, token?: string): Client {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const started = performance.now()
    let response: Response
    try {
      response = await fetch(url + path, {
        method,
        headers: {
          accept: 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw new CommandFailed(`no server at ${url} (${(error as { cause?: { code?: string } }).cause?.code ?? 'no answer'}); start it with npm start`)
    }
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : parsed(text), ms: performance.now() - started }
  }
  return { get: path => call('GET', path), post: (path, body) => call('POST', path, body) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A client signed in as an account. */
export async function signIn(url: string, account: { readonly username: string; readonly password: string }): Promise<Client> {
  const { status, body } = await clientOf(url).post('/api/v1/sessions', { username: account.username, password: account.password })
  if (status !== 201) throw new CommandFailed(`cannot sign in as ${account.username}: ${body?.title ?? status}`, 1)
  return clientOf(url, body.token)
}
