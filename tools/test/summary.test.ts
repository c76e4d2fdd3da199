import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readReport } from '../ladder/report.ts'
import { checkStep, exitCode, lastLine, skippedStep, vitestStep, wholeStep } from './summary.ts'

type Status = 'passed' | 'failed' | 'skipped' | 'todo' | 'pending'
const report = (files: { status?: string; message?: string; tests: Status[]; note?: string }[], unhandled = 0) => readReport({
  unhandled,
  testResults: files.map(({ status, message, tests, note }, at) => ({
    name: `f${at}.test.ts`, message: message ?? '', status: status ?? (tests.includes('failed') ? 'failed' : 'passed'),
    assertionResults: tests.map((one, n) => ({ title: `t${n}`, fullName: `f${at} t${n}`, status: one, note })),
  })),
})
const rules = (...findings: number[]): string => JSON.stringify({ findings: [], rules: findings.map((count, at) => ({ id: `r${at}`, title: '', findings: count })) })

describe('the sum of npm test', () => {
  test('each rule of the checker counts as one test', () => {
    expect(checkStep('check', 1, rules(0, 3, 0))).toMatchObject({ passed: 2, failed: 1, skipped: 0, failures: ['check: r1: 3 findings'] })
    expect(checkStep('check', 0, rules(0, 0))).toMatchObject({ passed: 2, failed: 0 })
  })

  test.each([[1, ''], [null, '{'], [0, '{"rules": []}'], [0, 'null']] as const)('a checker that crashed (exit %s, output %j) is a failure', (exit, output) => {
    expect(checkStep('check', exit, output)).toMatchObject({ passed: 0, failed: 1 })
  })

  test('a checker that ends badly though its rules are content is a failure', () => {
    expect(checkStep('check', 1, rules(0))).toMatchObject({ passed: 1, failed: 1 })
  })

  test('the compiler counts as one test', () => {
    expect([wholeStep('tsc', 0), wholeStep('tsc', 2), wholeStep('tsc', null)].map(({ passed, failed }) => [passed, failed])).toEqual([[1, 0], [0, 1], [0, 1]])
  })

  test('skipped tests tell their reasons', () => {
    const step = vitestStep('vitest', 0, report([{ tests: ['passed', 'skipped'], note: 'no real data here' }, { tests: ['todo'] }]))
    expect(step).toMatchObject({ passed: 1, failed: 0, skipped: 2, skips: ['f0.test.ts: f0 t1: no real data here', 'f1.test.ts: f1 t0: no reason given'] })
  })

  test.each([
    ['no report', 1, undefined], ['a report without tests', 0, report([])], ['a file that failed outside its tests', 1, report([{ status: 'failed', message: 'cannot find module\nat x', tests: [] }])],
    ['errors outside any test', 1, report([{ tests: ['passed'] }], 2)], ['a bad exit that no test explains', 1, report([{ tests: ['passed'] }])], ['a signal', null, report([{ tests: ['passed'] }])],
  ] as const)('%s is one failure', (_, exit, read) => {
    expect(vitestStep('vitest', exit, read).failed).toBe(1)
    expect(exitCode([vitestStep('vitest', exit, read)])).toBe(1)
  })

  test('a hook that failed counts besides the tests that failed', () => {
    expect(vitestStep('vitest', 1, report([{ message: 'beforeAll broke', tests: ['failed', 'skipped'] }]))).toMatchObject({ failed: 2, skipped: 1 })
  })

  test('every test of a report is counted once, and any failure fails the run', () => {
    const statuses = fc.array(fc.array(fc.constantFrom<Status>('passed', 'failed', 'skipped', 'todo', 'pending'), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 })
    fc.assert(fc.property(statuses, fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }), (files, findings) => {
      const all = files.flat()
      const count = (...wanted: Status[]): number => all.filter((status) => wanted.includes(status)).length
      const failed = count('failed')
      const steps = [checkStep('check', findings.some(Boolean) ? 1 : 0, rules(...findings)), wholeStep('tsc', 0), vitestStep('vitest', failed ? 1 : 0, report(files.map((tests) => ({ tests })))), skippedStep('ladder', 'only a part')]
      const bad = findings.filter(Boolean).length
      expect(lastLine(steps)).toBe(`${count('passed') + findings.length - bad + 1} passed, ${failed + bad} failed, ${count('skipped', 'todo', 'pending') + 1} skipped`)
      expect(exitCode(steps)).toBe(failed + bad > 0 ? 1 : 0)
    }))
  })

  test('when nothing ran, the run fails', () => {
    expect(exitCode([skippedStep('a', 'b')])).toBe(1)
    expect(exitCode([])).toBe(1)
  })
})
