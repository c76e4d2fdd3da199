// `npm run new:system <id>`: writes the skeleton of a system and brings the registry up to date.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadTree } from '../check/tree.ts'
import { writeOutputs } from '../generate/write.ts'
import { ScaffoldError, scaffold } from './scaffold.ts'
import type { Request } from './scaffold.ts'

const usage = 'Usage: npm run new:system <id> -- [--zh 标题] [--en Title] [--prefix XX] [--policy N一(一)]'
const root = resolve(import.meta.dirname, '../..')

process.exitCode = await main(process.argv.slice(2))

async function main(argv: string[]): Promise<number> {
  try {
    const request = requestOf(argv)
    for (const [path, text] of scaffold(loadTree(root), request)) {
      const file = join(root, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { flag: 'wx' })
      console.log(`wrote ${path}`)
    }
    for (const path of await writeOutputs(root)) console.log(`wrote ${path}`)
    console.log(`Next: describe systems/${request.id}/system.ts, then npm run check. What the rungs ask for: docs/quality-ladder.md`)
    return 0
  } catch (error) {
    if (!(error instanceof ScaffoldError)) throw error
    console.error(`new:system: ${error.message}`)
    return 2
  }
}

function requestOf(argv: string[]): Request {
  const text = { type: 'string' } as const
  let parsed
  try {
    parsed = parseArgs({ args: argv, allowPositionals: true, options: { zh: text, en: text, prefix: text, policy: text } })
  } catch (error) {
    throw new ScaffoldError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
  const [id, ...rest] = parsed.positionals
  // npm keeps `--zh` for itself unless `--` stands before it, and hands its value on as a bare word.
  if (id === undefined || rest.length > 0) throw new ScaffoldError(`${id === undefined ? 'the id is missing' : `what is '${rest.join(' ')}'? Options come after --`}\n${usage}`)
  return { id, ...parsed.values }
}
