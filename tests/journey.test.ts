/** The main job as its users walk it: a real server process, the command line, and calls by hand. */
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { onevisit } from './processes/command.ts'
import { demoAccounts, signIn } from './processes/demo-session.ts'
import { startServerProcess, type ServerProcess } from './processes/server-process.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'onevisit-journey-'))
chmodSync(dataDir, 0o711)
let server: ServerProcess
const env = () => ({ ONEVISIT_DATA: dataDir, PORT: new URL(server.url).port })

beforeAll(async () => {
  server = await startServerProcess({ env: { ONEVISIT_DATA: dataDir, PORT: '0' } })
}, 120_000)

afterAll(async () => {
  await server.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
})

describe('onevisit demo', () => {
  test('walks the main journey to verified credentials, each step with its clocks, and why tells it again', { timeout: 120_000 }, async () => {
    const demo = await onevisit(['demo'], env())
    expect(demo.err).toBe('')
    expect(demo.status).toBe(0)
    for (const step of ['prepare', 'apply', 'verify', 'askCorrection', 'supplement', 'accept', 'refuse', 'requestReview', 'overturn', 'withdraw', 'done']) expect(demo.out).toMatch(new RegExp(`^${step} `, 'm'))
    expect(demo.out).toMatch(/uploads: 0, one certificate: true/)
    expect(demo.out.match(/1\.2\.156\.3005\.2\.\S+ valid: true/g)).toHaveLength(2)
    expect(demo.out).toMatch(/clocks: legal 20\d\d-\d\d-\d\d, promised 20\d\d-\d\d-\d\d/)

    const number = /^overturn +(OS\d+)/m.exec(demo.out)![1]!
    const why = await onevisit(['why', number], env())
    expect(why.err).toBe('')
    expect(why.status).toBe(0)
    for (const title of ['Ask for corrections', 'Supply corrections', 'Accept', 'Refuse', 'Ask for a review', 'Overturn and approve']) expect(why.out).toContain(title)
    expect(why.out).not.toMatch(/李秀英|张审批/)
  })

  test('can be run again on the same server', { timeout: 120_000 }, async () => {
    expect((await onevisit(['demo'], env())).status).toBe(0)
  })

  test('demo accounts are readable by their owner alone, and have every role that is promised', () => {
    expect(statSync(join(dataDir, 'demo-accounts.json')).mode & 0o777).toBe(0o600)
    const roles = demoAccounts(dataDir).flatMap(account => account.roles)
    for (const role of ['clerk', 'approver', 'inspector', 'gridWorker', 'dataSteward', 'leader', 'administrator', 'application']) expect(roles).toContain(role)
    expect(roles.filter(role => role === 'citizen').length).toBeGreaterThanOrEqual(2)
    expect(roles.filter(role => role === 'firm').length).toBeGreaterThanOrEqual(2)
  })
})

describe('onevisit with bad input ends with one clear line and status 2', () => {
  test.each([
    [['why', 'OS20261122000000000'], /^onevisit: OS20261122000000000: /],
    [['why', 'OS1', '--lang', 'fr'], /no language 'fr'/],
    [['replay', 'eventlog', '/does/not/exist.csv'], /exist\.csv/],
    [['replay', 'cases', 'x.csv'], /nothing called 'cases' to replay/],
    [['check', 'everything'], /nothing called 'everything' to check/],
    [['bench', 'nothing'], /no bench called 'nothing'/],
    [['start-me-up'], /unknown command/],
  ])('%j', { timeout: 60_000 }, async (args, line) => {
    const { status, err } = await onevisit(args, env())
    expect(status).toBe(2)
    expect(err).toMatch(line)
  })

  test('a server that is not there is said to be missing', { timeout: 60_000 }, async () => {
    const { status, err } = await onevisit(['demo'], { ONEVISIT_DATA: dataDir, PORT: '1' })
    expect(status).toBe(2)
    expect(err).toMatch(/^onevisit: no server at http:\/\/127\.0\.0\.1:1 .*start it with npm start\n$/)
  })
})

describe('onevisit start', () => {
  test('a second server on the same data directory says so and stops', { timeout: 60_000 }, async () => {
    const second = await onevisit(['start'], { ONEVISIT_DATA: dataDir, PORT: '0' })
    expect(second.status).toBe(1)
    expect(second.err).toMatch(/in use by another OneVisit process/)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  })

  test('systems and check need no server', { timeout: 60_000 }, async () => {
    expect((await onevisit(['systems'])).out).toMatch(/^one-stop /m)
    expect(await onevisit(['check', 'matters'])).toMatchObject({ status: 0, out: expect.stringContaining('no fault') as string })
  })
})

describe('without the demo city', () => {
  const bare = mkdtempSync(join(tmpdir(), 'onevisit-bare-'))
  chmodSync(bare, 0o711)
  afterAll(() => rmSync(bare, { recursive: true, force: true }))

  test('there are no accounts until the first administrator is made, once', { timeout: 180_000 }, async () => {
    const create = () => onevisit(['admin', 'create', 'root', '--name', '首任管理员', '--id', '11010519491231002X'], { ONEVISIT_DATA: bare }, 'a long enough password\n')
    expect(await onevisit(['admin', 'create', 'root', '--name', 'x', '--id', '11010519491231002X'], { ONEVISIT_DATA: bare }, 'short\n')).toMatchObject({ status: 2, err: expect.stringMatching(/password-too-weak/) as string })
    expect(await create()).toMatchObject({ status: 0, out: 'administrator root made\n' })
    expect(await create()).toMatchObject({ status: 2, err: expect.stringMatching(/administrator already/) as string })
    expect(existsSync(join(bare, 'demo-accounts.json'))).toBe(false)
    const started = await startServerProcess({ env: { ONEVISIT_DATA: bare, PORT: '0', ONEVISIT_DEMO: '0' } })
    try {
      expect(existsSync(join(bare, 'demo-accounts.json'))).toBe(false)
      expect(await signIn(started.url, { username: 'root', password: 'a long enough password', roles: [] })).toMatch(/^\S{40,}$/)
      await expect(signIn(started.url, { username: 'root', password: 'another password', roles: [] })).rejects.toThrow('401')
    } finally {
      await started.kill('SIGTERM')
    }
  })
})
