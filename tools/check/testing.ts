// Planting a fault in a small tree and seeing which rule fires.
import { scaffold } from '../new-system/scaffold.ts'
import type { Rule, RunOptions } from './rule.ts'
import { treeOf } from './tree.ts'

/** `path[:line] message` of every finding of `rule` in a tree of these files. */
export async function findingsOf(rule: Rule, files: Record<string, string>, options?: RunOptions): Promise<string[]> {
  const findings = await rule.run(treeOf(files), options)
  return findings.map(({ path, line, message }) => `${path}${line === undefined ? '' : `:${line}`} ${message}`)
}

/** The files of a sound system, as new-system makes them; `change` replaces or, with null, removes some of its own. */
export function soundSystem(id: string, change: Record<string, string | null> = {}): Record<string, string> {
  const files = Object.fromEntries(scaffold(treeOf({}), { id }))
  for (const [name, text] of Object.entries(change)) {
    if (text === null) delete files[`systems/${id}/${name}`]
    else files[`systems/${id}/${name}`] = text
  }
  return files
}

/** Text of one file of a sound system, with a part replaced; the part must be there. */
export function edited(id: string, name: string, from: string, to: string): Record<string, string> {
  const text = soundSystem(id)[`systems/${id}/${name}`] ?? ''
  if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`)
  return { [name]: text.replace(from, to) }
}
