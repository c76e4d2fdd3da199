// Reading TypeScript and JavaScript for the rules: imports, where they lead, and other syntax, by the compiler's parser.
import ts from 'typescript'
import { posix } from 'node:path'
import type { Tree } from './tree.ts'

/** One place where a file names another module. `specifier` is null when it is computed at run time. */
export interface ImportSite {
  readonly specifier: string | null
  readonly line: number
}

/** Where a specifier leads: a file of the tree or its neighbourhood, a package, or nowhere good. */
export type Target =
  | { readonly kind: 'file'; readonly path: string; readonly found: boolean }
  | { readonly kind: 'package'; readonly name: string }
  | { readonly kind: 'absolute' }
  | { readonly kind: 'outside' }

const codeFile = /\.(?:[cm]?[jt]s|[jt]sx)$/
const parsed = new WeakMap<Tree, Map<string, ts.SourceFile>>()
const imported = new WeakMap<Tree, Map<string, ImportSite[]>>()
const workspaces = new WeakMap<Tree, Map<string, string>>()

export function isCode(path: string): boolean {
  return codeFile.test(path)
}

/** `x.test.ts` and its kin. */
export function isTest(path: string): boolean {
  return /\.test\.(?:[cm]?[jt]s|[jt]sx)$/.test(path)
}

/** Written by `npm run generate`, told by its name. */
export function isGenerated(path: string): boolean {
  return /\.generated\.[a-z]+$/.test(path)
}

export function codePaths(tree: Tree): string[] {
  return [...tree.keys()].filter(isCode)
}

export function sourceOf(tree: Tree, path: string): ts.SourceFile {
  return remember(parsed, tree, path, () => ts.createSourceFile(path, tree.get(path) ?? '', ts.ScriptTarget.Latest, false, scriptKind(path)))
}

/** Every import of a file: static, type-only, re-export, `import()`, `import('x').T`, `import x = require()`, `require()`. */
export function importsOf(tree: Tree, path: string): ImportSite[] {
  return remember(imported, tree, path, () => {
    const source = sourceOf(tree, path)
    const sites: ImportSite[] = []
    const add = (node: ts.Node, named: ts.Node | undefined): void => {
      const specifier = named !== undefined && ts.isStringLiteralLike(named) ? named.text : null
      sites.push({ specifier, line: lineOf(source, node) })
    }
    const visit = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node)) add(node, node.moduleSpecifier)
      else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node, node.moduleSpecifier)
      else if (ts.isExternalModuleReference(node)) add(node, node.expression)
      else if (ts.isImportTypeNode(node)) add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
      else if (ts.isCallExpression(node) && isModuleCall(node)) add(node, node.arguments[0])
      ts.forEachChild(node, visit)
    }
    visit(source)
    return sites
  })
}

/** Resolves a specifier as Node and the compiler would, without a file system. */
export function resolveImport(tree: Tree, from: string, specifier: string): Target {
  if (specifier.startsWith('/') || specifier.startsWith('file:')) return { kind: 'absolute' }
  if (/^\.\.?(\/|$)/.test(specifier)) return locate(tree, posix.join(posix.dirname(from), withoutQuery(specifier)))
  for (const [name, folder] of workspaceFolders(tree)) {
    if (specifier === name) return locate(tree, folder)
    if (specifier.startsWith(`${name}/`)) return locate(tree, `${folder}/${withoutQuery(specifier.slice(name.length + 1))}`)
  }
  const parts = specifier.split('/')
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier)
  return { kind: 'package', name }
}

/** 1-based line on which a node's own text begins. */
export function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
}

function locate(tree: Tree, joined: string): Target {
  const path = posix.normalize(joined).replace(/\/$/, '')
  if (path === '..' || path.startsWith('../')) return { kind: 'outside' }
  const bare = path.replace(/\.([cm]?)jsx?$/, '')
  const tries = [
    path, ...['.ts', '.tsx', '.mts', '.d.ts', '.mjs', '.js'].map((ext) => path + ext),
    ...(bare === path ? [] : ['.ts', '.tsx', '.mts', '.d.mts'].map((ext) => bare + ext)), `${path}/index.ts`,
  ]
  const hit = tries.find((candidate) => tree.has(candidate))
  return { kind: 'file', path: hit ?? path, found: hit !== undefined }
}

/** Folders with a package.json of their own, by package name: an import by that name enters the folder. */
function workspaceFolders(tree: Tree): Map<string, string> {
  const known = workspaces.get(tree)
  if (known) return known
  const folders = new Map<string, string>()
  for (const [path, text] of tree) {
    if (posix.basename(path) !== 'package.json' || path.includes('/fixtures/')) continue
    const name = packageName(text)
    if (name !== undefined) folders.set(name, posix.dirname(path))
  }
  workspaces.set(tree, folders)
  return folders
}

function packageName(text: string): string | undefined {
  try {
    const name: unknown = (JSON.parse(text) as { name?: unknown }).name
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}

function isModuleCall(node: ts.CallExpression): boolean {
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return true
  return ts.isIdentifier(node.expression) && node.expression.text === 'require' && node.arguments.length === 1
}

function scriptKind(path: string): ts.ScriptKind {
  if (path.endsWith('.tsx')) return ts.ScriptKind.TSX
  if (path.endsWith('.jsx')) return ts.ScriptKind.JSX
  return /\.[cm]?js$/.test(path) ? ts.ScriptKind.JS : ts.ScriptKind.TS
}

function withoutQuery(specifier: string): string {
  return specifier.replace(/[?#].*$/, '')
}

function remember<T>(cache: WeakMap<Tree, Map<string, T>>, tree: Tree, path: string, make: () => T): T {
  let byPath = cache.get(tree)
  if (!byPath) cache.set(tree, (byPath = new Map()))
  let value = byPath.get(path)
  if (value === undefined) byPath.set(path, (value = make()))
  return value
}
