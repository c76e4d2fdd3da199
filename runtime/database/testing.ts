/** A fresh real database for a test file, dropped by itself. */
import { afterAll } from 'vitest'
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './test-databases.ts'

export type { TestDatabase, TestDatabaseOptions }

/** Call it at the top of a test file or in `beforeAll`; the database is dropped after the file's (or block's) last test. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { drop, ...database } = await createTestDatabase(options)
  afterAll(drop)
  return database
}
