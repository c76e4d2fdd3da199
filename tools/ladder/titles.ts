// The titles of the live tests in a file, read from its syntax: which tests exist, without running them.
import ts from 'typescript'
import { isTest, lineOf, sourceOf } from '../check/source.ts'
import type { Tree } from '../check/tree.ts'

/** A test that is neither skipped nor to be written. `parts` are the fixed pieces of its title; between two pieces stands anything. */
export interface LiveTest {
  readonly path: string
  readonly line: number
  readonly parts: readonly string[]
}

const dead = new Set(['skip', 'todo', 'fails'])
const runners = /^(?:it|test)$|Test$/

/** Live tests of all test files whose titles are literal or begin literally enough to be told. */
export function liveTests(tree: Tree): LiveTest[] {
  return [...tree.keys()].filter(isTest).flatMap((path) => testsIn(tree, path))
}

/** Whether `title`, as quality.yaml names it, is the title of the test or its fixed beginning. */
export function names(test: LiveTest, title: string): boolean {
  const [first = ''] = test.parts
  if (first.startsWith(title)) return true
  const tag = /^\[[^\]]*\s([^\s\]]+\] )/.exec(title)?.[1]
  // A title that is all variable would match every name: the item must stand in it.
  if (tag === undefined || !test.parts.some((part) => part.includes(tag))) return false
  return new RegExp(`^${test.parts.map(escaped).join('.*')}$`, 's').test(title)
}

function testsIn(tree: Tree, path: string): LiveTest[] {
  const source = sourceOf(tree, path)
  const found: LiveTest[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const call = runnerOf(node)
      const inDeadSuite = call !== undefined && call.root === 'describe' && call.words.some((word) => dead.has(word))
      if (inDeadSuite) return
      const parts = call && runners.test(call.root) && !call.words.some((word) => dead.has(word)) ? titleParts(node, call.words) : undefined
      if (parts) found.push({ path, line: lineOf(source, node), parts })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `test.skipIf(x).each(rows)('…')` → root `test`, words `skipIf`, `each`. */
function runnerOf(call: ts.CallExpression): { root: string; words: string[] } | undefined {
  const words: string[] = []
  let at: ts.Expression = call.expression
  for (;;) {
    if (ts.isPropertyAccessExpression(at)) {
      words.unshift(at.name.text)
      at = at.expression
    } else if (ts.isCallExpression(at)) at = at.expression
    else if (ts.isTaggedTemplateExpression(at)) at = at.tag
    else if (ts.isIdentifier(at)) return { root: at.text, words }
    else return undefined
  }
}

/** A test needs a title and a body; `each(rows)` alone has neither. */
function titleParts(call: ts.CallExpression, words: readonly string[]): string[] | undefined {
  const [title] = call.arguments
  if (!title || call.arguments.length < 2) return undefined
  const parts = partsOf(title)
  const varied = words.some((word) => word === 'each' || word === 'for')
  return varied ? parts?.flatMap((part) => part.split(/%[sdifjoOc#$%]|\$[\w.]+/)) : parts
}

function partsOf(title: ts.Expression): string[] | undefined {
  if (ts.isStringLiteralLike(title)) return [title.text]
  if (ts.isTemplateExpression(title)) return [title.head.text, ...title.templateSpans.map((span) => span.literal.text)]
  if (ts.isBinaryExpression(title) && title.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [partsOf(title.left) ?? ['', ''], partsOf(title.right) ?? ['', '']]
    return [...left.slice(0, -1), (left.at(-1) ?? '') + (right[0] ?? ''), ...right.slice(1)]
  }
  return undefined
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
