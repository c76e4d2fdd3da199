import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readReport } from '../ladder/report.ts'
import { reportVariable } from './reporter.ts'
import { vitestStep } from './summary.ts'

const repository = resolve(import.meta.dirname, '../..')
const root = mkdtempSync(join(tmpdir(), 'onevisit-reporter-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const samples = {
  'results.test.js': `test('green', () => {}); test('red', () => { throw new Error('no') })`,
  'skips.test.js': `test('without data', (ctx) => ctx.skip('the data is not here')); test.skip('idle', () => {}); test.todo('later')`,
  'hook.test.js': `describe('suite', () => { beforeAll(() => { throw new Error('hook broke') }); test('behind it', () => {}) })`,
  'import.test.js': `import './nowhere.js'; test('never', () => {})`,
  'rejection.test.js': `test('careless', async () => { void Promise.reject(new Error('unawaited')); await new Promise((go) => setTimeout(go, 50)) })`,
}

test('a run of every kind of ending is summed without loss', { timeout: 120_000 }, () => {
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
  for (const [name, text] of Object.entries(samples)) writeFileSync(join(root, name), `import { beforeAll, describe, test } from 'vitest'\n${text}\n`)
  const file = join(root, 'report.json')
  const env = { ...process.env, [reportVariable]: file }
  const { status } = spawnSync(process.execPath, [join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--root', root, `--reporter=${join(import.meta.dirname, 'reporter.ts')}`], { cwd: root, env })
  const step = vitestStep('vitest', status, readReport(JSON.parse(readFileSync(file, 'utf8'))))

  expect(status).toBe(1)
  expect(step).toMatchObject({ passed: 2, failed: 4, skipped: 4 })
  const short = (line: string): string => line.replace(/^[^:]*\//, '')
  expect(step.skips.map(short).sort()).toEqual([
    'hook.test.js: suite behind it: no reason given', 'skips.test.js: idle: no reason given',
    'skips.test.js: later: still to be written', 'skips.test.js: without data: the data is not here',
  ])
  expect(step.failures.map(short).sort()).toEqual([
    'hook.test.js: hook broke', expect.stringMatching(/^import\.test\.js: .*nowhere/), 'results.test.js: red', 'vitest: 1 errors outside any test',
  ])
})
