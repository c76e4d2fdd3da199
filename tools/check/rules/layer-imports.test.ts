import { describe, expect, test } from 'vitest'
import { findingsOf, soundSystem, edited } from '../testing.ts'
import { layerImports } from './layer-imports.ts'

const at = (files: Record<string, string>) => findingsOf(layerImports, files)

describe('layer-imports', () => {
  test('a tree that follows the table passes', async () => {
    const files = {
      ...soundSystem('river-patrol', edited('river-patrol', 'system.ts', 'uses: []', "uses: ['river-gate']")),
      ...soundSystem('river-gate'),
      'systems/river-patrol/route.ts': "import { shortest } from '../../engines/graph/path.ts'\nimport { requestRef } from '../river-gate/facade.ts'",
      'systems/river-patrol/route.test.ts': "import { city } from '../../runtime/cases/testing.ts'\nimport fc from 'fast-check'\nimport { days } from '../../reference/calendar.ts'",
      'systems/river-patrol/web/panel.tsx': "import { Table } from '../../../web/kit/table.tsx'\nimport './panel.css'",
      'systems/registry.generated.ts': "import { system } from './river-gate/system.ts'",
      'engines/graph/path.ts': "import type { Text } from '../../kernel/text.ts'",
      'runtime/cases/apply.ts': "import pg from 'pg'\nimport '../../engines/graph/path.ts'",
      'server/main.ts': "import '../systems/registry.generated.ts'\nimport '../runtime/cases/apply.ts'\nimport '../reference/calendar.ts'\nimport '../demo/city.ts'",
      'cli/main.ts': "import '../server/main.ts'",
      'demo/city.ts': "import '../systems/river-gate/facade.ts'",
      'web/panels.generated.ts': "import '../systems/river-patrol/web/panel.tsx'",
      'tools/anything.ts': "import '../systems/river-gate/system.ts'\nimport '../server/main.ts'\nimport(name)",
    }
    expect(await at(files)).toEqual([])
  })

  const refused: [string, string, string][] = [
    ['kernel/a.ts', '../engines/x.ts', 'kernel must import nothing of ours'],
    ['engines/a.ts', '../runtime/x.ts', 'engines know no runtime'],
    ['engines/a/b.ts', '../../systems/river-gate/facade.ts', 'engines know no system'],
    ['runtime/a.ts', '../reference/calendar.ts', 'the runtime gets its tables passed in'],
    ['runtime/a.ts', '../systems/registry.generated.ts', 'the runtime gets its systems passed in'],
    ['reference/a.ts', '../engines/x.ts', 'reference ships tables only'],
    ['server/a.ts', '../systems/river-gate/system.ts', 'the server takes the registry'],
    ['server/a.ts', '../tools/check/main.ts', 'the server ships without tools'],
    ['demo/a.ts', '../systems/river-gate/system.ts', 'the demo takes facades'],
    ['web/portal/a.tsx', '../../kernel/text.ts', 'the web talks by HTTP only'],
    ['web/portal/a.tsx', '../../systems/river-gate/web/panel.tsx', 'only the generated list takes panels'],
    ['systems/river-gate/web/a.tsx', '../../../web/portal/main.tsx', 'panels take the kit only'],
    ['systems/river-gate/web/a.tsx', '../facade.ts', 'panels talk by HTTP only'],
    ['systems/river-gate/a.ts', './web/panel.tsx', 'the definition knows no screen'],
    ['systems/river-gate/a.ts', '../../runtime/cases/apply.ts', 'systems know no runtime'],
    ['systems/river-gate/a.ts', '../../reference/calendar.ts', 'systems ask ctx.rule'],
    ['systems/river-gate/facade.ts', './a.ts', 'a facade imports the kernel only'],
    ['systems/river-gate/facade.ts', '../../engines/x.ts', 'a facade imports the kernel only'],
  ]
  test.each(refused)('%s may not import %s: %s', async (from, specifier) => {
    const [finding, ...more] = await at({ [from]: `\nimport '${specifier}'` })
    expect(more).toEqual([])
    expect(finding).toContain(`${from}:2 `)
    expect(finding).toMatch(/may import .*; not .*; (pass the value in|ask for its rows|move)/)
  })

  const spellings = [
    "import { a } from '../runtime/a.ts'", "import type { A } from '../runtime/a.ts'", "import { type A } from '../runtime/a.ts'",
    "export * from '../runtime/a.ts'", "export type { A } from '../runtime/a.ts'", "const a = await import('../runtime/a.ts')",
    "let a: import('../runtime/a.ts').A", "import a = require('../runtime/a.ts')", "const a = require('../runtime/a.ts')",
    'void import(`../runtime/a.ts`)', "export {} from '../runtime/a.js'", "import '../runtime/a.ts?raw'",
  ]
  test.each(spellings)('no spelling of an import escapes: %s', async (line) => {
    expect(await at({ 'kernel/a.ts': `// import x\n${line}`, 'runtime/a.ts': '' })).toEqual([expect.stringContaining('kernel/a.ts:2 kernel/** may import kernel/**; not runtime/a.ts')])
  })

  test('imports in comments and strings are no imports', async () => {
    expect(await at({ 'kernel/a.ts': "// import '../runtime/a.ts'\nconst s = \"import '../runtime/a.ts'\"" })).toEqual([])
  })

  test('an import computed at run time cannot be checked and is refused', async () => {
    expect(await at({ 'systems/river-gate/a.ts': 'await import(path)' })).toEqual([expect.stringContaining('computed at run time')])
  })

  test('another facade needs an entry in uses, and nothing but the facade is open', async () => {
    const files = { ...soundSystem('river-patrol'), ...soundSystem('river-gate'), 'systems/river-patrol/a.ts': "import '../river-gate/facade.ts'\nimport '../river-gate/system.ts'" }
    expect(await at(files)).toEqual([
      expect.stringMatching(/^systems\/river-patrol\/a\.ts:1 .*does not list; add 'river-gate' to its uses$/),
      expect.stringMatching(/^systems\/river-patrol\/a\.ts:2 .*ask for its rows by ctx\.ask/),
    ])
  })

  test('testing helpers, tests and test packages stay with tests', async () => {
    const files = {
      'runtime/a.ts': "import './cases/testing.ts'\nimport './b.test.ts'\nimport { expect } from 'vitest'\nimport fc from 'fast-check'",
      'runtime/cases/testing.ts': "import { vi } from 'vitest'", 'runtime/b.test.ts': "import './cases/testing.ts'",
    }
    expect((await at(files)).map((line) => line.split(' ')[0])).toEqual(['runtime/a.ts:1', 'runtime/a.ts:2', 'runtime/a.ts:3', 'runtime/a.ts:4'])
  })

  test('a package name of a workspace is an import of its folder', async () => {
    const files = { 'runtime/package.json': '{"name": "@onevisit/runtime"}', 'kernel/a.ts': "import '@onevisit/runtime/cases.ts'", 'runtime/cases.ts': '' }
    expect(await at(files)).toEqual([expect.stringContaining('not runtime/cases.ts')])
  })

  test('aliases, absolute paths and paths out of the repository are refused', async () => {
    const lines = ["import '#kernel/a.ts'", "import '/etc/a.ts'", "import '../../elsewhere/a.ts'"]
    expect(await at({ 'kernel/a.ts': lines.join('\n') })).toHaveLength(3)
  })
})
