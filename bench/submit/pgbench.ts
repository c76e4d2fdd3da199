/** Runs PostgreSQL's own load generator, where the machine has it. */
import { spawn, spawnSync } from 'node:child_process'

export interface PgbenchResult {
  readonly perSecond: number
  readonly transactions: number
}

/** What `pgbench --version` says, or undefined when PATH has none. */
export function pgbenchVersion(): string | undefined {
  const { status, stdout } = spawnSync('pgbench', ['--version'], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : undefined
}

/** @throws Error with pgbench's own words when a client was aborted */
export async function runPgbench(options: { readonly script: string; readonly connectionString: string; readonly clients: number; readonly seconds: number; readonly run: number }): Promise<PgbenchResult> {
  const { script, connectionString, clients, seconds, run } = options
  const output = await outputOf('pgbench', ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds), '-D', `run=${run}`, '-D', 'i=0', '-f', script, connectionString])
  const perSecond = Number(/^tps = ([\d.]+) \(without initial connection time\)/m.exec(output)?.[1])
  const transactions = Number(/^number of transactions actually processed: (\d+)/m.exec(output)?.[1])
  if (!(perSecond > 0) || /aborted|^number of failed transactions: [1-9]/m.test(output)) throw new Error(`pgbench did not run through:\n${output}`)
  return { perSecond, transactions }
}

function outputOf(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => output += text)
    child.on('error', reject)
    child.on('close', status => status === 0 ? resolve(output) : reject(new Error(`${command} ended with status ${status}:\n${output}`)))
  })
}
