/**
 * Seals streams of any length in constant memory: segments of 64 KiB, each AES-256-GCM under a key of the stream's own
 * (HKDF over a random salt), its nonce counting the segments and marking the last. So nothing is handed out before it
 * is authenticated, and a stream that was cut, extended or reordered does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Plain bytes of every segment but the last. */
export const SEGMENT_BYTES = 65_536

const MAGIC = Buffer.from('OVS1')
const SALT_BYTES = 32
const HEADER_BYTES = MAGIC.length + SALT_BYTES
const TAG_BYTES = 16

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export class SealBroken extends Error {
  constructor(cause?: unknown) {
    super('sealed content was changed, cut short, or sealed with another key', { cause })
    this.name = 'SealBroken'
  }
}

export async function* seal(key: Buffer, plain: Bytes): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES)
  const own = deriveKey(key, salt)
  yield Buffer.concat([MAGIC, salt])
  let number = 0
  for await (const { chunk, last } of cut(plain, () => SEGMENT_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', own, nonce(number++, last))
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
}

/** @throws SealBroken, possibly after the first segments were given */
export async function* unseal(key: Buffer, sealed: Bytes): AsyncGenerator<Buffer> {
  let own: Buffer | undefined
  let number = 0
  for await (const { chunk, last } of cut(sealed, at => at === 0 ? HEADER_BYTES : SEGMENT_BYTES + TAG_BYTES)) {
    if (own === undefined) own = keyOfHeader(key, chunk, last)
    else yield openSegment(own, chunk, number++, last)
  }
}

/** A segment always follows, be it an empty one. */
function keyOfHeader(key: Buffer, header: Buffer, last: boolean): Buffer {
  if (last || !header.subarray(0, MAGIC.length).equals(MAGIC)) throw new SealBroken()
  return deriveKey(key, header.subarray(MAGIC.length))
}

function openSegment(key: Buffer, segment: Buffer, number: number, last: boolean): Buffer {
  if (segment.length < TAG_BYTES) throw new SealBroken()
  const decipher = createDecipheriv('aes-256-gcm', key, nonce(number, last))
  decipher.setAuthTag(segment.subarray(segment.length - TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(segment.subarray(0, segment.length - TAG_BYTES)), decipher.final()])
  } catch (error) {
    throw new SealBroken(error)
  }
}

/** Pieces of just the sizes asked for and a last one of the rest, which is empty only where there is nothing at all. */
async function* cut(source: Bytes, sizeOf: (at: number) => number): AsyncGenerator<{ readonly chunk: Buffer; readonly last: boolean }> {
  let held = Buffer.alloc(0)
  let at = 0
  for await (const bytes of source) {
    held = Buffer.concat([held, bytes])
    // One byte more must be there, or the piece may be the last.
    for (let size = sizeOf(at); held.length > size; size = sizeOf(++at)) {
      yield { chunk: held.subarray(0, size), last: false }
      held = held.subarray(size)
    }
  }
  yield { chunk: held, last: true }
}

function deriveKey(key: Buffer, salt: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, salt, 'onevisit/stream-segments', 32))
}

function nonce(number: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12)
  bytes.writeUInt32BE(number, 7)
  bytes[11] = last ? 1 : 0
  return bytes
}
