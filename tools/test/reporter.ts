// A vitest reporter: the shape of its own `json` reporter, with the reasons for skips and the errors outside tests.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Names the file to write. */
export const reportVariable = 'ONEVISIT_TEST_REPORT'

export default class NotedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const file = process.env[reportVariable]
    if (file === undefined) throw new Error(`${reportVariable} does not name a file for the report`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, JSON.stringify({ unhandled: unhandled.length, testResults: modules.map(fileResult) }))
  }
}

function fileResult(module: TestModule) {
  const outside = [...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]
  const tests = [...module.children.allTests()].map(testResult)
  const failed = module.state() === 'failed' || outside.length > 0 || tests.some((test) => test.status === 'failed')
  return { name: module.moduleId, status: failed ? 'failed' : 'passed', message: outside[0]?.message ?? '', assertionResults: tests }
}

function testResult(test: TestCase) {
  const result = test.result()
  const note = test.options.mode === 'todo' ? 'still to be written' : result.state === 'skipped' ? result.note : undefined
  return {
    title: test.name, fullName: test.fullName.replaceAll(' > ', ' '), status: result.state,
    failureMessages: (result.errors ?? []).map((error) => error.stack ?? error.message),
    ...(note === undefined ? {} : { note }),
  }
}
