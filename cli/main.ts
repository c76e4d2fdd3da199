/** The `onevisit` command: a table of subcommands; each ends with one clear line and a status of its own. */
import { Command } from 'commander'
import { runAdminCreate } from './commands/admin.ts'
import { runCheck } from './commands/check.ts'
import { runDemo } from './commands/demo.ts'
import { runReplay } from './commands/replay.ts'
import { runStart } from './commands/start.ts'
import { runSystems } from './commands/systems.ts'
import { runWhy } from './commands/why.ts'
import { runBench } from './commands/bench.ts'
import { CommandFailed } from './failure.ts'

const program = new Command('onevisit')
  .description('OneVisit 一次通: the open platform of a city\'s digital government')
  .version('0.1.0')
  .showHelpAfterError('Run `onevisit help` for the commands.')
  .exitOverride()

program.command('start').description('start the server; PORT, HOST, ONEVISIT_DATA, DATABASE_URL, ONEVISIT_DEMO=0')
  .action(() => runStart(process.env))
program.command('demo').description('run the main journey against a running server and print each step with its clocks')
  .option('--url <url>', 'the server (default: http://127.0.0.1:$PORT)').action((options: { url?: string }) => runDemo(options, process.env))
program.command('replay').description('replay a real event log through a case type: replay eventlog FILE')
  .argument('<what>', 'eventlog').argument('<file>', 'CSV, plain or gzipped').option('--cases <n>', 'only the first n cases on the database', '0')
  .action((what: string, file: string, options: { cases: string }) => runReplay(what, file, options, process.env))
program.command('why').description('everything that led to and followed from a case: requests, moves, effects, ledger leaves, messages')
  .argument('<number>', 'case number').option('--lang <language>', 'zh or en', 'en').action((number: string, options: { lang: string }) => runWhy(number, options, process.env))
program.command('check').description('check all definitions: check [matters]').argument('[what]', 'matters')
  .action((what: string | undefined) => runCheck(what))
program.command('systems').description('list the systems and how far each is').option('--json', 'as JSON')
  .action((options: { json?: boolean }) => runSystems(options))
const admin = program.command('admin').description('administrators')
admin.command('create').description('make the first administrator; the password is asked for or read from standard input')
  .argument('<username>').requiredOption('--name <name>', 'name').requiredOption('--id <citizenId>', 'citizen id')
  .action((username: string, options: { name: string; id: string }) => runAdminCreate(username, options, process.env))
program.command('bench').description('run a measured comparison: submit, worklist, start').argument('<name>').allowUnknownOption()
  .action((name: string, _options: unknown, command: Command) => runBench(name, command.args.slice(1)))

try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = statusOf(error)
}

/** Usage faults and bad input end with 2, as do faults of the commands that say so. */
function statusOf(error: unknown): number {
  if (error instanceof CommandFailed) {
    process.stderr.write(`onevisit: ${error.message}\n`)
    return error.status
  }
  const { code, exitCode, message } = error as { code?: string; exitCode?: number; message?: string }
  if (code?.startsWith('commander.')) return exitCode === 0 ? 0 : 2
  process.stderr.write(`onevisit: ${message ?? String(error)}\n`)
  return 1
}
