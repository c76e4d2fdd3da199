import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { renderRegistry } from '../generate/registry.ts'
import { runRules } from '../check/rule.ts'
import { rules } from '../check/rules.ts'
import { treeOf } from '../check/tree.ts'
import { ScaffoldError, scaffold } from './scaffold.ts'

const repository = resolve(import.meta.dirname, '../..')
const files = (...requests: Parameters<typeof scaffold>[1][]): Record<string, string> =>
  requests.reduce((made, request) => ({ ...made, ...Object.fromEntries(scaffold(treeOf(made), request)) }), {})

describe('new-system', () => {
  test('makes a system that every rule on files passes at once', async () => {
    const made = files({ id: 'river-gate', zh: '河闸', en: 'River gates', prefix: 'RG', policy: 'Z四(二)3' }, { id: 'sluice' })
    // Definitions are loaded from the disk, where these are not; 'a skeleton compiles' below runs the real ones.
    const here = rules.filter((rule) => rule.id !== 'stale-registry')
    const outcomes = await runRules(here, treeOf(made))
    expect(outcomes.flatMap(({ id, findings, crash }) => [...findings.map((finding) => ({ id, ...finding })), ...(crash === undefined ? [] : [{ id, crash }])])).toEqual([])
  })

  test('fills titles, prefix and clause in', () => {
    const text = files({ id: 'river-gate', zh: '河闸', en: 'River gates', policy: 'Z四(二)3' })['systems/river-gate/system.ts']
    for (const part of ["id: 'river-gate'", "prefix: 'RG'", "t('河闸', 'River gates')", "['Z四(二)3']"]) expect(text).toContain(part)
    expect(Object.values(files({ id: 'river-gate' })).join('')).not.toMatch(/\{\{|\}\}/)
  })

  test('no two systems get the same prefix', () => {
    const ids = ['river-gate', 'road-guard', 'red-grid', 'sluice', 'slope', 'a1-b2', 'xy']
    const made = files(...ids.map((id) => ({ id })))
    const prefixes = ids.map((id) => /prefix: '([A-Z]{2,4})'/.exec(made[`systems/${id}/system.ts`] ?? '')?.[1])
    expect(new Set(prefixes).size).toBe(ids.length)
    expect(prefixes).not.toContain(undefined)
  })

  test.each([
    [{ id: 'River' }, 'is no system id'], [{ id: 'river_gate' }, 'is no system id'], [{ id: '../x' }, 'is no system id'], [{ id: 'a--b' }, 'is no system id'], [{ id: '' }, 'is no system id'],
    [{ id: 'utils' }, 'says nothing'], [{ id: `a${'b'.repeat(40)}` }, 'too long'], [{ id: 'sluice' }, 'exists already'], [{ id: 'river', prefix: 'SL' }, 'belongs to sluice'],
    [{ id: 'river', prefix: 'r' }, 'is no prefix'], [{ id: 'river', zh: "河'闸" }, 'may not hold quotes'], [{ id: 'river', policy: 'X一' }, 'is no clause'],
  ])('%j is refused: %s', (request, message) => {
    const tree = treeOf(files({ id: 'sluice', prefix: 'SL' }))
    expect(() => scaffold(tree, request)).toThrow(ScaffoldError)
    expect(() => scaffold(tree, request)).toThrow(message)
  })

  test('the registry sorts by id, names every system once, and tells the rung', () => {
    const made = files({ id: 'sluice' }, { id: 'river-gate' })
    const text = renderRegistry(treeOf(made))
    expect(text).toContain("import { system as riverGate } from './river-gate/system.ts'\nimport { system as sluice } from './sluice/system.ts'")
    expect(text).toContain("  riverGate,\n  sluice,\n]")
    expect(text).toContain("  'river-gate': 'none',\n")
    expect(renderRegistry(treeOf(Object.fromEntries(Object.entries(made).reverse())))).toBe(text)
    expect(renderRegistry(treeOf({}))).toContain('= []')
  })
})

describe('the skeleton', () => {
  const root = mkdtempSync(join(tmpdir(), 'onevisit-new-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test('compiles under the strict settings and its tests are green', { timeout: 300_000 }, () => {
    for (const path of ['kernel', 'tsconfig.json', 'package.json']) cpSync(join(repository, path), join(root, path), { recursive: true, filter: (file) => !file.endsWith('.test.ts') })
    symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'))
    const made = files({ id: 'river-gate' }, { id: 'sluice' })
    for (const [path, text] of Object.entries({ ...made, 'systems/registry.generated.ts': renderRegistry(treeOf(made)) })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    const run = (...args: string[]): string => execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    // A fault of the kernel itself is for the kernel's own check to tell.
    const faults = errorsOf(() => run('node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false', '--incremental', 'false', '--tsBuildInfoFile', 'null'))
    expect(faults.filter((line) => /^\S/.test(line) && !line.startsWith('kernel/'))).toEqual([])
    expect(run('node_modules/vitest/vitest.mjs', 'run', '--reporter=json', 'systems')).toContain('"success":true')
  })
})

/** Lines that a compiler printed; none when it was content. */
function errorsOf(run: () => string): string[] {
  try {
    run()
    return []
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout ?? error).split('\n')
  }
}
