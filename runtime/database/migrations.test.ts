import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sandbox } from './testing-embedded.ts'
import { fingerprint, migrate, readMigrations, type Migration } from './migrations.ts'
import { openPool, type Db } from './pool.ts'
import { createTestDatabase } from './test-databases.ts'

async function emptyDatabase(): Promise<{ db: Db; connectionString: string }> {
  const { drop, ...made } = await createTestDatabase()
  onTestFinished(drop)
  return made
}

const BOTH: Migration[] = [
  { id: '0001-log', sql: 'create table log (line text);\ninsert into log values (\'one\');' },
  { id: '0002-more', sql: 'alter table log add column at int;\ninsert into log values (\'two\', 2);' },
]

const lines = async (db: Db) => (await db.queryOnce<{ line: string }>('select line from log order by line')).rows.map(({ line }) => line)

test('are applied in order, once', async () => {
  const { db } = await emptyDatabase()
  expect(await migrate(db, BOTH.slice(0, 1))).toEqual({ applied: ['0001-log'], unknown: [] })
  expect(await migrate(db, BOTH)).toEqual({ applied: ['0002-more'], unknown: [] })
  expect(await migrate(db, BOTH)).toEqual({ applied: [], unknown: [] })
  expect(await lines(db)).toEqual(['one', 'two'])
  const { rows } = await db.queryOnce('select id, length(sha256) as length, at <= now() as past from onevisit.migration order by id')
  expect(rows).toEqual(BOTH.map(({ id }) => ({ id, length: 64, past: true })))
})

test('are each applied by one of several processes that start together', async () => {
  const { db, connectionString } = await emptyDatabase()
  const pools = Array.from({ length: 5 }, () => openPool({ connectionString, max: 2 }))
  const outcomes = await Promise.all(pools.map((pool) => migrate(pool, BOTH)))
  await Promise.all(pools.map((pool) => pool.close()))
  expect(outcomes.flatMap(({ applied }) => applied).sort()).toEqual(['0001-log', '0002-more'])
  expect(await lines(db)).toEqual(['one', 'two'])
})

test('of a newer release are left alone', async () => {
  const { db } = await emptyDatabase()
  await migrate(db, BOTH)
  expect(await migrate(db, BOTH.slice(0, 1))).toEqual({ applied: [], unknown: ['0002-more'] })
})

test('that were changed after they were applied are refused, before anything else is done', async () => {
  const { db } = await emptyDatabase()
  await migrate(db, BOTH.slice(0, 1))
  const changed = [{ id: '0001-log', sql: 'create table log (line text not null)' }, BOTH[1]!]
  await expect(migrate(db, changed)).rejects.toMatchObject({
    code: 'migration-changed',
    message: 'Migration 0001-log was applied to this database and has been changed since. Restore its text and put the change into a new migration.',
  })
  expect(await lines(db)).toEqual(['one'])
  const sameWithOtherLineEnds = BOTH.map(({ id, sql }) => ({ id, sql: sql.replaceAll('\n', '\r\n') }))
  expect(await migrate(db, sameWithOtherLineEnds)).toEqual({ applied: ['0002-more'], unknown: [] })
})

test('that fail leave no trace of themselves, name the line, and keep those before', async () => {
  const { db } = await emptyDatabase()
  const bad = { id: '0002-bad', sql: `-- 第一行\ninsert into log values ('half');\nselect nonsense from log;` }
  await expect(migrate(db, [BOTH[0]!, bad])).rejects.toMatchObject({
    code: 'migration-failed',
    params: { id: '0002-bad', line: 3 },
    message: 'Migration 0002-bad failed at line 3: column "nonsense" does not exist',
  })
  expect(await lines(db)).toEqual(['one'])
  expect(await migrate(db, BOTH)).toEqual({ applied: ['0002-more'], unknown: [] })
})

test.each(['rollback', 'commit', 'commit; begin'])('that end their transaction (%s) are not taken for applied', async (end) => {
  const { db } = await emptyDatabase()
  await migrate(db, [BOTH[0]!])
  await expect(migrate(db, [BOTH[0]!, { id: '0002-x', sql: `create table x (); ${end}; select 1;` }])).rejects.toMatchObject({
    message: 'Migration 0002-x failed at line 1: it ends its transaction; it may hold no begin, commit or rollback',
  })
  expect((await db.queryOnce('select id from onevisit.migration')).rows).toEqual([{ id: '0001-log' }])
})

test('with the same id are refused', async () => {
  const { db } = await emptyDatabase()
  await expect(migrate(db, [BOTH[0]!, BOTH[0]!])).rejects.toMatchObject({ code: 'migration-duplicate', params: { id: '0001-log' } })
})

test('are read from files by number', () => {
  const dir = sandbox()
  writeFileSync(join(dir, '0010-b.sql'), 'select 2')
  writeFileSync(join(dir, '0002-a-long-name.sql'), 'select 1')
  writeFileSync(join(dir, 'README.md'), '')
  mkdirSync(join(dir, 'folder'))
  expect(readMigrations(dir)).toEqual([
    { id: '0002-a-long-name', sql: 'select 1' },
    { id: '0010-b', sql: 'select 2' },
  ])
  writeFileSync(join(dir, '0010-c.sql'), '')
  expect(() => readMigrations(dir)).toThrow('Two migrations share the id 0010.')
})

test.each(['1-a.sql', '0001.sql', '0001-A.sql', '0001_a.sql', 'a.sql'])('a file named %s is refused', (name) => {
  const dir = sandbox()
  writeFileSync(join(dir, name), '')
  expect(() => readMigrations(dir)).toThrow(`${name} in ${dir} is no name for a migration; it should look like 0001-name.sql.`)
})

test('have a fingerprint that follows their texts', () => {
  expect(fingerprint(BOTH)).toBe(fingerprint(BOTH.map((m) => ({ ...m }))))
  expect(fingerprint(BOTH)).not.toBe(fingerprint(BOTH.slice(1)))
  expect(fingerprint(BOTH)).not.toBe(fingerprint([BOTH[0]!, { ...BOTH[1]!, sql: 'select 1' }]))
})
