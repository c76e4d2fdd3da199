/** Tab-separated tables with a head of `# key: value` lines; read and written here. */
import { readFileSync } from 'node:fs'

export interface TableFile {
  readonly head: Readonly<Record<string, string>>
  readonly rows: readonly (readonly string[])[]
}

export function readTable(url: URL): TableFile {
  return parseTable(readFileSync(url, 'utf8'))
}

export function parseTable(text: string): TableFile {
  const head: Record<string, string> = {}
  const rows: string[][] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) {
      const [, key, value] = /^# ([a-z]+): (.*)$/i.exec(line) ?? []
      if (key !== undefined) head[key] = value ?? ''
    } else if (line !== '') rows.push(line.split('\t'))
  }
  return { head, rows }
}

/** Trailing empty cells are dropped. */
export function formatTable(table: TableFile): string {
  const head = Object.entries(table.head).map(([key, value]) => `# ${key}: ${value}`)
  const rows = table.rows.map((row) => row.join('\t').replace(/\t+$/, ''))
  return [...head, ...rows, ''].join('\n')
}

/** A required line of the head. @throws Error naming the key */
export function headOf(table: TableFile, key: string): string {
  const value = table.head[key]
  if (value === undefined) throw new Error(`table-file: no '# ${key}: …' in the head`)
  return value
}
