// What a system's quality.yaml calls done is shown by a test that exists, runs and is green.
import type { Finding, Rule } from '../rule.ts'
import { isTest } from '../source.ts'
import { systemIds } from '../system-ids.ts'
import { systemFolders } from '../systems.ts'
import type { Tree } from '../tree.ts'
import { items, parseQuality, rungs, tagOf } from '../../ladder/quality.ts'
import type { Entry } from '../../ladder/quality.ts'
import { readReport } from '../../ladder/report.ts'
import type { TestResult } from '../../ladder/report.ts'
import { liveTests, names } from '../../ladder/titles.ts'
import type { LiveTest } from '../../ladder/titles.ts'

export const ladder: Rule = {
  id: 'ladder',
  title: 'every done of a quality.yaml names a live, green test',
  run: (tree, options = {}) => {
    const tests = liveTests(tree)
    const results = options.report === undefined ? undefined : resultsIn(tree, options.report)
    return [...systemFolders(tree).flatMap((id) => judgeSystem(tree, id, tests, results)), ...strayTags(tree, tests)]
  },
}

function judgeSystem(tree: Tree, id: string, tests: readonly LiveTest[], results: readonly TestResult[] | undefined): Finding[] {
  const path = `systems/${id}/quality.yaml`
  const text = tree.get(path)
  if (text === undefined) return [{ path, message: `quality.yaml is missing; see docs/quality-ladder.md` }]
  const quality = parseQuality(id, text)
  return [
    ...quality.faults.map((fault) => ({ path, ...fault })),
    ...quality.entries.flatMap((entry) => judgeDone(path, entry, tests, results)),
  ]
}

function judgeDone(path: string, entry: Entry, tests: readonly LiveTest[], results: readonly TestResult[] | undefined): Finding[] {
  if (entry.status.state !== 'done') return []
  return entry.status.tests.flatMap((title) => {
    const fault = (problem: string): Finding[] =>
      [{ path, line: entry.line, message: `${entry.rung}.${entry.item} is done by the test '${title}', ${problem}` }]
    if (!tests.some((test) => names(test, title))) return fault('but no live test in a *.test.ts file has this title; write it, unskip it, or set the item to todo')
    if (!results) return []
    const mine = results.filter((result) => result.title.startsWith(title))
    const red = mine.find((result) => result.status === 'failed')
    if (red) return fault(`which failed in ${red.file}; mend it, or set the item to todo`)
    if (mine.length === 0) return fault('which the test report does not hold; it was not run')
    const idle = mine.find((result) => result.status === 'skipped')
    return idle ? fault(`which was skipped in ${idle.file}; let it run, or set the item to todo`) : []
  })
}

/** Results with their files as the tree names them; vitest writes absolute paths. */
function resultsIn(tree: Tree, report: unknown): TestResult[] {
  const known = [...tree.keys()].filter(isTest)
  return readReport(report).files.flatMap(({ file, tests }) => {
    const path = known.find((one) => file.replaceAll('\\', '/').endsWith(`/${one}`)) ?? file
    return tests.map((test) => ({ ...test, file: path }))
  })
}

/** A tag with a slip of the pen would show nothing to anybody. */
function strayTags(tree: Tree, tests: readonly LiveTest[]): Finding[] {
  const folders = new Set(systemFolders(tree))
  const known = new Set<string>(rungs.flatMap((rung): readonly string[] => items[rung]))
  return tests.flatMap(({ path, line, parts }) => {
    const match = /^\[([a-z0-9-]+) ([a-z0-9-]+)\]/.exec(parts[0] ?? '')
    const [, system = '', item = ''] = match ?? []
    if (!match || (folders.has(system) && known.has(item))) return []
    if (!folders.has(system) && !known.has(item) && !systemIds.includes(system)) return []
    const wrong = folders.has(system) ? `'${item}' is no item of the ladder` : `there is no systems/${system}/`
    return [{ path, line, message: `the title begins with ${tagOf(system, item)}, but ${wrong}; correct the tag` }]
  })
}
