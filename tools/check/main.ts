// `npm run check`: runs the rules over the working tree and prints one line a finding.
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

process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  let options
  let chosen: readonly Rule[]
  let report: unknown
  try {
    options = parse(argv)
    chosen = choose(options.rule)
    report = options.report === undefined ? undefined : JSON.parse(readFileSync(options.report, 'utf8'))
  } catch (error) {
    console.error(`check: ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}\n${usage}`)
    return 2
  }
  if (options.help || options.list) {
    console.log(options.help ? usage : chosen.map((rule) => `${rule.id}: ${rule.title}`).join('\n'))
    return 0
  }
  const tree = loadTree(resolve(options.root ?? resolve(import.meta.dirname, '../..')))
  const outcomes = await runRules(chosen, tree, report === undefined ? {} : { report })
  if (options.json) console.log(JSON.stringify(asJson(outcomes), null, 2))
  else print(outcomes, tree.size)
  return outcomes.some(isBad) ? 1 : 0
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
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

function print(outcomes: readonly Outcome[], files: number): void {
  for (const { id, findings, crash } of outcomes) {
    for (const finding of findings) console.log(formatFinding(id, finding))
    if (crash !== undefined) console.log(`tools/check/rules/${id}.ts ${id}: the rule itself failed: ${crash}`)
  }
  const found = outcomes.reduce((sum, outcome) => sum + outcome.findings.length, 0)
  const broken = outcomes.filter((outcome) => outcome.crash !== undefined).length
  console.log(`check: ${outcomes.length} rules, ${files} files, ${found} findings${broken > 0 ? `, ${broken} rules failed themselves` : ''}`)
}

function isBad(outcome: Outcome): boolean {
  return outcome.findings.length > 0 || outcome.crash !== undefined
}
