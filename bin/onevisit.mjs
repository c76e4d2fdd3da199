#!/usr/bin/env node
// `npx onevisit`: the command line; installs what is missing first.
import { runCli } from './run-cli.mjs'

await runCli(process.argv.slice(2))
