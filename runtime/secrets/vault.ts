/**
 * The vault: encrypts identifying values at rest (AES-256-GCM) and derives pseudonymous ids (HMAC-SHA-256). Its key
 * file lies under the data directory, never in the database; a check value in the database refuses a wrong key.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeOnce } from './key-file.ts'

const VERSION = 'v1.'
const IV_BYTES = 12
const TAG_BYTES = 16

export interface Vault {
  /** `v1.` and base64url of iv, tag and ciphertext. */
  seal(text: string): string
  /** @throws when the text was not sealed by this key, or was changed */
  unseal(sealed: string): string
  isSealed(value: unknown): value is string
  /** A stable id in UUID form that reveals nothing without the key. */
  pseudonym(kind: string, identity: string): string
  /** For sealed-stream.ts: 32 bytes from which the key of each stream is derived. */
  streamKey(): Buffer
  /** Stored beside the data, so that another key is noticed before anything is written with it. */
  readonly check: string
}

/** Opens the vault's key file, making it (mode 0600) the first time. */
export function openVault(keyFile: string): Vault {
  return vaultOf(readOrMakeKey(keyFile))
}

export function vaultOf(key: Buffer): Vault {
  if (key.length !== 32) throw new RangeError('a vault key has 32 bytes')
  const cipherKey = derive(key, 'seal')
  const nameKey = derive(key, 'pseudonym')
  const streamKey = derive(key, 'stream')
  return {
    seal(text) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', cipherKey, iv)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return VERSION + Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
    },
    unseal(sealed) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, bytes.subarray(0, IV_BYTES))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
    },
    isSealed: (value): value is string => typeof value === 'string' && value.startsWith(VERSION),
    pseudonym: (kind, identity) => asUuid(createHmac('sha256', nameKey).update(`${kind}\u0000${identity}`).digest()),
    streamKey: () => Buffer.from(streamKey),
    check: createHmac('sha256', nameKey).update('check').digest('base64url').slice(0, 22),
  }
}

function derive(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `onevisit/${purpose}`, 32))
}

/** UUID version 8 (RFC 9562): the bits are ours. */
function asUuid(digest: Buffer): string {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function readOrMakeKey(file: string): Buffer {
  if (!existsSync(file)) writeOnce(file, randomBytes(32))
  return readFileSync(file)
}
