import { rungs, systems } from '../../systems/registry.generated.ts'

/** Lists the systems of this build; needs no server. */
export function runSystems(options: { readonly json?: boolean }): void {
  const rows = systems.map(system => ({ id: system.id, title: system.title, policy: system.policy, rung: (rungs as Readonly<Record<string, string>>)[system.id] ?? 'none' }))
  if (options.json) return void process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
  for (const row of rows) process.stdout.write(`${row.id.padEnd(22)} ${row.rung.padEnd(8)} ${row.title.zh}  ${row.title.en}  [${row.policy.join(', ')}]\n`)
}
