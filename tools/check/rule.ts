// What a rule of the checker is, and what it finds.
import type { Tree } from './tree.ts'

/** One fault. `message` names what is wrong and how to mend it. */
export interface Finding {
  readonly path: string
  readonly line?: number
  readonly message: string
}

export interface RunOptions {
  /** A vitest JSON report, already parsed; only the ladder reads it. */
  readonly report?: unknown
}

export interface Rule {
  readonly id: string
  readonly title: string
  run(tree: Tree, options?: RunOptions): Finding[] | Promise<Finding[]>
}

/** Result of one rule; `crash` holds the stack when the rule itself failed. */
export interface Outcome {
  readonly id: string
  readonly title: string
  readonly findings: readonly Finding[]
  readonly crash?: string
}

/** Runs rules one after another. A rule that throws is reported, never passed over. */
export async function runRules(rules: readonly Rule[], tree: Tree, options: RunOptions = {}): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const rule of rules) {
    const { id, title } = rule
    try {
      const findings = [...(await rule.run(tree, options))].sort(byPlace)
      outcomes.push({ id, title, findings })
    } catch (error) {
      const crash = error instanceof Error ? (error.stack ?? error.message) : String(error)
      outcomes.push({ id, title, findings: [], crash })
    }
  }
  return outcomes
}

/** `path[:line] rule-id: message`, one line. */
export function formatFinding(id: string, finding: Finding): string {
  const place = finding.line === undefined ? finding.path : `${finding.path}:${finding.line}`
  return `${place} ${id}: ${finding.message}`
}

function byPlace(a: Finding, b: Finding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1
  return (a.line ?? 0) - (b.line ?? 0)
}
