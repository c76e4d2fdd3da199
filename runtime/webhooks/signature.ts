/** Symmetric signatures of the Standard Webhooks specification 1.0.0: HMAC-SHA256 over id, time and body. */
import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

/** 256 random bits, written as the specification has it. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64')
}

/** The headers that tell a receiver who sent this and when; `at` is the instant of the attempt. */
export function signedHeaders(secret: string, id: string, at: string, body: string): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(Date.parse(at) / 1_000))
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  }
}
