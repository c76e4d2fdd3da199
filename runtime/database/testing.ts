/** For tests with a real database: a fresh one for each file, dropped by itself; and patience. */
import { afterAll, expect } from 'vitest'
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-databases.ts'

export type { TestDatabase, TestDatabaseOptions }

/** Call it at the top of a test file or in `beforeAll`; the database is dropped after the file's (or block's) last test. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { drop, ...database } = await createTestDatabase(options)
  afterAll(drop)
  return database
}

/** Waits for what other processes bring about; a busy machine may take its time. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 20_000 })
}
