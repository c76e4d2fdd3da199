// Writes what is generated into a working tree.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadTree } from '../check/tree.ts'
import { outputsFor } from './outputs.ts'

/** Brings every output up to date; returns the paths that changed. */
export async function writeOutputs(root: string): Promise<string[]> {
  const tree = loadTree(root)
  const changed: string[] = []
  for (const output of await outputsFor(tree)) {
    const text = output.render()
    if (tree.get(output.path) === text) continue
    const file = join(root, output.path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    changed.push(output.path)
  }
  return changed
}
