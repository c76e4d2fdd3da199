import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'
import { importCycles } from './import-cycles.ts'

describe('import-cycles', () => {
  test('a tree without cycles passes', async () => {
    expect(await findingsOf(importCycles, { 'a.ts': "import './b.ts'\nimport './c.ts'", 'b.ts': "import './c.ts'", 'c.ts': '' })).toEqual([])
  })

  test('a cycle is printed whole, with the line where it begins; type-only imports count', async () => {
    const files = { 'a.ts': "\nimport { b } from './b.ts'", 'b.ts': "export * from './c.ts'", 'c.ts': "import type { A } from './a.ts'" }
    expect(await findingsOf(importCycles, files)).toEqual([expect.stringContaining('a.ts:2 import cycle a.ts → b.ts → c.ts → a.ts')])
  })

  test('a file that imports itself is a cycle', async () => {
    expect(await findingsOf(importCycles, { 'a.ts': "import './a.ts'" })).toEqual([expect.stringContaining('import cycle a.ts → a.ts;')])
  })

  test('agrees with plain reachability on any graph, and prints only cycles that exist', async () => {
    const graphs = fc.integer({ min: 1, max: 8 }).chain((size) => fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 16 }).map((edges) => ({ size, edges })))
    await fc.assert(fc.asyncProperty(graphs, async ({ size, edges }) => {
      const files = Object.fromEntries(Array.from({ length: size }, (_, node) =>
        [`f${node}.ts`, edges.filter(([from]) => from === node).map(([, to]) => `import './f${to}.ts'`).join('\n')]))
      const printed = (await findingsOf(importCycles, files)).map((line) => /import cycle ([^;(]+)/.exec(line)?.[1]?.trim().split(' → ') ?? [])
      for (const cycle of printed) {
        expect(cycle.at(0)).toBe(cycle.at(-1))
        cycle.slice(1).forEach((to, at) => expect(files[cycle[at] ?? '']).toContain(`'./${to}'`))
      }
      // One finding a component: two nodes on a cycle belong together when each reaches the other.
      const reaches = closure(size, edges)
      const cyclic = Array.from({ length: size }, (_, node) => node).filter((node) => reaches[node]?.[node])
      const components = new Set(cyclic.map((node) => cyclic.filter((other) => reaches[node]?.[other] && reaches[other]?.[node]).join()))
      expect(printed).toHaveLength(components.size)
    }))
  })
})

function closure(size: number, edges: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: size }, (_, a) => Array.from({ length: size }, (_, b) => edges.some(([from, to]) => from === a && to === b)))
  for (let k = 0; k < size; k++) for (let a = 0; a < size; a++) for (let b = 0; b < size; b++) if (reach[a]?.[k] && reach[k]?.[b]) reach[a]![b] = true
  return reach
}
