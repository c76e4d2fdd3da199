import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CommandFailed } from '../failure.ts'

/** Runs one of `bench/`; each is a program of its own, so that nothing of the command line is measured with it. */
export function runBench(name: string, rest: readonly string[]): void {
  const file = fileURLToPath(new URL(`../../bench/${name}.ts`, import.meta.url))
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) throw new CommandFailed(`no bench called '${name}'`)
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...rest], { stdio: 'inherit' })
  process.exitCode = status ?? 1
}
