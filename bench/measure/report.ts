/** The printed report: what ran where, each figure, and whether the aim holds. Progress goes to standard error. */
import { execFileSync } from 'node:child_process'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Queryable } from '../../runtime/database/pool.ts'

/** Settings that change what a commit or a page costs. */
const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_level', 'wal_sync_method', 'shared_buffers', 'work_mem', 'max_wal_size', 'random_page_cost', 'jit']

export function line(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function progress(text: string): void {
  process.stderr.write(`… ${text}\n`)
}

export function heading(title: string, command: string): void {
  line(`# ${title}`)
  line()
  line(`command   ${command}`)
  line(`date      ${new Date().toISOString()}`)
  line(`machine   ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${release()}; load ${loadavg().map(one => one.toFixed(1)).join(' ')} before the run`)
  line(`release   ${revision()}, Node ${process.versions.node}`)
}

export async function databaseFacts(db: Queryable): Promise<void> {
  const { rows } = await db.queryOnce<{ name: string; value: string }>('select name, current_setting(name) as value from unnest($1::text[]) name', [SETTINGS])
  line(`database  PostgreSQL ${rows.map(({ name, value }) => name === 'server_version' ? value : `${name}=${value}`).join(', ')}`)
}

export interface Aim {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly least?: number
  readonly most?: number
}

/** An aim that is missed is said in the same plain words as one that holds. */
export function judge(aims: readonly Aim[]): void {
  line()
  line('Aims')
  for (const { what, value, unit, least, most } of aims) {
    const holds = (least === undefined || value >= least) && (most === undefined || value <= most)
    line(`  ${holds ? 'holds ' : 'MISSED'}  ${what}: ${number(value)}${unit} (aim ${least === undefined ? `at most ${most}` : `at least ${least}`}${unit})`)
  }
}

/** Right-aligned columns under their heads; the first column is left-aligned. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map(row => (row[i] ?? '').length)))
  const show = (cells: readonly string[]) => line(`  ${cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)).join('  ')}`.trimEnd())
  show(heads)
  for (const row of rows) show(row)
}

/** Three significant figures at most after the point, thousands apart. */
export function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

function revision(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: fileURLToPath(new URL('../..', import.meta.url)), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with uncommitted changes'}`
  } catch {
    return 'not a git checkout'
  }
}
