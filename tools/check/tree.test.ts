import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exists, lineAt, lineCount, loadTree, treeOf } from './tree.ts'

let root = ''
const write = (path: string, content: string | Uint8Array): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const git = (...args: string[]): void => void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root, stdio: 'ignore' })

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'onevisit-tree-'))
  write('.gitignore', '# ours\nnode_modules/\ndata/\n*.log\n/dist\n')
  write('kernel/事项.ts', 'a')
  write('kernel/new.ts', 'b')
  write('picture.png', new Uint8Array([1, 0, 2]))
  for (const path of ['node_modules/x/index.js', 'data/db', 'kernel/a.log', 'dist/main.js']) write(path, 'no')
  symlinkSync('kernel', join(root, 'link'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const expected = { '.gitignore': expect.any(String) as unknown, 'kernel/new.ts': 'b', 'kernel/事项.ts': 'a', 'picture.png': '' }

describe('the tree', () => {
  test('is what git tracks or would track, without what was deleted', () => {
    write('gone.ts', 'gone')
    git('init', '-q')
    git('add', 'kernel/事项.ts', 'gone.ts')
    rmSync(join(root, 'gone.ts'))
    expect(Object.fromEntries(loadTree(root))).toEqual(expected)
  })

  test('is the same without git', () => {
    expect(Object.fromEntries(loadTree(root))).toEqual(expected)
  })

  test('knows files, folders and lines', () => {
    const tree = treeOf({ 'a/b.ts': '' })
    expect(['a/b.ts', 'a', 'a/', '', 'a/b', 'b'].map((path) => exists(tree, path))).toEqual([true, true, true, true, false, false])
    expect(['', 'a', 'a\n', 'a\nb', '\n'].map(lineCount)).toEqual([0, 1, 1, 2, 1])
    expect([0, 1, 2, 3].map((offset) => lineAt('a\nb', offset))).toEqual([1, 1, 2, 2])
  })
})
