import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { kill9, sandbox } from './testing-embedded.ts'
import { DatabaseError } from './errors.ts'
import { acquireLock, acquisition, lockHolder, markReleased, type LockHolder } from './lock.ts'
import { startedAt } from './process-identity.ts'

interface Contender {
  /** Tries for the lock of the directory; answers `held` or the error's code. */
  take(dataDir: string): Promise<string>
  kill(): Promise<void>
}

async function contender(): Promise<Contender> {
  const script = join(import.meta.dirname, 'fixtures', 'take-lock.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  const answer = () => new Promise<string>((resolve) => lines.once('line', resolve))
  expect(await answer()).toBe('ready')
  return {
    take: (dataDir) => {
      const answered = answer()
      child.stdin.write(`${dataDir}\n`)
      return answered
    },
    kill: () => kill9(child),
  }
}

/** A data directory whose holder is gone. */
function withStaleLock(generation: number): string {
  const dataDir = sandbox()
  mkdirSync(join(dataDir, 'lock'))
  const holder = { pid: process.ppid, startedAt: 'another boot:1', since: '2026-01-01T00:00:00.000Z' }
  writeFileSync(join(dataDir, 'lock', String(generation)), JSON.stringify(holder))
  return dataDir
}

const code = (take: () => unknown): string => {
  try {
    take()
  } catch (error) {
    return error instanceof DatabaseError ? error.code : String(error)
  }
  return 'held'
}

test('is held once, and again after it was released', () => {
  const dataDir = sandbox()
  const first = acquireLock(dataDir)
  expect(lockHolder(dataDir)?.pid).toBe(process.pid)
  expect(code(() => acquireLock(dataDir))).toBe('data-directory-in-use')
  first.release()
  expect(lockHolder(dataDir)).toBeUndefined()
  const second = acquireLock(dataDir)
  expect(code(() => acquireLock(dataDir))).toBe('data-directory-in-use')
  second.release()
})

test('of a process that was killed is free', async () => {
  const dataDir = sandbox()
  const holder = await contender()
  expect(await holder.take(dataDir)).toBe('held')
  expect(code(() => acquireLock(dataDir))).toBe('data-directory-in-use')
  await holder.kill()
  expect(code(() => acquireLock(dataDir))).toBe('held')
})

test('of a process whose pid another program has now is free', () => {
  const dataDir = withStaleLock(7)
  expect(lockHolder(dataDir)).toBeUndefined()
  expect(code(() => acquireLock(dataDir))).toBe('held')
  expect(readdirSync(join(dataDir, 'lock'))).toEqual(['8'])
})

test('names a holder that was started by somebody else', () => {
  const dataDir = sandbox()
  mkdirSync(join(dataDir, 'lock'))
  writeFileSync(join(dataDir, 'lock', '3'), JSON.stringify({ pid: process.ppid, startedAt: startedAt(process.ppid), since: '2026-01-01T00:00:00.000Z' }))
  expect(() => acquireLock(dataDir)).toThrow(`pid ${process.ppid}, started 2026-01-01T00:00:00.000Z`)
})

test.each(['', '{', '{}', 'null', '{"pid":1}'])('torn by a power cut (%j) is free', (content) => {
  const dataDir = sandbox()
  mkdirSync(join(dataDir, 'lock'))
  writeFileSync(join(dataDir, 'lock', '1'), content)
  expect(code(() => acquireLock(dataDir))).toBe('held')
})

test('goes to exactly one of several processes that ask together for a free or a stale one', async () => {
  const contenders = await Promise.all(Array.from({ length: 4 }, contender))
  const dataDirs = Array.from({ length: 40 }, (_, round) => (round % 2 ? withStaleLock(round) : sandbox()))
  for (const dataDir of dataDirs) {
    const answers = await Promise.all(contenders.map((c) => c.take(dataDir)))
    expect(answers.sort()).toEqual([...Array<string>(3).fill('data-directory-in-use'), 'held'])
    expect(readdirSync(join(dataDir, 'lock'))).toHaveLength(1)
  }
})

test('is held by one process at a time in whatever order processes ask, die and release', () => {
  const dataDir = sandbox()
  let round = 0
  const event = fc.record({ process: fc.nat(2), does: fc.constantFrom('step', 'ask', 'ask', 'die', 'release') })
  fc.assert(
    fc.property(fc.nat(1), fc.array(event, { maxLength: 20 }), (stale, events) => {
      const folder = join(dataDir, String(++round))
      mkdirSync(folder)
      if (stale) writeFileSync(join(folder, '1'), JSON.stringify({ pid: -1, startedAt: 'x', since: 'x' }))
      const holding = new Map<number, string>()
      const asking = new Map<number, Generator<void, unknown>>()
      const isLive = ({ pid }: LockHolder) => holding.has(pid) || asking.has(pid)
      const seats = [0, 0, 0]
      let pids = 0
      for (const { process: seat, does } of events) {
        if (!isLive({ pid: seats[seat]! } as LockHolder)) seats[seat] = ++pids
        const pid = seats[seat]!
        if (does === 'release' && holding.has(pid)) markReleased(folder, holding.get(pid)!)
        if (does === 'release' || does === 'die') {
          holding.delete(pid)
          asking.delete(pid)
        } else if (!holding.has(pid)) {
          if (!asking.has(pid)) asking.set(pid, acquisition(folder, { pid, startedAt: 'x', since: 'x' }, isLive))
          const { done, value } = advance(asking.get(pid)!, does === 'step' ? 1 : 100)
          if (typeof value === 'string') holding.set(pid, value)
          if (done) asking.delete(pid)
        }
        expect(holding.size).toBeLessThanOrEqual(1)
      }
      asking.clear()
      const last = advance(acquisition(folder, { pid: ++pids, startedAt: 'x', since: 'x' }, isLive), 100)
      expect(typeof last.value).toBe(holding.size > 0 ? 'object' : 'string')
    }),
    { numRuns: 1500 },
  )
})

/** Some steps of asking, or all that there are. */
function advance(asking: Generator<void, unknown>, steps: number): IteratorResult<void, unknown> {
  let result = asking.next()
  for (let n = 1; n < steps && !result.done; n++) result = asking.next()
  return result
}

test('a data directory that is a file says so', () => {
  const file = join(sandbox(), 'data')
  writeFileSync(file, '')
  expect(code(() => acquireLock(file))).toBe('data-directory-not-writable')
})
