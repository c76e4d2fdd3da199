#!/usr/bin/env node
// `npm start`: installs what is missing and starts the server.
import { runCli } from './run-cli.mjs'

await runCli(['start', ...process.argv.slice(2)])
