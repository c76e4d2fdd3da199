/** From `npm start` to ready: on a fresh clone with nothing installed, again with everything there, and after a kill. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { median } from './measure/figures.ts'
import { heading, judge, line, number, progress } from './measure/report.ts'
import { run, temporaryDirectory } from './measure/temporary-city.ts'
import { npmStart, type Started } from './start/npm-start.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const ROOT = fileURLToPath(new URL('..', import.meta.url))
const size = options.quick ? { warm: 2, killed: 1 } : { warm: 7, killed: 3 }

await run(async cleanUp => {
  heading('Start', `npx tsx bench/start.ts${options.quick ? ' --quick' : ''}`)
  const dir = temporaryDirectory()
  let running: Started | undefined
  cleanUp(async () => rmSync(dir, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 }))
  cleanUp(async () => running?.stop())
  const checkout = options.quick ? ROOT : clone(join(dir, 'clone'))
  const dataDir = join(dir, 'data')
  const start = async () => { running = await npmStart(checkout, dataDir, 900); return running.seconds }
  const times = async (count: number, end: (started: Started) => Promise<void>) => {
    const seconds: number[] = []
    for (let i = 0; i < count; i++) {
      await end(running!)
      seconds.push(await start())
    }
    return seconds
  }

  progress('first start')
  const first = await start()
  line(options.quick ? `first     ${number(first)} s: packages installed, new data directory` : `first     ${number(first)} s: fresh clone, packages installed by npm ci (from npm's cache where that has them), new data directory`)
  progress('warm starts')
  const warm = await times(size.warm, started => started.stop())
  line(`warm      ${number(median(warm))} s at the median of ${warm.length}: ${warm.map(number).join(', ')}`)
  progress('starts after a kill')
  const killed = await times(size.killed, started => started.kill())
  line(`killed    ${number(median(killed))} s at the median of ${killed.length} after kill -9 of Node, its database left running: ${killed.map(number).join(', ')}`)
  await running!.stop()
  judge([{ what: 'warm start to ready', value: median(warm), unit: ' s', most: 5 }])
})

/** Committed files only, as somebody else would get them. */
function clone(into: string): string {
  const from = performance.now()
  const { status, stderr } = spawnSync('git', ['clone', '--quiet', '--no-hardlinks', ROOT, into], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`git clone failed: ${stderr}`)
  line(`clone     ${number((performance.now() - from) / 1_000)} s, from the local disk, committed files only`)
  return into
}
