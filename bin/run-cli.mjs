// Runs the command line in this very process, so that signals reach it and its exit is ours.
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './install.mjs'
import { requireSupportedNode } from './node-version.mjs'

/** `cli/main.ts` reads its arguments from `process.argv`, as if Node had been given that file. */
export async function runCli(args) {
  requireSupportedNode()
  try {
    ensureInstalled()
  } catch (error) {
    console.error(`onevisit: ${error.message}`)
    process.exit(1)
  }
  const main = new URL('../cli/main.ts', import.meta.url)
  process.argv = [process.argv[0], fileURLToPath(main), ...args]
  const { register } = await import('tsx/esm/api')
  register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) })
  await import(main.href)
}
