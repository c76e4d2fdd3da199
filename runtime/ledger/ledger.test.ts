import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { hashLeaf, treeHash, verifyConsistency, verifyInclusion } from '../../engines/merkle/index.ts'
import { isProblem } from '../../kernel/errors/problem.ts'
import { migrate, readMigrations } from '../database/migrations.ts'
import type { Queryable } from '../database/pool.ts'
import { testDatabase } from '../database/testing.ts'
import { openLedger } from './ledger.ts'
import { openSequencer } from './sequencer.ts'

const { db, connectionString } = await testDatabase({ template: { name: 'migrations only', migrate: fresh => migrate(fresh, readMigrations(join(import.meta.dirname, '../migrations'))) } })
const sequencer = openSequencer({ db })
const bytes = (base64: string) => Buffer.from(base64, 'base64')

beforeEach(async () => void await db.queryOnce('truncate onevisit.ledger_leaf restart identity'))

const LEAF = `insert into onevisit.ledger_leaf (hash, kind, trace, at) values ($1, 'event', $2, $3)`
const leafOf = (name: string) => Buffer.from(hashLeaf(name))
const append = (to: Pick<Queryable, 'queryOnce'>, name: string) => to.queryOnce(LEAF, [leafOf(name), randomUUID(), '2026-03-02T01:00:00.000Z'])

async function appendMany(count: number, prefix = 'leaf'): Promise<void> {
  await db.queryOnce(`insert into onevisit.ledger_leaf (hash, kind, trace, at)
    select sha256(convert_to($2 || n, 'UTF8')), 'event', gen_random_uuid(), timestamptz '2026-03-02 01:00Z' + n * interval '1 second' from generate_series(1, $1) n`, [count, prefix])
}

/** Transactions of other databases on the same server hold the numbering up, so it may take several rounds. */
async function numberUntil(size: number): Promise<void> {
  for (let round = 0; round < 1_000; round++) {
    await sequencer.number()
    if (await numbered() >= size) return
    await sleep(20)
  }
  throw new Error(`${await numbered()} of ${size} leaves were numbered`)
}

const numbered = async () => (await db.queryOnce<{ n: number }>('select count(position)::int as n from onevisit.ledger_leaf')).rows[0]!.n
const inOrder = async () => (await db.queryOnce<{ position: number; hash: Buffer }>('select position, hash from onevisit.ledger_leaf where position is not null order by position')).rows
const expectGapless = async () => {
  const rows = await inOrder()
  expect(rows.map(row => row.position)).toEqual(rows.map((_, i) => i))
}

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => undefined)
  await client.connect()
  sessions.push(client)
  return client
}
const sessions: pg.Client[] = []

/** Ends the session whose statement waits for a row of the ledger. */
async function killBlocked(): Promise<void> {
  for (let look = 0; look < 500; look++) {
    const { rowCount } = await db.queryOnce(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%update onevisit.ledger_leaf%'`)
    if (rowCount > 0) return
    await sleep(10)
  }
  throw new Error('no session waits for a row of the ledger')
}
afterAll(async () => { for (const client of sessions) await client.end().catch(() => undefined) })

describe('numbering', () => {
  test('a leaf whose transaction began first but commits last is neither skipped nor overtaken', async () => {
    const slow = await session()
    await slow.query('begin')
    await slow.query(LEAF, [leafOf('slow'), randomUUID(), '2026-03-02T01:00:00Z'])
    await append(db, 'quick')
    for (let round = 0; round < 5; round++) expect(await sequencer.number()).toBe(0)
    await slow.query('commit')
    await numberUntil(2)
    expect((await inOrder()).map(row => row.hash)).toEqual([leafOf('slow'), leafOf('quick')])
  })

  test('a leaf that was rolled back takes no position', async () => {
    const lost = await session()
    await append(db, 'before')
    await lost.query('begin')
    await lost.query(LEAF, [leafOf('lost'), randomUUID(), '2026-03-02T01:00:00Z'])
    await append(db, 'after')
    await lost.query('rollback')
    await numberUntil(2)
    expect((await inOrder()).map(row => row.hash)).toEqual([leafOf('before'), leafOf('after')])
    await expectGapless()
  })

  test('many writers and many sequencers at once leave no gap and no double', async () => {
    const writers = Array.from({ length: 4 }, async (_, w) => {
      for (let i = 0; i < 25; i++) {
        await db.transaction(async tx => {
          await append(tx, `${w}/${i}/a`)
          if (i % 3 === 0) await sleep(2)
          await append(tx, `${w}/${i}/b`)
        })
      }
    })
    let writing = true
    const counts = await Promise.all([
      Promise.all(writers).then(() => { writing = false; return 0 }),
      ...Array.from({ length: 3 }, async () => {
        let count = 0
        while (writing) count += await openSequencer({ db }).number()
        return count
      }),
    ])
    const already = await numbered()
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(already)
    await numberUntil(200)
    await expectGapless()
    const { rows } = await db.queryOnce<{ ordered: boolean }>(`select bool_and(before is null or before < (tx, id)) as ordered
      from (select tx, id, lag((tx, id)) over (order by position) as before from onevisit.ledger_leaf) l`)
    expect(rows[0]!.ordered).toBe(true)
  })

  test('a sequencer killed in its statement numbers nothing, and the next one goes on', async () => {
    await appendMany(3)
    await numberUntil(3)
    await appendMany(5, 'more')
    while (!(await db.queryOnce<{ ripe: boolean }>('select bool_and(tx < pg_snapshot_xmin(pg_current_snapshot())) as ripe from onevisit.ledger_leaf')).rows[0]!.ripe) await sleep(10)
    const holder = await session()
    await holder.query('begin')
    await holder.query('select 1 from onevisit.ledger_leaf where id = 6 for update')
    const killed = expect(sequencer.number()).rejects.toThrow()
    await killBlocked()
    await killed
    await holder.query('rollback')
    expect(await numbered()).toBe(3)
    await numberUntil(8)
    await expectGapless()
  })
})

describe('proofs', () => {
  test('an empty ledger has the empty root and proves nothing', async () => {
    const ledger = openLedger({ db })
    expect(await ledger.checkpoint()).toEqual({ size: 0, rootHash: '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=', at: null })
    await expect(ledger.inclusion(0)).rejects.toSatisfy(error => isProblem(error, 'not-found'))
    await expect(ledger.consistency(1)).rejects.toSatisfy(error => isProblem(error, 'invalid-request'))
  })

  test('every checkpoint proves its leaves and those before it, over unfinished and finished tiles', async () => {
    const ledger = openLedger({ db })
    const checkpoints: { size: number; rootHash: string }[] = []
    let total = 0
    for (const more of [1, 2, 252, 1, 1, 300, 455]) {
      await appendMany(more, `batch ${total} `)
      total += more
      await numberUntil(total)
      checkpoints.push(await ledger.checkpoint())
    }
    const leaves = (await inOrder()).map(row => row.hash)
    for (const { size, rootHash } of checkpoints) expect(bytes(rootHash)).toEqual(Buffer.from(treeHash(leaves.slice(0, size))))

    // A reader that starts now and one that followed the growth must agree; verification is the engine's, the roots are the table's.
    const late = openLedger({ db })
    const size = fc.integer({ min: 1, max: total })
    await fc.assert(fc.asyncProperty(size, fc.nat(), async (n, pick) => {
      const proof = await ledger.inclusion(pick % n, n)
      expect(proof).toEqual(await late.inclusion(pick % n, n))
      expect(bytes(proof.leafHash)).toEqual(leaves[pick % n])
      expect(verifyInclusion({ index: proof.leaf, size: n, leafHash: leaves[pick % n]!, path: proof.path.map(bytes), root: treeHash(leaves.slice(0, n)) })).toBe(true)
    }), { numRuns: 60 })
    await fc.assert(fc.asyncProperty(size, size, async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const proof = await late.consistency(from, to)
      expect(verifyConsistency({
        earlierSize: from, laterSize: to, path: proof.path.map(bytes), earlierRoot: treeHash(leaves.slice(0, from)), laterRoot: treeHash(leaves.slice(0, to)),
      })).toBe(true)
      expect(bytes(proof.toRootHash)).toEqual(Buffer.from(treeHash(leaves.slice(0, to))))
    }), { numRuns: 60 })
    for (const { size: from, rootHash } of checkpoints) expect((await late.consistency(from)).fromRootHash).toBe(rootHash)
  })

  test('a request reads only what was numbered since, and no more than the tiles at its ends', async () => {
    await appendMany(2_000)
    await numberUntil(2_000)
    let rowsRead = 0
    const ledger = openLedger({ db: { query: async (name, text, values) => {
      const result = await db.query<never>(name, text, values)
      rowsRead += result.rowCount
      return result
    } } })
    await ledger.checkpoint()
    expect(rowsRead).toBe(2_000)
    rowsRead = 0
    await ledger.inclusion(700)
    await ledger.checkpoint()
    expect(rowsRead).toBeLessThanOrEqual(512)
  })

  test('a leaf just numbered is in the next answer, however many ask at once', async () => {
    const ledger = openLedger({ db })
    for (let size = 1; size <= 20; size++) {
      const early = [ledger.checkpoint(), ledger.checkpoint()]
      await appendMany(1, `${size}`)
      await numberUntil(size)
      const asked = await Promise.all([ledger.inclusion(size - 1), ledger.checkpoint(), ledger.checkpoint()])
      expect(asked.map(one => one.size)).toEqual([size, size, size])
      await Promise.all(early)
    }
  })

  test.each([[-1], [0.5], [3], [Number.NaN]])('leaf %d of three is not found', async leaf => {
    await appendMany(3)
    await numberUntil(3)
    await expect(openLedger({ db }).inclusion(leaf)).rejects.toSatisfy(error => isProblem(error, 'not-found'))
  })

  test.each([[0, 3], [2, 1], [1, 4], [1.5, 3], [-1, 2]])('consistency from %d to %d of three is refused', async (from, to) => {
    await appendMany(3)
    await numberUntil(3)
    await expect(openLedger({ db }).consistency(from, to)).rejects.toSatisfy(error => isProblem(error, 'invalid-request'))
  })
})
