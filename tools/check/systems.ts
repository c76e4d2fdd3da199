// What the rules need to know of a system without running it: its folder, its id and the systems it uses.
import ts from 'typescript'
import { lineOf, sourceOf } from './source.ts'
import type { Tree } from './tree.ts'

/** The literal parts of `defineSystem({...})` in a system.ts. `uses` is undefined when it is no plain list of strings. */
export interface SystemHead {
  readonly id?: string
  readonly idLine?: number
  readonly uses?: readonly string[]
  readonly usesLine?: number
}

/** Ids of the folders below systems/, sorted. */
export function systemFolders(tree: Tree): string[] {
  const ids = new Set<string>()
  for (const path of tree.keys()) {
    const [top, id, rest] = path.split('/')
    if (top === 'systems' && id !== undefined && rest !== undefined) ids.add(id)
  }
  return [...ids].sort()
}

/** Reads a system's head; undefined when there is no system.ts or no `defineSystem({...})` in it. */
export function systemHead(tree: Tree, id: string): SystemHead | undefined {
  const path = `systems/${id}/system.ts`
  if (!tree.has(path)) return undefined
  const source = sourceOf(tree, path)
  const definition = find(source, (node) =>
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'defineSystem' &&
    node.arguments[0] !== undefined && ts.isObjectLiteralExpression(node.arguments[0]) ? node.arguments[0] : undefined)
  if (!definition) return undefined
  const idNode = property(definition, 'id')
  const usesNode = property(definition, 'uses')
  return {
    ...(idNode && ts.isStringLiteralLike(idNode) ? { id: idNode.text } : {}),
    ...(idNode ? { idLine: lineOf(source, idNode) } : {}),
    ...usesOf(usesNode),
    ...(usesNode ? { usesLine: lineOf(source, usesNode) } : {}),
  }
}

/** Whether a file exports `name` as a constant. */
export function exportsConst(tree: Tree, path: string, name: string): boolean {
  return sourceOf(tree, path).statements.some((statement) =>
    ts.isVariableStatement(statement) &&
    (statement.modifiers ?? []).some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) &&
    statement.declarationList.declarations.some((one) => ts.isIdentifier(one.name) && one.name.text === name))
}

function usesOf(node: ts.Expression | undefined): { uses?: readonly string[] } {
  if (!node) return { uses: [] }
  if (!ts.isArrayLiteralExpression(node)) return {}
  const names: string[] = []
  for (const element of node.elements) {
    if (!ts.isStringLiteralLike(element)) return {}
    names.push(element.text)
  }
  return { uses: names }
}

function property(object: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const member of object.properties) {
    if (ts.isPropertyAssignment(member) && (ts.isIdentifier(member.name) || ts.isStringLiteral(member.name)) && member.name.text === name) {
      return ts.isAsExpression(member.initializer) ? member.initializer.expression : member.initializer
    }
  }
  return undefined
}

function find<T>(node: ts.Node, pick: (node: ts.Node) => T | undefined): T | undefined {
  return pick(node) ?? ts.forEachChild(node, (child) => find(child, pick))
}
