/** Runs once around all tests: provides the shared test database and takes it away again. */
import { randomBytes } from 'node:crypto'
import { dropRunDatabases } from '../runtime/database/test-databases.ts'
import { startTestServer } from '../runtime/database/test-server.ts'

export async function setup(): Promise<() => Promise<void>> {
  process.env['ONEVISIT_TEST_RUN'] = randomBytes(4).toString('hex')
  const given = process.env['ONEVISIT_TEST_DATABASE_URL']
  if (given) return () => dropRunDatabases(given)
  const server = await startTestServer()
  process.env['ONEVISIT_TEST_DATABASE'] = server.address
  return server.stop
}
