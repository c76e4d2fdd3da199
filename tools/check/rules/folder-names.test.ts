import { describe, expect, test } from 'vitest'
import { edited, findingsOf, soundSystem } from '../testing.ts'
import { folderNames } from './folder-names.ts'

const at = (files: Record<string, string>) => findingsOf(folderNames, files)

describe('folder-names', () => {
  test('a sound system passes, with the fixtures it names', async () => {
    const readme = 'Bad input lies in `fixtures/bad/late.csv`; the rest in fixtures/.'
    expect(await at({ ...soundSystem('river-gate', { 'README.md': readme }), 'systems/river-gate/fixtures/bad/late.csv': '' })).toEqual([])
  })

  test.each(['kernel/utils/a.ts', 'engines/types.ts', 'runtime/Shared/a.ts', 'web/common.test.tsx', 'tools/helpers.mjs', 'docs/misc/a.md', 'kernel/util/a.ts', 'kernel/types.d.ts'])('%s says nothing', async (path) => {
    expect(await at({ [path]: '' })).toEqual([expect.stringContaining('says nothing about its content')])
  })

  test('names that merely contain such a word pass, and a folder is named once', async () => {
    expect(await at({ 'kernel/type-names.ts': '', 'kernel/commons-law.ts': '' })).toEqual([])
    expect(await at({ 'kernel/utils/a.ts': '', 'kernel/utils/b.ts': '' })).toHaveLength(1)
  })

  test.each(['system.ts', 'facade.ts', 'quality.yaml', 'README.md', 'system.test.ts'])('a system without %s is incomplete', async (file) => {
    expect(await at(soundSystem('river-gate', { [file]: null }))).toEqual([expect.stringContaining(`systems/river-gate ${file} is missing`)])
  })

  const faults: [string, string, string, string][] = [
    ['another id', "id: 'river-gate'", "id: 'river-gates'", "id 'river-gates'; it must equal the folder name"],
    ['a computed id', "id: 'river-gate'", 'id: name', 'id is no string literal'],
    ['computed uses', 'uses: []', 'uses: others', 'uses must be an array of string literals'],
    ['an unknown system in uses', 'uses: []', "uses: ['sea-gate']", "uses 'sea-gate', but systems/sea-gate/facade.ts does not exist"],
    ['another export', 'export const system', 'export const riverGate', "no 'export const system'"],
    ['no definition', 'defineSystem({', 'describeSystem({', 'no defineSystem({...})'],
  ]
  test.each(faults)('%s is found', async (_, from, to, message) => {
    expect(await at(soundSystem('river-gate', edited('river-gate', 'system.ts', from, to)))).toEqual([expect.stringContaining(message)])
  })

  test('a fixture that is named and absent is found, with its line', async () => {
    const findings = await at(soundSystem('river-gate', { 'load.test.ts': "\nread('./fixtures/good.csv')" }))
    expect(findings).toEqual([expect.stringContaining('systems/river-gate/load.test.ts:2 systems/river-gate/fixtures/good.csv is named here')])
  })

  test('a folder whose name is no id is found', async () => {
    expect(await at(soundSystem('river-gate'))).toEqual([])
    expect(await at({ 'systems/River_Gate/README.md': '' })).toContainEqual(expect.stringContaining("'River_Gate' is no system id"))
  })
})
