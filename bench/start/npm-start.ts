/** Starts the platform as people do, with `npm start`, and measures the time until it answers. */
import { spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

export interface Started {
  /** From the command to the line that says it is ready. */
  readonly seconds: number
  /** Ends it as a service manager does, and waits. */
  stop(): Promise<void>
  /** Ends Node and npm as a power cut does; the database goes on for itself. */
  kill(): Promise<void>
}

/** @throws Error with what it printed when it ended, or was not ready in time */
export async function npmStart(checkout: string, dataDir: string, patienceSeconds: number): Promise<Started> {
  const from = performance.now()
  const child = spawn('npm', ['start', '--silent'], {
    cwd: checkout, detached: true, stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PORT: '0', HOST: '127.0.0.1', ONEVISIT_DATA: dataDir, DATABASE_URL: '', NODE_OPTIONS: '' },
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const end = async (signal: NodeJS.Signals) => {
    try { process.kill(-child.pid!, signal) } catch { /* It has ended already. */ }
    await exited
  }
  let output = ''
  const url = await new Promise<string>((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`not ready after ${patienceSeconds} s:\n${output}`)), patienceSeconds * 1_000)
    const read = (text: string) => {
      output += text
      const ready = /^OneVisit ready at (\S+)$/m.exec(output)?.[1]
      if (ready !== undefined) { clearTimeout(patience); resolve(ready) }
    }
    child.stdout.setEncoding('utf8').on('data', read)
    child.stderr.setEncoding('utf8').on('data', (text: string) => output += text)
    child.once('error', reject)
    child.once('exit', code => { clearTimeout(patience); reject(new Error(`npm start ended with ${code}:\n${output}`)) })
  }).catch(async (error: unknown) => { await end('SIGKILL'); throw error })
  const seconds = (performance.now() - from) / 1_000
  const { status } = await fetch(`${url}/healthz`)
  if (status !== 200) throw new Error(`said to be ready, yet /healthz answers ${status}`)
  return { seconds, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}
