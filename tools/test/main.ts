// `npm test`: checker, compiler, tests and ladder, one after another, and one line that sums them.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { readReport } from '../ladder/report.ts'
import type { Report } from '../ladder/report.ts'
import { checkStep, exitCode, lastLine, skippedStep, vitestStep, wholeStep } from './summary.ts'
import type { Exit, Step } from './summary.ts'

const root = resolve(import.meta.dirname, '../..')
const reportFile = join(root, 'node_modules/.cache/test-report.json')

/** Settings of a running city, and of whoever started us, that would leak into tests. A database or stream server may be chosen. */
const unwanted = /^(?:ONEVISIT_.*|PORT|HOST|MQTT_PORT|NODE_ENV|VITEST.*)$/

/** Runs everything; `args` go to vitest. Returns the exit code; the sum is the last line printed. */
export async function testAll(args: readonly string[]): Promise<number> {
  const steps: Step[] = []
  const step = async (run: () => Promise<Step>): Promise<void> => void steps.push(await run())
  await step(() => check('check', []))
  await step(async () => wholeStep('tsc', await heading('tsc', () => node(['node_modules/typescript/bin/tsc', '--noEmit']))))
  await step(() => vitest(args))
  await step(async () => args.length > 0
    ? skippedStep('ladder', 'not compared with the test report, for only part of the tests was asked for')
    : check('ladder', ['--rule', 'ladder', '--report', reportFile]))
  console.log(`\n${[...told('skipped', steps.flatMap((one) => one.skips)), ...told('failed', steps.flatMap((one) => one.failures))].join('\n')}`)
  console.log(lastLine(steps))
  return exitCode(steps)
}

async function check(name: string, options: readonly string[]): Promise<Step> {
  let output = ''
  const exit = await heading(name, () => node(['--import', 'tsx', 'tools/check/main.ts', '--json', ...options], (text) => (output += text)))
  const result = checkStep(name, exit, output)
  for (const line of findingsIn(output)) console.log(line)
  return result
}

async function vitest(args: readonly string[]): Promise<Step> {
  rmSync(reportFile, { force: true })
  const reporters = ['--reporter=default', '--reporter=./tools/test/reporter.ts']
  const exit = await heading('vitest', () => node(['node_modules/vitest/vitest.mjs', 'run', '--allowOnly=false', ...reporters, ...args]))
  return vitestStep('vitest', exit, report())
}

/** Runs Node in the repository. Resolves with null when it could not start or a signal ended it. */
function node(args: readonly string[], collect?: (text: string) => void): Promise<Exit> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: root, env: environment(), stdio: ['ignore', collect ? 'pipe' : 'inherit', 'inherit'] })
    let stopped = false
    const pass = (signal: NodeJS.Signals): void => {
      stopped = true
      child.kill(signal)
    }
    const end = (exit: Exit): void => {
      process.off('SIGTERM', pass).off('SIGINT', pass)
      if (stopped) process.exit(130)
      done(exit)
    }
    process.on('SIGTERM', pass).on('SIGINT', pass)
    child.stdout?.setEncoding('utf8').on('data', (text: string) => collect?.(text))
    child.on('error', (error) => {
      console.log(String(error))
      end(null)
    })
    child.on('close', end)
  })
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !unwanted.test(name))
  return { ...Object.fromEntries(kept), ONEVISIT_TEST_REPORT: reportFile }
}

function report(): Report | undefined {
  try {
    const read = readReport(JSON.parse(readFileSync(reportFile, 'utf8')))
    const short = (file: string): string => relative(root, file).replaceAll('\\', '/')
    return { ...read, files: read.files.map((file) => ({ ...file, file: short(file.file), tests: file.tests.map((test) => ({ ...test, file: short(test.file) })) })) }
  } catch (error) {
    console.log(`vitest left no report: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

async function heading(name: string, run: () => Promise<Exit>): Promise<Exit> {
  console.log(`\n── ${name}`)
  return run()
}

function findingsIn(output: string): string[] {
  try {
    const { findings } = JSON.parse(output) as { findings: { rule: string; path: string; line?: number; message: string }[] }
    return findings.map(({ rule, path, line, message }) => `${path}${line === undefined ? '' : `:${line}`} ${rule}: ${message}`)
  } catch {
    return output.trim() === '' ? [] : [output.trim()]
  }
}

function told(what: string, lines: readonly string[]): string[] {
  return lines.map((line) => `${what}: ${line}`)
}
