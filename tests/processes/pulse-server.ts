/** A server process with the test system beside those of this build; told by its environment like any other. */
import { consoleLog } from '../../server/log.ts'
import { startServer } from '../../server/start.ts'
import { loadDemo } from '../../server/demo.ts'
import { systems } from '../../systems/registry.generated.ts'
import { pulse } from './pulse-system.ts'

const dataDir = process.env['ONEVISIT_DATA']!
const server = await startServer({
  env: process.env, dataDir, port: Number(process.env['PORT'] ?? 0), log: consoleLog('warn'), demo: true,
  systems: [...systems, pulse], prepare: platform => loadDemo(platform, dataDir),
})
process.once('SIGTERM', () => void server.close().then(() => process.exit(0)))
process.stdout.write(`OneVisit ready at ${server.url}\n`)
