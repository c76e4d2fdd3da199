/** Starts the server and waits; its last line, when ready, says where. */
import { loadDemo } from '../../server/demo.ts'
import { startServer } from '../../server/start.ts'
import { consoleLog } from '../../server/log.ts'
import { CommandFailed } from '../failure.ts'
import { dataDirOf } from '../client.ts'

export async function runStart(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const port = Number(env['PORT'] ?? '8080')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new CommandFailed(`PORT is not a port: '${env['PORT']}'`)
  const demo = env['ONEVISIT_DEMO'] !== '0'
  const dataDir = dataDirOf(env)
  const log = consoleLog(env['ONEVISIT_LOG'] ?? 'warn')
  const server = await startServer({ env, dataDir, host: env['HOST'] ?? '127.0.0.1', port, log, demo, prepare: platform => demo ? loadDemo(platform, dataDir) : Promise.resolve() })
    .catch((error: Error & { code?: string }) => { throw new CommandFailed(error.code === 'EADDRINUSE' ? `port ${port} is taken; set PORT to a free one` : error.message, 1) })
  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'stopping')
    server.close().then(() => process.exit(0), (error: Error) => { process.stderr.write(`onevisit: ${error.message}\n`); process.exit(1) })
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.stdout.write(`OneVisit ready at ${server.url}\n`)
}
