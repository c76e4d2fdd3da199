// Makes the files of a new system from the templates, or says in one line why it cannot.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemFolders } from '../check/systems.ts'
import type { Tree } from '../check/tree.ts'
import { items, rungs } from '../ladder/quality.ts'

export interface Request {
  readonly id: string
  /** Titles; the English one defaults to the words of the id, the Chinese one to the English. */
  readonly zh?: string
  readonly en?: string
  /** Two to four capital letters that begin case numbers; defaults to initials that are free. */
  readonly prefix?: string
  /** Clause of the policy texts, `N一(一)`. */
  readonly policy?: string
}

/** A request that cannot be met; the message is for the person who made it. */
export class ScaffoldError extends Error {}

const templates = join(import.meta.dirname, 'template')
const emptyNames = /^(?:common|shared|utils?|helpers|types|misc)$/

/** Path → text of the new files. */
export function scaffold(tree: Tree, request: Request): Map<string, string> {
  const { id } = request
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) throw new ScaffoldError(`'${id}' is no system id; use lower-case words joined by hyphens, such as river-patrol`)
  if (id.length > 40) throw new ScaffoldError(`'${id}' is too long for a database schema; 40 letters at most`)
  if (emptyNames.test(id)) throw new ScaffoldError(`'${id}' says nothing about the system; name what it serves`)
  if (systemFolders(tree).includes(id)) throw new ScaffoldError(`systems/${id}/ exists already`)
  const values = placeholders(tree, request)
  const files = readdirSync(templates).filter((name) => name.endsWith('.tmpl')).sort()
  return new Map(files.map((name) => [`systems/${id}/${name.slice(0, -'.tmpl'.length)}`, fill(readFileSync(join(templates, name), 'utf8'), name, values)]))
}

function placeholders(tree: Tree, request: Request): Record<string, string> {
  const { id } = request
  const words = id.split('-')
  const en = request.en ?? capitalised(words.join(' '))
  const zh = request.zh ?? en
  for (const title of [zh, en]) if (/['\\\n`]/.test(title)) throw new ScaffoldError(`a title may not hold quotes, backslashes or line breaks: ${JSON.stringify(title)}`)
  return {
    id, zh, en,
    prefix: prefixFor(tree, request),
    policy: policyOf(request),
    camel: words.map((word, at) => (at === 0 ? word : capitalised(word))).join(''),
    ladder: rungs.map((rung) => `${rung}:\n${items[rung].map((item) => `  ${item}: todo\n`).join('')}`).join('\n').trimEnd(),
  }
}

function prefixFor(tree: Tree, request: Request): string {
  const taken = takenPrefixes(tree)
  if (request.prefix !== undefined) {
    if (!/^[A-Z]{2,4}$/.test(request.prefix)) throw new ScaffoldError(`'${request.prefix}' is no prefix; use two to four capital letters`)
    const holder = taken.get(request.prefix)
    if (holder !== undefined) throw new ScaffoldError(`prefix ${request.prefix} belongs to ${holder}; choose another`)
    return request.prefix
  }
  const free = candidates(request.id).find((prefix) => !taken.has(prefix))
  if (free === undefined) throw new ScaffoldError(`every prefix made of the letters of '${request.id}' is taken; give one by --prefix`)
  return free
}

/** Initials first, then the initials with a further letter of the id. */
function candidates(id: string): string[] {
  const letters = id.replace(/[^a-z]/g, '').toUpperCase()
  const initials = id.split('-').map((word) => word.replace(/[^a-z]/g, '').charAt(0)).join('').toUpperCase().slice(0, 4)
  const start = initials.length >= 2 ? initials : letters.slice(0, 2)
  return [start, ...[...letters].map((letter) => start.slice(0, 3) + letter), ...[...letters].map((letter) => start.slice(0, 1) + letter)]
    .filter((prefix) => /^[A-Z]{2,4}$/.test(prefix))
}

function takenPrefixes(tree: Tree): Map<string, string> {
  const taken = new Map<string, string>()
  for (const id of systemFolders(tree)) {
    const prefix = /\bprefix:\s*['"]([A-Z]+)['"]/.exec(tree.get(`systems/${id}/system.ts`) ?? '')?.[1]
    if (prefix !== undefined) taken.set(prefix, id)
  }
  return taken
}

function policyOf(request: Request): string {
  const policy = request.policy ?? 'N一(一)'
  if (!/^[NZ][一二三四五六七八九十]+([（(][一二三四五六七八九十]+[)）])*\d*$/.test(policy)) throw new ScaffoldError(`'${policy}' is no clause; write it as N一(一) or Z四(二)3`)
  return policy
}

function fill(template: string, name: string, values: Record<string, string>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
    const value = values[key]
    if (value === undefined) throw new Error(`template ${name} names {{${key}}}, which new-system does not know`)
    return value
  })
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
