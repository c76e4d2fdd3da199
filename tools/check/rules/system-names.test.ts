import { describe, expect, test } from 'vitest'
import { systemIds } from '../system-ids.ts'
import { findingsOf } from '../testing.ts'
import { domainWords, systemNames } from './system-names.ts'

const at = (text: string, path = 'kernel/a.ts') => findingsOf(systemNames, { [path]: text })

describe('system-names', () => {
  test('there are sixty-two ids, each once', () => {
    expect(new Set(systemIds).size).toBe(62)
    expect(systemIds).toHaveLength(62)
  })

  test('a reference to any of them is found in each of the three layers, and nowhere else', async () => {
    for (const id of systemIds) {
      for (const layer of ['kernel', 'engines', 'runtime']) expect(await at(`x\nopen('${id}.request')`, `${layer}/a.ts`)).toEqual([expect.stringContaining(`${layer}/a.ts:2 `)])
      expect(await at(`import '../systems/${id}/facade.ts'`)).toHaveLength(1)
      expect(await at(`open('${id}.request')`, 'server/a.ts')).toEqual([])
    }
  })

  test('ids count in comments, tests, SQL and notes', async () => {
    for (const path of ['kernel/a.ts', 'engines/a.test.ts', 'runtime/a.sql', 'runtime/README.md']) expect(await at('-- as wage-payments does', path)).toHaveLength(1)
  })

  test('a system that only this city has counts by its folder', async () => {
    expect(await findingsOf(systemNames, { 'systems/river-gate/system.ts': '', 'kernel/a.ts': '// for river-gate' })).toEqual([expect.stringContaining("'river-gate' is the id")])
  })

  test.each(['// the environment of the process', 'const open_data = 1 // open data', '// in an emergency', 'env.environment', '// the one-stop-shop', 'enforcement of limits'])('plain words pass: %s', async (text) => {
    expect(await at(text)).toEqual([])
  })

  test.each(['vaccine', 'Vaccines', 'vaccineLot', 'isHospital', 'TYPHOON_LEVEL', '疫苗批次'])('a word of one trade is found: %s', async (word) => {
    expect(await at(`const x = ${word}`)).toEqual([expect.stringContaining('is a word of')])
  })

  test('the list of words stays small, and no word lies inside a common one', async () => {
    expect(domainWords.flatMap((one) => one.words).length).toBeLessThan(20)
    expect(await at('hospitality homesteading')).toEqual([])
  })
})
