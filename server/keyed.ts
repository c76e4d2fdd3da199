/** Writes under an Idempotency-Key: the same key and body give the first answer, another body 409. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { once } from '../runtime/cases/finish.ts'
import { earlierAnswer, idempotencyRow, onceOf, type Once, type StoredAnswer } from '../runtime/idempotency.ts'
import type { Platform } from '../runtime/platform.ts'
import { actorOf } from './request.ts'

/** A write through a desk, which stores the key in its own statement. */
export async function keyedByDesk(platform: Platform, request: FastifyRequest, reply: FastifyReply, write: (key: { readonly once?: Once }) => Promise<StoredAnswer>): Promise<FastifyReply> {
  const key = keyOf(request)
  // Here as well as in the desk: what is refused before the desk is reached may have been carried out the first time.
  const { status, body } = await once(platform.surroundings, key, () => write(key === undefined ? {} : { once: key }))
  return reply.code(status).send(body)
}

/**
 * Another write: the answer is stored after it. A process that dies between the two leaves the write done and the key
 * unused, so these writes must be ones that a person may repeat.
 */
export async function keyed(platform: Platform, request: FastifyRequest, reply: FastifyReply, write: () => Promise<StoredAnswer>): Promise<FastifyReply> {
  const key = keyOf(request)
  const { status, body } = key === undefined ? await write() : await stored(platform, key, request.at, write)
  return reply.code(status).send(body)
}

async function stored({ db, vault }: Platform, key: Once, now: string, write: () => Promise<StoredAnswer>): Promise<StoredAnswer> {
  const earlier = await earlierAnswer(db, key, vault)
  if (earlier !== null) return earlier
  const answer = await write()
  const row = idempotencyRow(key, answer, now, vault)
  const { rowCount } = await db.query('idempotency-write', `insert into onevisit.idempotency (actor, key, request_hash, status, answer, at)
    values ($1, $2, decode($3, 'hex'), $4, to_jsonb($5::text), $6) on conflict do nothing`, [row.actor, row.key, row.request_hash, row.status, row.answer, row.at])
  return rowCount === 1 ? answer : await earlierAnswer(db, key, vault) ?? answer
}

/** @throws Problem `idempotency-key-invalid` */
function keyOf(request: FastifyRequest): Once | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  return onceOf(actorOf(request).account, String(key), [request.method, request.url, JSON.stringify(request.body ?? null)])
}
