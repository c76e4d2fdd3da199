/**
 * Streams a CSV file, plain or gzipped, line by line. An event log has one event a line, so a row is one line: a
 * quote left open spoils its own row and none of those after it.
 */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { Text } from '../../kernel/text.ts'

/** A file that cannot be read as an event log at all; `message` is one line. */
export class EventLogError extends Error {
  readonly detail: Text

  constructor(detail: Text, cause?: unknown) {
    super(detail.en, { cause })
    this.name = 'EventLogError'
    this.detail = detail
  }
}

export interface CsvLine {
  /** Counted from 1. */
  readonly line: number
  /** `null` where the quotes of the line do not match. */
  readonly cells: readonly string[] | null
}

const BATCH_LINES = 500
/** Characters. A longer "line" is not text with one event a line. */
const MAX_LINE = 65_536

/** @throws EventLogError where the file is absent, unreadable, damaged or not text */
export async function readCsvLines(path: string, each: (line: CsvLine) => void): Promise<void> {
  const { gzipped } = await inspect(path)
  const raw = createReadStream(path)
  const consume = async (chunks: AsyncIterable<unknown>) => { await csvLines(chunks as AsyncIterable<string>, each) }
  try {
    if (gzipped) await pipeline(raw, createGunzip(), decoded, consume)
    else await pipeline(raw, decoded, consume)
  } catch (error) {
    throw error instanceof EventLogError ? error : damaged(path, error)
  }
}

/** The lines of text that comes in chunks. Blank lines are passed over but counted. */
export async function csvLines(chunks: AsyncIterable<string> | Iterable<string>, each: (line: CsvLine) => void): Promise<void> {
  let batch: { line: number; text: string }[] = []
  let line = 0
  let rest = ''
  const take = (text: string) => {
    line++
    const bare = (line === 1 ? text.replace(/^\uFEFF/, '') : text).replace(/\r$/, '')
    if (bare.length > MAX_LINE) throw tooLong(line)
    if (bare.trim() === '') return
    batch.push({ line, text: bare })
    if (batch.length < BATCH_LINES) return
    emit(batch, each)
    batch = []
  }
  for await (const chunk of chunks) {
    const texts = (rest + chunk).split('\n')
    rest = texts.pop()!
    texts.forEach(take)
    if (rest.length > MAX_LINE) throw tooLong(line + 1)
  }
  if (rest !== '') take(rest)
  emit(batch, each)
}

/** A batch is parsed at once; where a quote ran over a line's end, or was out of place, line by line. */
function emit(batch: readonly { line: number; text: string }[], each: (line: CsvLine) => void): void {
  const together = cellsOf(batch.map(one => one.text).join('\n'))
  const whole = together !== null && together.length === batch.length
  batch.forEach(({ line, text }, i) => each({ line, cells: whole ? together[i]! : cellsOf(text)?.[0] ?? null }))
}

function cellsOf(csv: string): readonly (readonly string[])[] | null {
  try {
    return parse(csv, { record_delimiter: '\n', relax_column_count: true }) as string[][]
  } catch {
    return null
  }
}

/** Bytes that are not UTF-8 become U+FFFD, which the reader of the rows refuses with the line's number. */
async function* decoded(bytes: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

async function inspect(path: string): Promise<{ readonly gzipped: boolean }> {
  try {
    const file = await open(path)
    try {
      if (!(await file.stat()).isFile()) throw new EventLogError({ zh: `${path} 不是文件`, en: `${path} is not a file` })
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
      if (bytesRead === 0) throw new EventLogError({ zh: `${path} 是空文件`, en: `${path} is empty` })
      const gzipped = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
      if (path.endsWith('.gz') && !gzipped) throw new EventLogError({ zh: `${path} 名为 .gz，内容却不是 gzip 数据`, en: `${path} is named .gz but does not hold gzip data` })
      return { gzipped }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw error instanceof EventLogError ? error : unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): EventLogError {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return new EventLogError({ zh: `没有文件 ${path}`, en: `there is no file ${path}` }, error)
  if (code === 'EACCES' || code === 'EPERM') return new EventLogError({ zh: `无权读取 ${path}`, en: `${path} may not be read` }, error)
  return new EventLogError({ zh: `无法打开 ${path}（${code ?? '未知原因'}）`, en: `${path} cannot be opened (${code ?? 'unknown cause'})` }, error)
}

function damaged(path: string, error: unknown): EventLogError {
  const cause = error instanceof Error ? error.message : String(error)
  return new EventLogError({ zh: `${path} 已损坏或不完整（${cause}）`, en: `${path} is damaged or cut short (${cause})` }, error)
}

function tooLong(line: number): EventLogError {
  return new EventLogError({ zh: `第 ${line} 行超过 ${MAX_LINE} 个字符，不是事件日志`, en: `line ${line} is longer than ${MAX_LINE} characters; this is not an event log` })
}

