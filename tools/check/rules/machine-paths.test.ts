import { describe, expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'
import { machinePaths } from './machine-paths.ts'

// Put together here, so that this file holds no such path itself.
const path = (...parts: string[]): string => ['', ...parts].join('/')
const host = ['registry', 'npmjs', 'org'].join('.')

describe('machine-paths', () => {
  test.each([
    'https://example.org/home/anna/x', "'./work/x'", '${root}/work/x', 'a/root/b', path('home'), 'GET /workers/x', '../shared/data', '"node_modules/a/root/b"',
  ])('passes: %s', async (text) => {
    expect(await findingsOf(machinePaths, { 'docs/a.md': text, 'package-lock.json': '{"packages": {"": {"integrity": "sha512-x"}}}', '.npmrc': 'save-exact=true\n' })).toEqual([])
  })

  test.each([
    ['a working folder', `cd ${path('work', 'main')}`], ['a folder of root', `"${path('root', '.cache')}"`], ['a home folder', `=${path('home', 'anna', 'x')}`],
    ['a home folder of macOS', `(${path('Users', 'anna', 'x')})`], ['a home folder of Windows', ['C:', 'Users', 'anna'].join('\\')], ['a registry', `see ${host}`],
  ])('%s is found, with its line', async (_, text) => {
    expect(await findingsOf(machinePaths, { 'docs/a.md': `\n${text}\n` })).toEqual([expect.stringMatching(/^docs\/a\.md:2 /)])
  })

  test('a lock file with addresses and an .npmrc with a registry are found', async () => {
    const files = { 'package-lock.json': '{\n  "resolved": "https://mirror.example/a.tgz"\n}', '.npmrc': ['registry', 'http://mirror.example'].join('=') }
    expect((await findingsOf(machinePaths, files)).map((line) => line.split(' ')[0])).toEqual(['.npmrc:1', 'package-lock.json:2'])
  })
})
