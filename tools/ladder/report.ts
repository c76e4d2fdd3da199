// A vitest JSON report, reduced to what the ladder and the summary ask of it.

export interface TestResult {
  readonly file: string
  readonly title: string
  readonly fullName: string
  readonly status: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped, where the test said so (`ctx.skip('reason')`) and the reporter kept it. */
  readonly note?: string
}

export interface FileResult {
  readonly file: string
  readonly status: 'passed' | 'failed'
  readonly message: string
  readonly tests: readonly TestResult[]
}

export interface Report {
  readonly files: readonly FileResult[]
  /** Errors that belong to no test: rejections nobody awaited and the like. */
  readonly unhandled: number
}

/** Reads the shape that vitest's `json` reporter and ours write. Throws a TypeError on anything else. */
export function readReport(json: unknown): Report {
  const { testResults, unhandled } = record(json, 'report')
  if (!Array.isArray(testResults)) throw new TypeError('no vitest JSON report: testResults is missing')
  return { files: testResults.map(readFile), unhandled: typeof unhandled === 'number' ? unhandled : 0 }
}

function readFile(json: unknown): FileResult {
  const { name, status, message, assertionResults } = record(json, 'testResults')
  const file = String(name ?? '')
  if (!Array.isArray(assertionResults)) throw new TypeError(`no vitest JSON report: assertionResults of ${file} is missing`)
  return {
    file, status: status === 'passed' ? 'passed' : 'failed', message: typeof message === 'string' ? message : '',
    tests: assertionResults.map((result) => readTest(file, result)),
  }
}

function readTest(file: string, json: unknown): TestResult {
  const { title, fullName, status, note } = record(json, 'assertionResults')
  return {
    file, title: String(title ?? ''), fullName: String(fullName ?? title ?? ''), status: statusOf(status),
    ...(typeof note === 'string' && note !== '' ? { note } : {}),
  }
}

/** Skipped, pending and todo tests did not run; whatever is neither passed nor known not to have run has failed. */
function statusOf(status: unknown): TestResult['status'] {
  if (status === 'passed') return 'passed'
  return status === 'skipped' || status === 'pending' || status === 'todo' || status === 'disabled' ? 'skipped' : 'failed'
}

function record(json: unknown, what: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null) throw new TypeError(`no vitest JSON report: ${what} is no object`)
  return json as Record<string, unknown>
}
