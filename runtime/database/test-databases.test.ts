import { spawn } from 'node:child_process'
import { existsSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { isRunning, kill9 } from './testing-embedded.ts'
import { createTestDatabase, dropRunDatabases, testServerUrl } from './test-databases.ts'
import { startTestServer } from './test-server.ts'

async function onServer<R>(connectionString: string, sql: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as R[]
  } finally {
    await client.end()
  }
}

test('two databases from one template begin alike, are apart, and the template is made once', async () => {
  let made = 0
  const template = {
    name: 'two alike',
    migrate: async (db: { script(text: string): Promise<void> }) => {
      made++
      await db.script('create table item (n int); insert into item values (1)')
    },
  }
  const [one, two] = await Promise.all([createTestDatabase({ template }), createTestDatabase({ template })])
  onTestFinished(async () => void (await Promise.all([one.drop(), two.drop()])))
  await one.db.script('insert into item values (2)')
  expect((await one.db.queryOnce('select n from item order by n')).rows).toEqual([{ n: 1 }, { n: 2 }])
  expect((await two.db.queryOnce('select n from item')).rows).toEqual([{ n: 1 }])
  expect(made).toBe(1)
})

test('a template whose making failed is made anew', async () => {
  const template = (sql: string) => ({ name: 'shaky', migrate: (db: { script(text: string): Promise<void> }) => db.script(sql) })
  await expect(createTestDatabase({ template: template('create table half (); select nonsense') })).rejects.toThrow('nonsense')
  const { db, drop } = await createTestDatabase({ template: template('create table whole ()') })
  onTestFinished(drop)
  expect((await db.queryOnce(`select to_regclass('half') as half, to_regclass('whole')::text as whole`)).rows).toEqual([{ half: null, whole: 'whole' }])
})

test('a dropped database is gone, and so is everything of a run at its end', async () => {
  const server = await testServerUrl()
  const names = async () => (await onServer<{ datname: string }>(server, 'select datname from pg_database')).map(({ datname }) => datname)
  const run = process.env['ONEVISIT_TEST_RUN']
  onTestFinished(() => void (process.env['ONEVISIT_TEST_RUN'] = run))
  process.env['ONEVISIT_TEST_RUN'] = `other${process.pid}`
  const [one, two] = [await createTestDatabase(), await createTestDatabase()]
  await one.drop()
  expect(await names()).not.toContain(one.name)
  expect(await names()).toContain(two.name)
  await two.db.close()
  await dropRunDatabases(server)
  expect((await names()).filter((name) => name.includes(`other${process.pid}`))).toEqual([])
})

test('the server and files of a run that was killed are removed by the next one', async ({ skip }) => {
  if (process.platform !== 'linux') skip('needs /proc')
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'fixtures', 'hold-test-server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const connectionString = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve))
  const [{ directory, pid } = { directory: '', pid: 0 }] = await onServer<{ directory: string; pid: number }>(
    connectionString,
    `select current_setting('data_directory') as directory, split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid`,
  )
  const dataDir = dirname(directory)
  await kill9(child)
  expect(isRunning(pid)).toBe(true)

  const tooEarly = await startTestServer()
  await tooEarly.stop()
  expect(isRunning(pid)).toBe(true)

  const twoMinutesAgo = Date.now() / 1000 - 120
  utimesSync(dataDir, twoMinutesAgo, twoMinutesAgo)
  const next = await startTestServer()
  await next.stop()
  expect(isRunning(pid)).toBe(false)
  expect(existsSync(dataDir)).toBe(false)
})
