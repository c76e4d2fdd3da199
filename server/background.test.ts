import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { silentLog } from '../runtime/database/log.ts'
import { startBackground, type Background } from './background.ts'

let background: Background | undefined
afterEach(() => background?.stop())

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await sleep(10)
  expect(holds()).toBe(true)
}

describe('background work', () => {
  it('goes on beside a part that fails, which is told of once and tried again until it works', async () => {
    let bad = 0
    let good = 0
    const told: string[] = []
    background = startBackground([
      { name: 'bad', everyMs: 5, run: async () => { if (++bad < 4) throw new Error(`failed ${bad}`); return 0 } },
      { name: 'good', everyMs: 5, run: async () => { good++; return 0 } },
    ], { ...silentLog, error: (fields, message) => void told.push(`${message}: ${JSON.stringify(fields)}`), info: (_fields, message) => void told.push(message) })
    await until(() => bad > 4 && good > 4)
    expect(told).toEqual([expect.stringContaining('failed 1'), 'background work goes on'])
  })

  it('runs again at once while there is more to do, and then waits', async () => {
    let left = 5
    let runs = 0
    background = startBackground([{ name: 'a', everyMs: 3_600_000, run: async () => { runs++; return left > 0 ? left-- : 0 } }], silentLog)
    await until(() => runs === 6)
    await sleep(30)
    expect(runs).toBe(6)
  })

  it('runs at once when woken, and once more when woken during a run', async () => {
    let runs = 0
    let end: () => void = () => undefined
    background = startBackground([{ name: 'a', everyMs: 3_600_000, run: () => { runs++; return new Promise(resolve => { end = () => resolve(0) }) } }], silentLog)
    await until(() => runs === 1)
    background.wake('a')
    background.wake('a')
    expect(runs).toBe(1)
    end()
    await until(() => runs === 2)
    end()
    await sleep(20)
    expect(runs).toBe(2)
    background.wake('a')
    expect(runs).toBe(3)
    background.wake('no such task')
    end()
  })

  it('stops after the run under way, and nothing runs afterwards', async () => {
    let runs = 0
    let ended = false
    const own = startBackground([{ name: 'a', everyMs: 1, run: async () => { runs++; await sleep(30); ended = true; return 1 } }], silentLog)
    await until(() => runs === 1)
    await own.stop()
    expect(ended).toBe(true)
    own.wake('a')
    await sleep(30)
    expect(runs).toBe(1)
  })
})
