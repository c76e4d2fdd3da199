// Exports have names, so that a thing is called the same wherever it is used.
import ts from 'typescript'
import type { Finding, Rule } from '../rule.ts'
import { codePaths, lineOf, sourceOf } from '../source.ts'
import type { Tree } from '../tree.ts'

/** Files whose loader, not ours, asks for a default export. */
const loadedByDefault: readonly { readonly files: RegExp; readonly loader: string }[] = [
  { files: /(^|\/)[\w.-]+\.config\.[cm]?[jt]s$/, loader: 'vite, vitest and playwright read their configuration so' },
  { files: /^tools\/test\/reporter\.ts$/, loader: 'vitest loads a reporter so' },
  { files: /\.d\.[cm]?ts$/, loader: 'declarations describe what others export' },
]

export const noDefaultExport: Rule = {
  id: 'no-default-export',
  title: 'no default exports',
  run: (tree) => codePaths(tree).filter((path) => !loadedByDefault.some((one) => one.files.test(path))).flatMap((path) => judge(tree, path)),
}

function judge(tree: Tree, path: string): Finding[] {
  const source = sourceOf(tree, path)
  return source.statements.filter(isDefault).map((statement) => ({
    path, line: lineOf(source, statement), message: 'default export; export it by name',
  }))
}

function isDefault(statement: ts.Statement): boolean {
  if (ts.isExportAssignment(statement)) return true
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    if (clause && ts.isNamespaceExport(clause)) return clause.name.text === 'default'
    return clause !== undefined && clause.elements.some((element) => element.name.text === 'default')
  }
  return ts.canHaveModifiers(statement) && (ts.getModifiers(statement) ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.DefaultKeyword)
}
