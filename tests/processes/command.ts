/** Runs the `onevisit` command as a person would, and gathers what it prints. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface CommandEnd {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

export function onevisit(args: readonly string[], env: Readonly<Record<string, string | undefined>> = {}, input = ''): Promise<CommandEnd> {
  return new Promise(resolve => {
    const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ONEVISIT_|DATABASE_URL$|PORT$|HOST$|VITEST|NODE_ENV$)/.test(name)))
    const child = spawn(process.execPath, ['bin/onevisit.mjs', ...args], { cwd: ROOT, env: { ...base, ...env } })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    child.stdin.end(input)
    child.on('close', status => resolve({ status, out, err }))
  })
}
