// Names say what is inside; a system's folder is its id and holds the files every system has.
import { posix } from 'node:path'
import type { Finding, Rule } from '../rule.ts'
import { exportsConst, systemFolders, systemHead } from '../systems.ts'
import { exists } from '../tree.ts'
import type { Tree } from '../tree.ts'

const emptyNames = new Set(['common', 'shared', 'utils', 'util', 'helpers', 'types', 'misc'])
const requiredFiles = ['system.ts', 'facade.ts', 'quality.yaml', 'README.md', 'system.test.ts']

export const folderNames: Rule = {
  id: 'folder-names',
  title: 'names say what is inside; system folders are complete',
  run: (tree) => [...emptyNamed(tree), ...systemFolders(tree).flatMap((id) => [...judgeSystem(tree, id), ...missingFixtures(tree, id)])],
}

function emptyNamed(tree: Tree): Finding[] {
  const findings = new Map<string, Finding>()
  for (const path of tree.keys()) {
    const segments = path.split('/')
    segments.forEach((segment, at) => {
      const stem = segment.replace(/^(.[^.]*)\..*$/, '$1').toLowerCase()
      if (!emptyNames.has(stem)) return
      const named = segments.slice(0, at + 1).join('/')
      findings.set(named, { path: named, message: `'${segment}' says nothing about its content; name it after the one thing it does` })
    })
  }
  return [...findings.values()]
}

function judgeSystem(tree: Tree, id: string): Finding[] {
  const folder = `systems/${id}`
  const path = `${folder}/system.ts`
  const findings: Finding[] = requiredFiles.filter((file) => !tree.has(`${folder}/${file}`))
    .map((file) => ({ path: folder, message: `${file} is missing; every system has ${requiredFiles.join(', ')} (npm run new:system shows them)` }))
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) findings.push({ path: folder, message: `'${id}' is no system id; use lower-case words joined by hyphens` })
  if (!tree.has(path)) return findings

  const head = systemHead(tree, id)
  if (!head) return [...findings, { path, message: 'no defineSystem({...}) with a literal object; the registry and the checker read it there' }]
  if (head.id !== id) {
    const line = head.idLine === undefined ? {} : { line: head.idLine }
    findings.push({ path, ...line, message: `id ${head.id === undefined ? 'is no string literal' : `'${head.id}'`}; it must equal the folder name '${id}'` })
  }
  if (!head.uses) findings.push({ path, ...(head.usesLine === undefined ? {} : { line: head.usesLine }), message: 'uses must be an array of string literals, so that it can be read without running the system' })
  for (const other of head.uses ?? []) {
    if (!tree.has(`systems/${other}/facade.ts`)) findings.push({ path, ...(head.usesLine === undefined ? {} : { line: head.usesLine }), message: `uses '${other}', but systems/${other}/facade.ts does not exist` })
  }
  if (!exportsConst(tree, path, 'system')) findings.push({ path, message: "no 'export const system'; the generated registry imports it by that name" })
  return findings
}

/** A fixture named in the system's code, README or quality.yaml must be there. */
function missingFixtures(tree: Tree, id: string): Finding[] {
  const folder = `systems/${id}`
  const findings: Finding[] = []
  for (const [path, text] of tree) {
    if (!path.startsWith(`${folder}/`) || path.startsWith(`${folder}/fixtures/`) || !/\.(ts|tsx|md|yaml)$/.test(path)) continue
    text.split('\n').forEach((content, at) => {
      for (const match of content.matchAll(/(?<![\w/-])(?:\.\/)?(fixtures\/[\w./-]*)/g)) {
        const named = posix.join(folder, (match[1] ?? '').replace(/[.,]+$/, ''))
        if (!exists(tree, named)) findings.push({ path, line: at + 1, message: `${named} is named here and does not exist; add the fixture or correct the name` })
      }
    })
  }
  return findings
}
