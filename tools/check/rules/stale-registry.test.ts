import { describe, expect, test } from 'vitest'
import { defineSystem } from '../../../kernel/system.ts'
import { text } from '../../../kernel/text.ts'
import { renderRegistry } from '../../generate/registry.ts'
import { outputsFor } from '../../generate/outputs.ts'
import { soundSystem } from '../testing.ts'
import { treeOf } from '../tree.ts'
import { staleOutputs, staleRegistry } from './stale-registry.ts'

const path = 'systems/registry.generated.ts'
const files = soundSystem('river-gate')
const outputs = [{ path, render: () => renderRegistry(treeOf(files)) }]
const found = (present: Record<string, string>) => staleOutputs(treeOf({ ...files, ...present }), outputs).map((one) => `${one.path}:${one.line ?? '-'} ${one.message}`)

describe('stale-registry', () => {
  test('what the generator prints now passes', async () => {
    const load = (id: string) => Promise.resolve(defineSystem({ id, prefix: 'RG', title: text('河闸', 'River gate'), policy: ['N一(一)'], owner: text('水利', 'Water') }))
    const fresh = Object.fromEntries((await outputsFor(treeOf(files), load)).map((output) => [output.path, output.render()]))
    expect(Object.keys(fresh)).toContain('docs/systems/river-gate.md')
    const tree = treeOf({ ...files, ...fresh })
    expect(staleOutputs(tree, await outputsFor(tree, load))).toEqual([])
  })

  test('this very repository is judged by the same outputs', async () => {
    expect(await staleRegistry.run(treeOf({}))).toEqual(expect.arrayContaining([expect.objectContaining({ path })]))
  })

  test('a missing, a stale and a left-over file are found', () => {
    expect(found({})).toEqual([`${path}:- generated file is missing; run npm run generate`])
    expect(found({ [path]: renderRegistry(treeOf({})) })).toEqual([expect.stringMatching(/^systems\/registry\.generated\.ts:3 generated file is stale/)])
    expect(found({ [path]: renderRegistry(treeOf(files)), 'web/panels.generated.ts': '', 'docs/systems/gone.md': '' }).map((line) => line.split(' ')[0])).toEqual(['docs/systems/gone.md:-', 'web/panels.generated.ts:-'])
  })

  test('a line that the generator no longer prints at the end is found', () => {
    expect(found({ [path]: `${renderRegistry(treeOf(files))}// more\n` })).toHaveLength(1)
  })
})
