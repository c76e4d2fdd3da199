// Sums what the steps of `npm test` found into its last line. Pure: the steps are run in main.ts.
import type { Report } from '../ladder/report.ts'

export interface Step {
  readonly name: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** One line each: what failed, or was skipped and why. */
  readonly failures: readonly string[]
  readonly skips: readonly string[]
}

/** How a child process ended: its exit code, or null when a signal or a failed start ended it. */
export type Exit = number | null

/** Sum of all steps; `N passed, N failed, N skipped`. */
export function lastLine(steps: readonly Step[]): string {
  const sum = (count: (step: Step) => number): number => steps.reduce((total, step) => total + count(step), 0)
  return `${sum((step) => step.passed)} passed, ${sum((step) => step.failed)} failed, ${sum((step) => step.skipped)} skipped`
}

/** 0 only when something ran and nothing failed. */
export function exitCode(steps: readonly Step[]): 0 | 1 {
  const ran = steps.some((step) => step.passed > 0)
  return ran && steps.every((step) => step.failed === 0) ? 0 : 1
}

/** Each rule of the checker is one test. `output` is what `tools/check/main.ts --json` printed. */
export function checkStep(name: string, exit: Exit, output: string): Step {
  const rules = rulesIn(output)
  if (!rules) return crashed(name, exit)
  const bad = rules.filter((rule) => rule.findings > 0 || rule.crash !== undefined)
  const failures = bad.map((rule) => `${name}: ${rule.id}: ${rule.crash ?? `${rule.findings} findings`}`)
  // An exit that the rules do not explain is a fault of its own.
  const unexplained = exit !== 0 && bad.length === 0 ? 1 : 0
  return {
    name, passed: rules.length - bad.length, failed: bad.length + unexplained, skipped: 0,
    failures: unexplained === 0 ? failures : [`${name}: ended with ${shown(exit)} though no rule failed`], skips: [],
  }
}

/** A command that passes or fails as a whole. */
export function wholeStep(name: string, exit: Exit): Step {
  return exit === 0 ? { name, passed: 1, failed: 0, skipped: 0, failures: [], skips: [] } : crashed(name, exit)
}

/** A step left out for a reason that is told. */
export function skippedStep(name: string, reason: string): Step {
  return { name, passed: 0, failed: 0, skipped: 1, failures: [], skips: [`${name}: ${reason}`] }
}

/** Tests by their own results; a file, an unhandled error or an exit that these do not explain counts as one failure. */
export function vitestStep(name: string, exit: Exit, report: Report | undefined): Step {
  if (!report) return crashed(name, exit)
  const tests = report.files.flatMap((file) => file.tests)
  const failures = tests.filter((test) => test.status === 'failed').map((test) => `${test.file}: ${test.fullName}`)
  for (const file of report.files) {
    const explained = file.status === 'passed' || file.tests.some((test) => test.status === 'failed')
    if (file.message !== '' || !explained) failures.push(`${file.file}: ${firstLine(file.message) || 'failed outside its tests'}`)
  }
  if (report.unhandled > 0) failures.push(`${name}: ${report.unhandled} errors outside any test`)
  if (tests.length === 0 && failures.length === 0) failures.push(`${name}: no test was found`)
  if (exit !== 0 && failures.length === 0) failures.push(`${name}: ended with ${shown(exit)} though no test failed`)
  const idle = tests.filter((test) => test.status === 'skipped')
  return {
    name, passed: tests.filter((test) => test.status === 'passed').length, failed: failures.length, skipped: idle.length, failures,
    skips: idle.map((test) => `${test.file}: ${test.fullName}: ${test.note ?? 'no reason given'}`),
  }
}

function crashed(name: string, exit: Exit): Step {
  return { name, passed: 0, failed: 1, skipped: 0, failures: [`${name}: ended with ${shown(exit)}`], skips: [] }
}

interface RuleCount { readonly id: string; readonly findings: number; readonly crash?: string }

function rulesIn(output: string): readonly RuleCount[] | undefined {
  try {
    const { rules } = JSON.parse(output) as { rules?: unknown }
    return Array.isArray(rules) && rules.length > 0 ? (rules as RuleCount[]) : undefined
  } catch {
    return undefined
  }
}

function shown(exit: Exit): string {
  return exit === null ? 'a signal or a failed start' : `exit code ${exit}`
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}
