/**
 * Nothing acknowledged is lost and nothing retried happens twice: again and again SIGKILL hits node, the database, or
 * both, at a random moment under many concurrent submissions whose clients retry with their keys.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { composeCitizenId } from '../kernel/codes/citizen-id.ts'
import { openVault } from '../runtime/secrets/vault.ts'
import { elderlyCardMatter } from '../systems/one-stop/matters/elderly-card.ts'
import { demoAccounts, signIn } from './processes/demo-session.ts'
import { retryingClient, type Acknowledged } from './processes/retrying-client.ts'
import { embeddedDatabase, startServerProcess, type ServerProcess } from './processes/server-process.ts'

/** KILL_TEST=full runs all of it; the usual run is a sample, so that it ends on a busy machine too. */
const FULL = process.env['KILL_TEST'] === 'full'
const ROUNDS = FULL ? 20 : 6
const SUBMISSIONS = FULL ? 2_000 : 200
const VICTIMS = ['node', 'database', 'both'] as const

const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-kill-'))
chmodSync(dataDir, 0o711)
let server: ServerProcess | undefined
let token = ''

beforeAll(async () => {
  server = await start()
  token = await signIn(server.url, demoAccounts(dataDir).find(account => account.roles.includes('clerk'))!)
  await registerApplicants()
}, 180_000)

afterAll(async () => {
  await server?.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
})

const start = () => startServerProcess({ env: { ONEVISIT_DATA: dataDir, PORT: '0' } })

/** Synthetic people, straight into the registers; every second one is fully known and decided at once. */
async function registerApplicants(): Promise<void> {
  const vault = openVault(join(dataDir, 'keys', 'vault.key'))
  const name = JSON.stringify('测试人')
  const id = JSON.stringify(composeCitizenId({ region: '330203', birth: '1950-01-01', sequence: 7 }))
  await onDatabase(async client => {
    await client.query(`insert into onevisit.subject (id, class, name, identity, region, created_at)
      select ${applicant('g')}, 'person', $1, $2, '330203001000', now() from generate_series(1, $3) g`, [vault.seal('测试人'), vault.seal(JSON.parse(id) as string), ROUNDS * SUBMISSIONS])
    await client.query(`insert into one_stop.resident (person, name, id_number, birth_date, sex, household, status, _at, _trace)
      select ${applicant('g')}, $1, $2, '1950-01-01', 'male', '330203001000', case when g % 2 = 0 then 'alive' end, now(), gen_random_uuid() from generate_series(1, $3) g`,
    [vault.seal(name), vault.seal(id), ROUNDS * SUBMISSIONS])
  })
}

/** A made-up subject id with the person's running number in it. */
const applicant = (n: string) => `('00000000-0000-8000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`
const applicantId = (n: number) => `00000000-0000-8000-8000-${n.toString(16).padStart(12, '0')}`

async function onDatabase<T>(run: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: embeddedDatabase(dataDir).connectionString })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

test(`${ROUNDS} kills under ${SUBMISSIONS} concurrent submissions lose nothing and repeat nothing`, { timeout: 2_400_000 }, async () => {
  const acknowledged: Acknowledged[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const client = retryingClient(() => server ? [server.url] : [], () => token, 900_000)
    const submissions = Array.from({ length: SUBMISSIONS }, (_unused, i) => ({
      key: `kill-${round}-${i}`,
      body: { matter: elderlyCardMatter.code, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true, applicant: applicantId(round * SUBMISSIONS + i + 1) },
    }))
    const all = client.submitAll(submissions)
    const victim = VICTIMS[round % VICTIMS.length]!
    const inFlight = await killAtRandom(victim, client)
    console.log(`kill ${round + 1}/${ROUNDS}: ${victim}, ${inFlight.requests} requests in flight, ${inFlight.acknowledged} acknowledged before`)
    acknowledged.push(...await all)
  }
  expect(acknowledged).toHaveLength(ROUNDS * SUBMISSIONS)
  expect(new Set(acknowledged.map(one => one.number)).size).toBe(acknowledged.length)
  await expectEachOnce(acknowledged)
})

async function killAtRandom(victim: typeof VICTIMS[number], client: { readonly inFlight: number; readonly acknowledged: number }): Promise<{ readonly requests: number; readonly acknowledged: number }> {
  const share = Math.random() * 0.9
  for (let waited = 0; waited < 30_000 && client.acknowledged < share * SUBMISSIONS; waited += 5) await new Promise(resolve => setTimeout(resolve, 5))
  const seen = { requests: client.inFlight, acknowledged: client.acknowledged }
  const doomed = server!
  if (victim !== 'node') process.kill(embeddedDatabase(dataDir).pid, 'SIGKILL')
  if (victim === 'database') return seen
  server = undefined
  await doomed.kill('SIGKILL')
  server = await start()
  return seen
}

async function expectEachOnce(acknowledged: readonly Acknowledged[]): Promise<void> {
  await onDatabase(async client => {
    const one = async (text: string, values: unknown[] = []) => (await client.query<{ n: number }>(text, values)).rows[0]!.n
    expect(await one(`select count(*)::int as n from onevisit.cases where applicant::text like '00000000-0000-8000-8000-%'`)).toBe(ROUNDS * SUBMISSIONS)
    expect(await one(`select count(*)::int as n from unnest($1::text[]) k(number) where not exists (select 1 from onevisit.cases c where c.number = k.number)`, [acknowledged.map(a => a.number)])).toBe(0)
    expect(await one(`select count(*)::int as n from (select applicant from onevisit.cases where applicant::text like '00000000-0000-8000-8000-%' group by applicant having count(*) > 1) twice`)).toBe(0)
    expect(await one(`select count(*)::int as n from (select number from onevisit.cases group by number having count(*) > 1) twice`)).toBe(0)
    expect(await one(`select count(*)::int as n from (select number, version from onevisit.events group by number, version having count(*) > 1) twice`)).toBe(0)
    expect(await one(`select count(*)::int as n from (select number, key from onevisit.inbox where state = 'open' group by number, key, scope having count(*) > 1) twice`)).toBe(0)
    // Those the city does not know enough of wait for a person: each has its to-dos; each of the others has its credential.
    expect(await one(`select count(*)::int as n from onevisit.cases c where c.state = 'submitted' and applicant::text like '00000000-0000-8000-8000-%' and not exists (select 1 from onevisit.inbox i where i.number = c.number and i.state = 'open')`)).toBe(0)
    expect(await one(`select count(*)::int as n from onevisit.cases where state = 'approved' and applicant::text like '00000000-0000-8000-8000-%'`)).toBe(ROUNDS * SUBMISSIONS / 2)
    expect(await one(`select count(*)::int as n from onevisit.credential where holder::text like '00000000-0000-8000-8000-%'`)).toBe(ROUNDS * SUBMISSIONS / 2)
    expect(await one(`select count(*)::int as n from (select number from onevisit.credential group by number having count(*) > 1) twice`)).toBe(0)
  })
}
