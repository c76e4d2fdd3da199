// The command behind `npm run check`: runs the rules over a working tree and prints one line a finding.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { formatFinding, runRules } from './rule.ts'
import type { Outcome, Rule } from './rule.ts'
import { rules } from './rules.ts'
import { loadTree } from './tree.ts'

const usage = `Usage: npm run check -- [--rule ID]... [--report FILE] [--root DIR] [--json] [--list]
  --rule ID      run this rule only (may be repeated)
  --report FILE  a vitest JSON report: every done of the ladder must be green in it
  --root DIR     the repository to check (default: this one)
  --json         print {findings, rules} as JSON
  --list         print the rules and stop`

/** Where the command writes; the console by default. */
export interface Output {
  log(line: string): void
  error(line: string): void
}

/** Exit code: 0 nothing found, 1 findings, 2 wrong use. */
export async function checkCommand(argv: readonly string[], output: Output = console): Promise<number> {
  let options
  let chosen: readonly Rule[]
  let report: unknown
  try {
    options = parse(argv)
    chosen = choose(options.rule)
    report = options.report === undefined ? undefined : JSON.parse(readFileSync(options.report, 'utf8'))
  } catch (error) {
    output.error(`check: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}\n${usage}`)
    return 2
  }
  if (options.help || options.list) {
    output.log(options.help ? usage : chosen.map((rule) => `${rule.id}: ${rule.title}`).join('\n'))
    return 0
  }
  const tree = loadTree(resolve(options.root ?? resolve(import.meta.dirname, '../..')))
  const outcomes = await runRules(chosen, tree, report === undefined ? {} : { report })
  if (options.json) output.log(JSON.stringify(asJson(outcomes), null, 2))
  else print(outcomes, tree.size, output)
  return outcomes.some(isBad) ? 1 : 0
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      rule: { type: 'string', multiple: true }, report: { type: 'string' }, root: { type: 'string' },
      json: { type: 'boolean' }, list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
    },
  }).values
}

function choose(ids: readonly string[] | undefined): readonly Rule[] {
  for (const id of ids ?? []) if (!rules.some((rule) => rule.id === id)) throw new Error(`no rule '${id}'; rules are ${rules.map((rule) => rule.id).join(', ')}`)
  return ids ? rules.filter((rule) => ids.includes(rule.id)) : rules
}

function asJson(outcomes: readonly Outcome[]) {
  return {
    findings: outcomes.flatMap((outcome) => outcome.findings.map((finding) => ({ rule: outcome.id, ...finding }))),
    rules: outcomes.map(({ id, title, findings, crash }) => ({ id, title, findings: findings.length, ...(crash === undefined ? {} : { crash }) })),
  }
}

function print(outcomes: readonly Outcome[], files: number, output: Output): void {
  for (const { id, findings, crash } of outcomes) {
    for (const finding of findings) output.log(formatFinding(id, finding))
    if (crash !== undefined) output.log(`tools/check/rules/${id}.ts ${id}: the rule itself failed: ${crash}`)
  }
  const found = outcomes.reduce((sum, outcome) => sum + outcome.findings.length, 0)
  const broken = outcomes.filter((outcome) => outcome.crash !== undefined).length
  output.log(`check: ${outcomes.length} rules, ${files} files, ${found} findings${broken > 0 ? `, ${broken} rules failed themselves` : ''}`)
}

function isBad(outcome: Outcome): boolean {
  return outcome.findings.length > 0 || outcome.crash !== undefined
}
