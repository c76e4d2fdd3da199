import { describe, expect, test } from 'vitest'
import { edited, findingsOf, soundSystem } from '../testing.ts'
import { ladder } from './ladder.ts'

const id = 'river-gate'
const title = '[river-gate journey] a gate is opened, watched and closed'
const done = edited(id, 'quality.yaml', '  journey: todo', `  journey:\n    done: "${title}"`)
const system = soundSystem(id, done)
const withTest = (code: string): Record<string, string> => ({ ...system, 'systems/river-gate/journey.test.ts': code })
const live = withTest(`test('${title}', () => {})`)
const at = (files: Record<string, string>, report?: unknown) => findingsOf(ladder, files, report === undefined ? {} : { report })
const reportOf = (...tests: [string, string][]) => ({ testResults: [{ name: '/anywhere/systems/river-gate/journey.test.ts', status: 'passed', assertionResults: tests.map(([name, status]) => ({ title: name, fullName: name, status })) }] })

describe('ladder', () => {
  test('a new system, and one whose done is a live test, pass', async () => {
    expect(await at(soundSystem(id))).toEqual([])
    expect(await at(live)).toEqual([])
  })

  test('a done without its test is found at its line', async () => {
    expect(await at(system)).toEqual([expect.stringMatching(/^systems\/river-gate\/quality\.yaml:\d+ works\.journey is done by the test .* but no live test/)])
  })

  test.each([
    `test.skip('${title}', () => {})`, `test.todo('${title}')`, `test('${title}')`, `describe.skip('x', () => { test('${title}', () => {}) })`,
    `test.fails('${title}', () => {})`, `// test('${title}', () => {})`, `const s = "test('${title}', () => {})"`, `test('${title}, almost'.slice(1), () => {})`, 'test(`${name}`, () => {})',
  ])('a test that is not live does not show it: %s', async (code) => {
    expect(await at(withTest(code))).toHaveLength(1)
  })

  test.each([
    `it('${title}', async () => {})`, `describe('x', () => { test.concurrent('${title}', () => {}) })`, `test.skipIf(!data)('${title}', () => {})`,
    `test.each([1, 2])('${title}, %s times', (n) => {})`, 'test(`[${id} journey] a gate is opened, watched and closed`, () => {})', `dbTest('${title}', () => {})`,
  ])('every way to write a live test shows it: %s', async (code) => {
    expect(await at(withTest(code))).toEqual([])
  })

  test('with a report, the test must have run and be green', async () => {
    expect(await at(live, reportOf([title, 'passed']))).toEqual([])
    expect(await at(live, reportOf([title, 'failed']))).toEqual([expect.stringContaining('which failed in systems/river-gate/journey.test.ts;')])
    expect(await at(live, reportOf([title, 'skipped']))).toEqual([expect.stringContaining('which was skipped in systems/river-gate/journey.test.ts;')])
    expect(await at(live, reportOf([title, 'todo']))).toEqual([expect.stringContaining('which was skipped')])
    expect(await at(live, reportOf(['another', 'passed']))).toEqual([expect.stringContaining('which the test report does not hold')])
    expect(await at(live, reportOf([title, 'passed'], [`${title}, twice`, 'failed']))).toEqual([expect.stringContaining('which failed')])
  })

  test('what is no report is refused, not read as empty', async () => {
    await expect(at(live, { tests: [] })).rejects.toThrow(/no vitest JSON report/)
  })

  test('a tag with a slip of the pen is found; tags of nobody pass', async () => {
    const stray = (name: string) => at({ ...soundSystem(id), 'tests/a.test.ts': `\ntest('${name}', () => {})` })
    expect(await stray('[river-gate journy] x')).toEqual([expect.stringMatching(/^tests\/a\.test\.ts:2 .*'journy' is no item of the ladder/)])
    expect(await stray('[river-gates journey] x')).toEqual([expect.stringContaining('there is no systems/river-gates/')])
    expect(await stray('[hotline journey] x')).toEqual([expect.stringContaining('there is no systems/hotline/')])
    expect(await stray('[min max] an interval')).toEqual([])
  })

  test('faults of quality.yaml are findings, and so is its absence', async () => {
    expect(await at(soundSystem(id, { 'quality.yaml': 'works: [' }))).toEqual([expect.stringContaining('no valid YAML')])
    expect(await at(soundSystem(id, { 'quality.yaml': null }))).toEqual([expect.stringContaining('quality.yaml is missing')])
  })
})
