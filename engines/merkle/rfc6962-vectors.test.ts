/** Proofs, good and bad, that nobody here wrote: the test data of transparency-dev/merkle. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { hashLeaf, verifyConsistency, verifyInclusion } from './index.ts'

interface InclusionVector { leafIdx: number; treeSize: number; root: string; leafHash: string; proof: string[] | null; desc: string; wantErr: boolean }
interface ConsistencyVector { size1: number; size2: number; root1: string; root2: string; proof: string[] | null; desc: string; wantErr: boolean }

const ARCHIVE = fileURLToPath(new URL('../../../shared/data/merkle/rfc6962-testdata.tar.gz', import.meta.url))
const present = existsSync(ARCHIVE)
const why = present ? '' : ' (skipped: shared/data/merkle/rfc6962-testdata.tar.gz is absent)'

describe.skipIf(!present)(`RFC 6962 vectors${why}`, () => {
  const files = present ? readTar(gunzipSync(readFileSync(ARCHIVE))) : new Map<string, string>()
  const vectors = <V>(folder: string) => [...files].filter(([name]) => name.startsWith(`testdata/${folder}/`) && name.endsWith('.json')).map(([name, text]) => [name, JSON.parse(text) as V] as const)
  const bytes = (base64: string) => Buffer.from(base64 ?? '', 'base64')

  test('inclusion: good proofs pass and bad ones fail', () => {
    const all = vectors<InclusionVector>('inclusion')
    expect(all.length).toBeGreaterThan(80)
    expect(all.some(([, { wantErr }]) => !wantErr)).toBe(true)
    for (const [name, { leafIdx, treeSize, root, leafHash, proof, wantErr }] of all) {
      const passes = verifyInclusion({ index: leafIdx, size: treeSize, leafHash: bytes(leafHash), path: (proof ?? []).map(bytes), root: bytes(root) })
      expect({ name, passes }).toEqual({ name, passes: !wantErr })
    }
  })

  test('consistency: good proofs pass and bad ones fail', () => {
    const all = vectors<ConsistencyVector>('consistency')
    expect(all.length).toBeGreaterThan(80)
    expect(all.some(([, { wantErr }]) => !wantErr)).toBe(true)
    for (const [name, { size1, size2, root1, root2, proof, wantErr }] of all) {
      const passes = verifyConsistency({ earlierSize: size1, earlierRoot: bytes(root1), laterSize: size2, laterRoot: bytes(root2), path: (proof ?? []).map(bytes) })
      expect({ name, passes }).toEqual({ name, passes: !wantErr })
    }
  })

  test('the leaf hash is the one of the vectors', () => {
    const single = JSON.parse(files.get('testdata/inclusion/1/happy-path.json')!) as InclusionVector
    expect(Buffer.from(hashLeaf('')).toString('base64')).toBe(single.leafHash)
  })
})

/** Regular files of a ustar archive: 512-byte header with name, octal size and type, then content padded to 512 bytes. */
function readTar(archive: Buffer): Map<string, string> {
  const files = new Map<string, string>()
  const field = (at: number, length: number) => archive.subarray(at, at + length).toString('latin1').replace(/\0.*$/s, '')
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = parseInt(field(at + 124, 12), 8)
    const prefix = field(at + 257, 5) === 'ustar' ? field(at + 345, 155) : ''
    const name = prefix === '' ? field(at, 100) : `${prefix}/${field(at, 100)}`
    if (field(at + 156, 1) === '0' || field(at + 156, 1) === '') files.set(name, archive.subarray(at + 512, at + 512 + size).toString('utf8'))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}
