/** A real server in a process of its own, started and killed as an operator or a crash would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface ServerProcess {
  readonly url: string
  readonly pid: number
  kill(signal: NodeJS.Signals): Promise<void>
  readonly output: () => string
}

export interface ServerOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Which program to run; the command line unless given. */
  readonly program?: readonly string[]
  readonly readyMs?: number
}

/** Resolves when the server says that it is ready. */
export async function startServerProcess({ env, program = ['cli/main.ts', 'start'], readyMs = 120_000 }: ServerOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...program], { cwd: ROOT, env: cleaned(env), stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
  const ended = new Promise<void>(resolve => { child.once('exit', () => resolve()) })
  const url = await readyUrl(child, () => output, readyMs)
  return {
    url, pid: child.pid!, output: () => output,
    async kill(signal) {
      child.kill(signal)
      await ended
    },
  }
}

/** Variables of the test run that would lead the child elsewhere are left out. */
function cleaned(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ONEVISIT_|DATABASE_URL$|PORT$|HOST$|VITEST|NODE_ENV$)/.test(name)))
  return { ...base, ...env }
}

async function readyUrl(child: ChildProcess, output: () => string, readyMs: number): Promise<string> {
  const deadline = Date.now() + readyMs
  while (Date.now() < deadline) {
    const ready = /OneVisit ready at (http:\/\/\S+)/.exec(output())
    if (ready) return ready[1]!
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended before it was ready:\n${output()}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  child.kill('SIGKILL')
  throw new Error(`the server was not ready within ${readyMs} ms:\n${output()}`)
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** The embedded database under a data directory: its postmaster and how to connect. */
export function embeddedDatabase(dataDir: string): { readonly pid: number; readonly connectionString: string } {
  const lines = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
  return { pid: Number(lines[0]), connectionString: `postgresql://onevisit:${encodeURIComponent(password)}@127.0.0.1:${lines[3]}/onevisit` }
}
