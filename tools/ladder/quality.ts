// The quality ladder: its items, the shape of a system's quality.yaml, and the rung that follows from it.
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

export const rungs = ['works', 'solid', 'leading'] as const
export type Rung = (typeof rungs)[number]

/** What each rung asks for. docs/quality-ladder.md says what each item means. */
export const items = {
  works: [
    'essential-job', 'clause-coverage', 'journey', 'bad-inputs', 'access', 'catalogue-exchange',
    'indicators', 'bilingual', 'demo-data', 'face', 'readme',
  ],
  solid: ['dated-rules', 'oracle', 'properties', 'screen'],
  leading: ['standard-client', 'city-scale'],
} as const satisfies Record<Rung, readonly string[]>

/** What no system can do without. */
const neverExempt: readonly string[] = ['essential-job', 'access', 'bilingual', 'readme']

export type Status =
  | { readonly state: 'todo' }
  | { readonly state: 'done'; readonly tests: readonly string[] }
  | { readonly state: 'exempt'; readonly reason: string }

export interface Entry {
  readonly rung: Rung
  readonly item: string
  readonly status: Status
  /** 1-based line in quality.yaml. */
  readonly line: number
}

export interface Fault {
  readonly line?: number
  readonly message: string
}

export interface Quality {
  readonly entries: readonly Entry[]
  readonly faults: readonly Fault[]
}

/** The tag with which the title of a test for an item begins. */
export function tagOf(system: string, item: string): string {
  return `[${system} ${item}]`
}

/** The highest rung whose items, and those of the rungs below, are all done or exempt. */
export function rungOf(quality: Quality): Rung | 'none' {
  if (quality.faults.length > 0) return 'none'
  let reached: Rung | 'none' = 'none'
  for (const rung of rungs) {
    if (quality.entries.some((entry) => entry.rung === rung && entry.status.state === 'todo')) return reached
    reached = rung
  }
  return reached
}

/** Reads and validates the quality.yaml of one system. Faults are plain sentences; entries hold what could be read. */
export function parseQuality(system: string, text: string): Quality {
  const counter = new LineCounter()
  const doc = parseDocument(text, { lineCounter: counter, uniqueKeys: true })
  const line = (node: unknown): number => counter.linePos((node as Node | null)?.range?.[0] ?? 0).line
  if (doc.errors.length > 0) {
    return { entries: [], faults: doc.errors.map((error) => ({ line: error.linePos?.[0].line ?? 1, message: `no valid YAML: ${firstLine(error.message)}` })) }
  }
  return readRungs(system, doc, line)
}

function readRungs(system: string, doc: Document, line: (node: unknown) => number): Quality {
  const entries: Entry[] = []
  const faults: Fault[] = []
  if (!isMap(doc.contents)) return { entries, faults: [{ line: 1, message: `must be a map with the keys ${rungs.join(', ')}` }] }

  for (const { key } of doc.contents.items) {
    if (rungs.some((rung) => rung === nameOf(key))) continue
    const hint = nameOf(key) === 'rung' ? 'is computed; remove it' : `is no rung; rungs are ${rungs.join(', ')}`
    faults.push({ line: line(key), message: `'${nameOf(key)}' ${hint}` })
  }
  for (const rung of rungs) {
    const section = doc.contents.get(rung, true) as unknown
    if (!isMap(section)) {
      faults.push({ message: `'${rung}' is missing or no map; list its items: ${items[rung].join(', ')}` })
      continue
    }
    const known: readonly string[] = items[rung]
    for (const { key, value } of section.items) {
      const item = nameOf(key)
      const at = line(key)
      if (!known.includes(item)) {
        faults.push({ line: at, message: `'${item}' is no item of ${rung}; items are ${known.join(', ')}` })
        continue
      }
      const status = readStatus(system, item, (value as Node | null)?.toJS(doc) ?? null)
      if ('message' in status) faults.push({ line: at, message: `${rung}.${item}: ${status.message}` })
      else entries.push({ rung, item, status, line: at })
    }
    const listed = new Set(section.items.map(({ key }) => nameOf(key)))
    for (const item of known) if (!listed.has(item)) faults.push({ line: line(section), message: `${rung}.${item} is missing; write '${item}: todo' until a test shows it` })
  }
  return { entries, faults }
}

function readStatus(system: string, item: string, value: unknown): Status | { message: string } {
  if (value === 'todo') return { state: 'todo' }
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 1) {
    const { done, exempt } = value as { done?: unknown; exempt?: unknown }
    if (done !== undefined) return readDone(system, item, done)
    if (exempt !== undefined) return readExempt(item, exempt)
  }
  return { message: "must be 'todo', 'done: <title of its test>' (or a list of titles) or 'exempt: <reason>'" }
}

function readDone(system: string, item: string, done: unknown): Status | { message: string } {
  const tests: unknown[] = Array.isArray(done) ? done : [done]
  const tag = tagOf(system, item)
  if (tests.length === 0) return { message: 'done names no test' }
  for (const test of tests) {
    if (typeof test !== 'string') return { message: 'done must name tests by their titles, in quotes' }
    if (!test.startsWith(`${tag} `) || test.trim().length <= tag.length) return { message: `test '${test}' must begin with '${tag} ' and say what it shows` }
  }
  return { state: 'done', tests: tests as string[] }
}

function readExempt(item: string, reason: unknown): Status | { message: string } {
  if (neverExempt.includes(item)) return { message: 'no system is exempt from this; write todo or done' }
  if (typeof reason !== 'string' || reason.trim().length < 10) return { message: 'exempt needs a reason in words' }
  return { state: 'exempt', reason: reason.trim() }
}

function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
