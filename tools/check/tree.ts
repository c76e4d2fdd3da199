// The repository as the rules see it: every tracked or trackable file, by path, in memory.
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** POSIX path relative to the root → text. Binary files are present with an empty text. */
export type Tree = ReadonlyMap<string, string>

/** A tree from literal files, for tests and for trying a change before it is written. */
export function treeOf(files: Record<string, string>): Tree {
  return new Map(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Reads the working tree below `root`: what git tracks or would track; without git, a plain walk. */
export function loadTree(root: string): Tree {
  const paths = gitPaths(root) ?? walk(root, '', ignored(root))
  const files: Record<string, string> = {}
  for (const path of paths) {
    const full = join(root, path)
    if (existsSync(full) && lstatSync(full).isFile()) files[path] = readText(full)
  }
  return treeOf(files)
}

/** Whether `path` names a file, or a folder that holds one. `''` and `.` are the root. */
export function exists(tree: Tree, path: string): boolean {
  const clean = path.replace(/\/+$/, '')
  if (clean === '' || clean === '.' || tree.has(clean)) return true
  for (const key of tree.keys()) if (key.startsWith(`${clean}/`)) return true
  return false
}

/** 1-based line of a character offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}

/** Number of lines; a final newline does not start another. */
export function lineCount(text: string): number {
  if (text === '') return 0
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function gitPaths(root: string): string[] | undefined {
  if (!existsSync(join(root, '.git'))) return undefined
  try {
    const out = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 256 * 1024 * 1024,
    })
    const paths = [...new Set(out.split('\0').filter(Boolean))]
    return paths.length > 0 ? paths : undefined
  } catch {
    // No git, or a checkout owned by someone else: the walk sees the same files.
    return undefined
  }
}

function walk(root: string, under: string, ignore: (path: string, folder: boolean) => boolean): string[] {
  const found: string[] = []
  for (const entry of readdirSync(join(root, under), { withFileTypes: true })) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (ignore(path, entry.isDirectory())) continue
    if (entry.isDirectory()) found.push(...walk(root, path, ignore))
    else if (entry.isFile()) found.push(path)
  }
  return found
}

/** The plain lines of .gitignore (`name`, `name/`, `*.ext`, `/rooted`) are enough where git is absent. */
function ignored(root: string): (path: string, folder: boolean) => boolean {
  const file = join(root, '.gitignore')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split(/\r?\n/) : []
  const patterns = ['.git', 'node_modules', ...lines.map((line) => line.trim())]
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('!'))
    .map((line) => {
      const folderOnly = line.endsWith('/')
      const rooted = line.replace(/\/$/, '').includes('/')
      const source = line.replace(/^\/|\/$/g, '').replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '[^/]*')
      return { folderOnly, test: new RegExp(rooted ? `^${source}$` : `(^|/)${source}$`) }
    })
  return (path, folder) => patterns.some((p) => (folder || !p.folderOnly) && p.test.test(path))
}

function readText(file: string): string {
  const bytes = readFileSync(file)
  return bytes.subarray(0, 8000).includes(0) ? '' : bytes.toString('utf8')
}
