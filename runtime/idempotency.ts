/**
 * Writes that a retry must not repeat: the key is stored in the write's own statement, with the answer. Nothing is
 * looked up beforehand; only when a keyed write fails is the key's earlier answer looked for.
 */
import { createHash } from 'node:crypto'
import { Problem } from '../kernel/errors/problem.ts'
import type { IdempotencyRow } from './apply/writes.ts'
import type { Db } from './database/pool.ts'
import type { Vault } from './secrets/vault.ts'

export interface Once {
  readonly actor: string
  readonly key: string
  /** Of method, path and body. */
  readonly requestHash: string
}

export interface StoredAnswer {
  readonly status: number
  readonly body: unknown
}

export function onceOf(actor: string, key: string, request: readonly string[]): Once {
  if (!/^[\x21-\x7e]{8,200}$/.test(key)) throw new Problem('idempotency-key-invalid', { detail: '8 to 200 printable ASCII characters' })
  return { actor, key, requestHash: createHash('sha256').update(JSON.stringify(request)).digest('hex') }
}

export function idempotencyRow(once: Once, answer: StoredAnswer, now: string, vault: Vault): IdempotencyRow {
  return { actor: once.actor, key: once.key, request_hash: once.requestHash, status: answer.status, answer: vault.seal(JSON.stringify(answer.body)), at: now }
}

/** The answer given before. @throws Problem `idempotency-key-reused` when the request was another */
export async function earlierAnswer(db: Db, once: Once, vault: Vault): Promise<StoredAnswer | null> {
  const { rows } = await db.query<{ request_hash: Buffer; status: number; answer: string }>('idempotency-read', 'select request_hash, status, answer from onevisit.idempotency where actor = $1 and key = $2', [once.actor, once.key])
  const row = rows[0]
  if (row === undefined) return null
  if (row.request_hash.toString('hex') !== once.requestHash) throw new Problem('idempotency-key-reused')
  return { status: row.status, body: JSON.parse(vault.unseal(row.answer)) as unknown }
}
