/** Embedded accounts, their posts, and sessions by bearer token. Tokens are stored as hashes only. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { Problem } from '../../kernel/errors/problem.ts'
import type { SignedIn } from '../access/actor.ts'
import type { Holding } from '../access/scopes.ts'
import { localDate } from '../cases/clock.ts'
import type { Db, Queryable } from '../database/pool.ts'
import { sqlState } from '../database/sql-errors.ts'
import type { Vault } from '../secrets/vault.ts'

export interface NewAccount {
  readonly username: string
  readonly password: string
  readonly kind: SignedIn['kind']
  readonly subject: string
  readonly name: string
  readonly org?: string
  readonly region?: string
  readonly posts?: readonly Holding[]
  /** Demo accounts and tests sign in by the hundred; their passwords are random and long, so a cheap hash does. */
  readonly cheapHash?: boolean
}

export interface Session {
  readonly token: string
  readonly expiresAt: string
}

export interface AccountBook {
  create(account: NewAccount, now: string, tx?: Queryable): Promise<string>
  /** @throws Problem `wrong-credentials`, the same for an unknown name and a wrong password */
  signIn(username: string, password: string, now: string): Promise<Session>
  /** @throws Problem `sign-in-required`, `session-expired` */
  signedIn(token: string, now: string): Promise<SignedIn>
  signOut(token: string, now: string): Promise<void>
  /** Posts of the account changed: what is cached of it is forgotten here and in other processes. */
  setPosts(account: string, posts: readonly Holding[], now: string): Promise<void>
  hasAdministrator(): Promise<boolean>
  /** Of one account, or of all. */
  forget(account?: string): void
}

const SESSION_HOURS = 12
const CACHE_MS = 5_000
const MOST_CACHED = 10_000
export const ACCOUNT_CHANNEL = 'onevisit_account'

const COSTLY = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const CHEAP = { memoryCost: 1_024, timeCost: 1, parallelism: 1 }

export function openAccountBook(db: Db, vault: Vault): AccountBook {
  const cache = new Map<string, { readonly actor: SignedIn; readonly until: number; readonly expiresAt: string }>()
  let decoy: Promise<string> | undefined

  async function read(token: string, now: string): Promise<{ actor: SignedIn; expiresAt: string }> {
    const { rows } = await db.query<{ account: string; kind: SignedIn['kind']; subject: string; class: SignedIn['class']; name: string; expires_at: string; revoked_at: string | null; disabled: boolean; posts: readonly Holding[] | null }>(
      'session-read', `select a.id as account, a.kind, a.subject, u.class, a.name, s.expires_at, s.revoked_at, a.disabled,
        (select jsonb_agg(jsonb_build_object('post', p.post, 'unit', p.unit)) from onevisit.account_post p
         where p.account = a.id and p.valid_from <= $2 and (p.valid_to is null or p.valid_to >= $2)) as posts
       from onevisit.session s join onevisit.account a on a.id = s.account join onevisit.subject u on u.id = a.subject where s.token_hash = $1`, [hashOf(token), localDate(now)])
    const row = rows[0]
    if (row === undefined) throw new Problem('sign-in-required')
    if (row.revoked_at !== null || row.disabled || row.expires_at <= now) throw new Problem('session-expired')
    return { actor: { account: row.account, kind: row.kind, subject: row.subject, class: row.class, name: vault.isSealed(row.name) ? vault.unseal(row.name) : row.name, holdings: row.posts ?? [] }, expiresAt: row.expires_at }
  }

  function forget(account?: string): void {
    if (account === undefined || account === '') return cache.clear()
    for (const [token, { actor }] of cache) if (actor.account === account) cache.delete(token)
  }

  async function changed(account: string): Promise<void> {
    forget(account)
    await db.query('account-notify', 'select pg_notify($1, $2)', [ACCOUNT_CHANNEL, account])
  }

  return {
    async create(account, now, tx = db) {
      if ([...account.password].length < 12) throw new Problem('password-too-weak', { detail: { zh: '密码至少 12 个字符', en: 'a password has at least 12 characters' } })
      const id = randomUUID()
      const password = await hash(account.password, account.cheapHash ? CHEAP : COSTLY)
      try {
        await tx.query('account-create', `insert into onevisit.account (id, username, password, kind, subject, name, org, region, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [id, account.username, password, account.kind, account.subject, vault.seal(account.name), account.org ?? null, account.region ?? null, now])
      } catch (error) {
        if (sqlState(error) === '23505') throw new Problem('username-taken', { detail: account.username })
        throw error
      }
      await insertPosts(tx, id, account.posts ?? [], now)
      return id
    },
    async signIn(username, password, now) {
      const { rows } = await db.query<{ id: string; password: string; disabled: boolean }>('account-by-name', 'select id, password, disabled from onevisit.account where username = $1', [username])
      const row = rows[0]
      // An unknown name costs as much time as a wrong password.
      const stored = row?.password ?? await (decoy ??= hash(randomUUID(), COSTLY))
      const matches = await verify(stored, password)
      if (row === undefined || !matches || row.disabled) throw new Problem('wrong-credentials')
      const token = randomBytes(32).toString('base64url')
      const expiresAt = new Date(Date.parse(now) + SESSION_HOURS * 3_600_000).toISOString()
      await db.query('session-make', 'insert into onevisit.session (token_hash, account, created_at, expires_at) values ($1, $2, $3, $4)', [hashOf(token), row.id, now, expiresAt])
      return { token, expiresAt }
    },
    async signedIn(token, now) {
      const at = Date.parse(now)
      const cached = cache.get(token)
      if (cached && cached.until > at && cached.expiresAt > now) return cached.actor
      const { actor, expiresAt } = await read(token, now)
      if (cache.size >= MOST_CACHED) cache.clear()
      cache.set(token, { actor, until: at + CACHE_MS, expiresAt })
      return actor
    },
    async signOut(token, now) {
      const { rows } = await db.query<{ account: string }>('session-end', 'update onevisit.session set revoked_at = $2 where token_hash = $1 and revoked_at is null returning account', [hashOf(token), now])
      if (rows[0]) await changed(rows[0].account)
    },
    async setPosts(account, posts, now) {
      await db.transaction(async tx => {
        await tx.query('posts-clear', 'delete from onevisit.account_post where account = $1', [account])
        await insertPosts(tx, account, posts, now)
      })
      await changed(account)
    },
    async hasAdministrator() {
      const { rows } = await db.query(`administrators`, `select 1 from onevisit.account where kind = 'admin' and not disabled limit 1`, [])
      return rows.length > 0
    },
    forget,
  }
}

async function insertPosts(tx: Queryable, account: string, posts: readonly Holding[], now: string): Promise<void> {
  if (posts.length === 0) return
  await tx.query('posts-insert', `insert into onevisit.account_post (account, post, unit, valid_from)
    select $1, post, unit, $3::date from json_to_recordset($2::json) as r(post text, unit text)`, [account, JSON.stringify(posts), localDate(now)])
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
