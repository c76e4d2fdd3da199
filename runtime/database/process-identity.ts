/**
 * Tells one process from a later one that got the same pid: pid plus start time.
 * Linux reads /proc; other systems ask ps.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** A text that no other process on this machine has with the same pid; undefined when no such process runs (a zombie does not run). */
export function startedAt(pid: number): string | undefined {
  return process.platform === 'linux' ? startedAtLinux(pid) : startedAtPs(pid)
}

/** Program and arguments as the process was started; undefined when it does not run. */
export function commandLine(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return ps(pid, 'command')?.split(' ')
  const text = read(`/proc/${pid}/cmdline`)
  return text ? text.replace(/\0$/, '').split('\0') : undefined
}

/** The working directory where the system tells it (Linux, same user or root). */
export function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}

function startedAtLinux(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`)
  // The second field is the program's name in brackets and may itself hold spaces and brackets.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined
  return `${bootId()}:${fields[19]}`
}

let bootIdRead: string | undefined

function bootId(): string {
  return (bootIdRead ??= read('/proc/sys/kernel/random/boot_id')?.trim() ?? '')
}

function startedAtPs(pid: number): string | undefined {
  return ps(pid, 'state')?.startsWith('Z') ? undefined : ps(pid, 'lstart')
}

function ps(pid: number, column: string): string | undefined {
  try {
    return execFileSync('ps', ['-p', String(pid), '-o', `${column}=`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
