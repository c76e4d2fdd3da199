// `npm run check`.
import { checkCommand } from './command.ts'

process.exitCode = await checkCommand(process.argv.slice(2))
