/** One line of JSON an entry, on standard error; standard output is for what the commands print. */
import type { Log } from '../runtime/database/log.ts'

const LEVELS = ['info', 'warn', 'error'] as const

/** Writes entries of `level` and above; any other text than info, warn and error silences it. */
export function consoleLog(level: string): Log {
  const from = LEVELS.findIndex(one => one === level)
  const write = (at: number) => (fields: object, message: string) => {
    if (from === -1 || at < from) return
    process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level: LEVELS[at], message, ...fields })}\n`)
  }
  return { info: write(0), warn: write(1), error: write(2) }
}
