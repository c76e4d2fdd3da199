import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seal, SealBroken, SEGMENT_BYTES, unseal, type Bytes } from './sealed-stream.ts'
import { vaultOf } from './vault.ts'

const key = vaultOf(Buffer.alloc(32, 1)).streamKey()
const OVERHEAD = 36

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const held: Uint8Array[] = []
  for await (const chunk of chunks) held.push(chunk)
  return Buffer.concat(held)
}

/** The same bytes in pieces of other lengths. */
function* inPieces(bytes: Buffer, lengths: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length]!
    yield bytes.subarray(at, at + length)
    at += length
  }
}

const sizes = fc.oneof(fc.nat(200), fc.constantFrom(...[-1, 0, 1].flatMap(by => [1, 2, 3].map(n => n * SEGMENT_BYTES + by))))
const pieces = fc.array(fc.integer({ min: 1, max: 3 * SEGMENT_BYTES }), { minLength: 1, maxLength: 4 })

describe('a sealed stream', () => {
  test('opens to what was sealed, whatever its length and however it arrives', async () => {
    await fc.assert(fc.asyncProperty(sizes, pieces, pieces, async (size, sealIn, openIn) => {
      const plain = randomBytes(size)
      const sealed = await all(seal(key, inPieces(plain, sealIn)))
      expect(sealed.length).toBe(OVERHEAD + size + 16 * Math.max(1, Math.ceil(size / SEGMENT_BYTES)))
      expect((await all(unseal(key, inPieces(sealed, openIn)))).equals(plain)).toBe(true)
    }), { numRuns: 40 })
  })

  test('does not show its content, and is another each time', async () => {
    const plain = Buffer.from('居民身份证 330203199005051234'.repeat(20))
    const [one, two] = [await all(seal(key, [plain])), await all(seal(key, [plain]))]
    expect(one.includes(Buffer.from('330203'))).toBe(false)
    expect(one.equals(two)).toBe(false)
  })

  test('that was changed anywhere does not open', async () => {
    const plain = randomBytes(SEGMENT_BYTES + 100)
    const sealed = await all(seal(key, [plain]))
    await fc.assert(fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(sealed)
      changed[at]! ^= by
      await expect(all(unseal(key, [changed]))).rejects.toBeInstanceOf(SealBroken)
    }), { numRuns: 60 })
  })

  test('that was cut or lengthened anywhere, or whose segments were moved, does not open', async () => {
    const plain = randomBytes(3 * SEGMENT_BYTES)
    const sealed = await all(seal(key, [plain]))
    const segment = SEGMENT_BYTES + 16
    const cuts = [0, 1, OVERHEAD - 1, OVERHEAD, OVERHEAD + 1, OVERHEAD + segment - 1, OVERHEAD + segment, OVERHEAD + 2 * segment, sealed.length - 1]
    for (const length of cuts) await expect(all(unseal(key, [sealed.subarray(0, length)]))).rejects.toBeInstanceOf(SealBroken)
    await expect(all(unseal(key, [sealed, Buffer.from([0])]))).rejects.toBeInstanceOf(SealBroken)
    const [header, first, second, third] = [sealed.subarray(0, OVERHEAD), ...[0, 1, 2].map(i => sealed.subarray(OVERHEAD + i * segment, OVERHEAD + (i + 1) * segment))]
    for (const order of [[header, second, first, third], [header, first, third], [header, first, second, third, third], [header, first, first, second, third]] as Buffer[][]) {
      await expect(all(unseal(key, order))).rejects.toBeInstanceOf(SealBroken)
    }
  })

  test('does not open with another key', async () => {
    const sealed = await all(seal(key, [Buffer.from('x')]))
    await expect(all(unseal(vaultOf(Buffer.alloc(32, 2)).streamKey(), [sealed]))).rejects.toBeInstanceOf(SealBroken)
  })

  test('is not held in memory as a whole', async () => {
    const total = 400
    let made = 0
    let mostAhead = 0
    async function* source(): AsyncGenerator<Buffer> {
      for (; made < total; made++) yield Buffer.alloc(SEGMENT_BYTES, made)
    }
    let opened = 0
    const hash = createHash('sha256')
    for await (const chunk of unseal(key, seal(key, source()))) {
      opened += chunk.length / SEGMENT_BYTES
      mostAhead = Math.max(mostAhead, made - opened)
      hash.update(chunk)
    }
    expect(opened).toBe(total)
    expect(mostAhead).toBeLessThan(5)
    const whole = createHash('sha256')
    for (let i = 0; i < total; i++) whole.update(Buffer.alloc(SEGMENT_BYTES, i))
    expect(hash.digest()).toEqual(whole.digest())
  })

  test('an error of its source comes through, and nothing after it', async () => {
    const failing: Bytes = (async function* () {
      yield Buffer.from('first')
      throw new Error('the line broke')
    })()
    await expect(all(seal(key, failing))).rejects.toThrow('the line broke')
  })
})

test('the key for streams is not the one for texts, and follows the vault', () => {
  const [one, other] = [vaultOf(Buffer.alloc(32, 1)), vaultOf(Buffer.alloc(32, 2))]
  expect(one.streamKey()).toEqual(vaultOf(Buffer.alloc(32, 1)).streamKey())
  expect(one.streamKey()).not.toEqual(other.streamKey())
  expect(one.streamKey().length).toBe(32)
  one.streamKey().fill(0)
  expect(one.streamKey()).not.toEqual(Buffer.alloc(32))
})
