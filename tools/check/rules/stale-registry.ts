// What is generated from the folders equals what the generator prints now.
import type { Finding, Rule } from '../rule.ts'
import { isGenerated } from '../source.ts'
import type { Tree } from '../tree.ts'
import { isOutputPlace, outputsFor } from '../../generate/outputs.ts'
import type { Output } from '../../generate/outputs.ts'

export const staleRegistry: Rule = {
  id: 'stale-registry',
  title: 'generated files are fresh',
  run: async (tree) => staleOutputs(tree, await outputsFor(tree)),
}

export function staleOutputs(tree: Tree, outputs: readonly Output[]): Finding[] {
  const wanted = new Set(outputs.map((output) => output.path))
  const orphans = [...tree.keys()].filter((path) => (isGenerated(path) || isOutputPlace(path)) && !wanted.has(path))
  return [
    ...outputs.flatMap((output) => judge(tree, output)),
    ...orphans.map((path) => ({ path, message: 'no generator writes this file; remove it, or list it in tools/generate/outputs.ts' })),
  ]
}

function judge(tree: Tree, output: Output): Finding[] {
  const present = tree.get(output.path)
  if (present === undefined) return [{ path: output.path, message: 'generated file is missing; run npm run generate' }]
  let fresh: string
  try {
    fresh = output.render()
  } catch (error) {
    return (error as Error).message.split('\n').map((message) => ({ path: output.path, message }))
  }
  if (present === fresh) return []
  const [old, now] = [present.split('\n'), fresh.split('\n')]
  const at = now.findIndex((line, index) => line !== old[index])
  return [{ path: output.path, line: (at === -1 ? now.length : at) + 1, message: 'generated file is stale; run npm run generate and review the difference' }]
}
