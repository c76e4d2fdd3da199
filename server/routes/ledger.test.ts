import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyConsistency, verifyInclusion } from '../../engines/merkle/index.ts'
import { library, town } from '../fixtures/library.ts'
import { libraryCast, testServer, type TestServer } from '../testing.ts'

let server: TestServer
let cast: Awaited<ReturnType<typeof libraryCast>>
const bytes = (base64: string) => Buffer.from(base64, 'base64')

beforeAll(async () => {
  server = await testServer()
  cast = await libraryCast(server)
})

async function suggestAndNumber(size: number): Promise<{ readonly size: number; readonly rootHash: string }> {
  await cast.reader.post('/api/v1/systems/library/cases/suggestion', { values: { words: '一条' }, region: town, organ: library })
  // Transactions of other databases on the test server hold the numbering up for a moment.
  for (let i = 0; i < 500; i++) {
    await server.parts.sequencer.number()
    const { body } = await cast.other.get('/api/v1/ledger/checkpoint')
    if (body.size >= size) return body
    await sleep(20)
  }
  throw new Error('the leaf was not numbered')
}

describe('the ledger', () => {
  it('proves to a client that knows no more than the answers that leaves are in it and that it only grew', async () => {
    const earlier = await suggestAndNumber(1)
    const later = await suggestAndNumber(2)
    const { body: inclusion } = await cast.other.get('/api/v1/ledger/inclusion?leaf=0')
    expect(inclusion).toMatchObject({ leaf: 0, size: later.size, rootHash: later.rootHash })
    expect(verifyInclusion({ index: 0, size: later.size, leafHash: bytes(inclusion.leafHash), path: inclusion.path.map(bytes), root: bytes(later.rootHash) })).toBe(true)
    const { body: consistency } = await cast.other.get(`/api/v1/ledger/consistency?from=${earlier.size}&to=${later.size}`)
    expect(verifyConsistency({ earlierSize: earlier.size, laterSize: later.size, path: consistency.path.map(bytes), earlierRoot: bytes(earlier.rootHash), laterRoot: bytes(later.rootHash) })).toBe(true)
    expect((await cast.other.get(`/api/v1/ledger/inclusion?leaf=0&size=${earlier.size}`)).body.rootHash).toBe(earlier.rootHash)
  })

  it('has no proof of what is not there', async () => {
    const get = async (query: string) => (await cast.other.get(`/api/v1/ledger/${query}`)).body
    expect(await get('inclusion?leaf=1000000')).toMatchObject({ status: 404, code: 'not-found' })
    expect(await get('consistency?from=1000000')).toMatchObject({ status: 422 })
    for (const query of ['inclusion', 'inclusion?leaf=-1', 'inclusion?leaf=1.5', 'inclusion?leaf=x', 'inclusion?leaf=99999999999999999999', 'consistency', 'consistency?from=2&to=x']) expect(await get(query)).toMatchObject({ status: 422, code: 'invalid-request' })
  })

  it('is for people who are signed in', async () => {
    expect((await server.guest.get('/api/v1/ledger/checkpoint')).status).toBe(401)
  })
})
