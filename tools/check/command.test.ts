import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { checkCommand } from './command.ts'
import { runRules } from './rule.ts'
import { rules } from './rules.ts'
import { treeOf } from './tree.ts'

const root = mkdtempSync(join(tmpdir(), 'onevisit-check-'))
mkdirSync(join(root, 'kernel'))
writeFileSync(join(root, 'kernel/a.ts'), "import '../runtime/b.ts'\n")
afterAll(() => rmSync(root, { recursive: true, force: true }))

async function check(...args: string[]) {
  const out: string[] = []
  const err: string[] = []
  const status = await checkCommand(['--root', root, ...args], { log: (line) => void out.push(line), error: (line) => void err.push(line) })
  return { status, stdout: out.join('\n'), stderr: err.join('\n') }
}

describe('the checker', () => {
  test('every file in rules/ is a rule that runs, under its own name', () => {
    const files = readdirSync(join(import.meta.dirname, 'rules')).filter((name) => !name.endsWith('.test.ts'))
    expect(rules.map((rule) => `${rule.id}.ts`).sort()).toEqual(files.sort())
  })

  test('prints one line a finding and answers 1; answers 0 when there is none', async () => {
    const faulty = await check('--rule', 'layer-imports')
    expect(faulty.stdout.split('\n')[0]).toMatch(/^kernel\/a\.ts:1 layer-imports: kernel\/\*\* may import kernel\/\*\*; not runtime\/b\.ts; /)
    expect(faulty.status).toBe(1)
    expect((await check('--rule', 'file-size')).status).toBe(0)
  })

  test('prints findings and counts as JSON', async () => {
    const { status, stdout } = await check('--json', '--rule', 'layer-imports', '--rule', 'file-size')
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [{ rule: 'layer-imports', path: 'kernel/a.ts', line: 1 }],
      rules: [{ id: 'layer-imports', findings: 1 }, { id: 'file-size', findings: 0 }],
    })
  })

  test.each(['--rule=no-such', '--nonsense', '--report=no-such-file.json'])('wrong use (%s) ends with one clear line and 2', async (option) => {
    const { status, stderr } = await check(option)
    expect(status).toBe(2)
    expect(stderr).toMatch(/^check: .+\nUsage: /)
  })

  test('ends as a process with the same code', { timeout: 120_000 }, () => {
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'tools/check/main.ts', '--root', root, '--rule', 'layer-imports'], { encoding: 'utf8' })
    expect([status, stdout.split(' ')[0]]).toEqual([1, 'kernel/a.ts:1'])
  })

  test('a rule that throws is a crash, not a pass', async () => {
    const broken = { id: 'broken', title: 'breaks', run: () => { throw new Error('split') } }
    expect(await runRules([broken], treeOf({}))).toEqual([{ id: 'broken', title: 'breaks', findings: [], crash: expect.stringContaining('split') as unknown }])
  })
})
