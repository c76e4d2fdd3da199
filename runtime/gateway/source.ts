/** Where a resource's rows come from: its own typed table, or a department's database. */
import pg from 'pg'
import type { ResourceEntry } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { typeParsers } from '../database/type-parsers.ts'
import { columnsOf, quoted, snake, tableOf } from '../resources/columns.ts'

export interface SourceRow {
  readonly values: Readonly<Record<string, unknown>>
  readonly asOf: string
}

export interface Source {
  /** The platform's own table, whose failure is the platform's. */
  readonly isPlatform?: true
  /** Rows by key; a key without a row is absent. @throws when the source cannot answer */
  read(keys: readonly string[], fields: readonly string[]): Promise<ReadonlyMap<string, SourceRow>>
  /** What to tell a steward of a failure; holds no values. */
  explain(error: unknown): string
  /** `identity`: it knows people and organisations by identity number, not by our pseudonymous ids. */
  readonly keyedBy?: 'identity'
}

/** What is logged of a read. */
export interface Use {
  readonly resource: string
  readonly purpose: string
  readonly number: string | null
  readonly actor: string | null
  readonly actorKind: string
  readonly trace: string
  readonly now: string
}

/** The platform's own table: the read and its log row are one statement. The resource has one key field. */
export function tableSource(db: Db, entry: ResourceEntry, use: Use): Source {
  const key = columnsOf(entry).find(column => column.key)!
  return {
    isPlatform: true,
    async read(keys, fields) {
      const names = fields.map(snake)
      const text = `with found as (select ${quoted(key.name)}::text as _key, _at${names.map((name, i) => `, ${quoted(name)} as _${i}`).join('')} from ${tableOf(entry)} where ${quoted(key.name)} = any($1::${key.type}[])),
        used as (insert into onevisit.data_use (at, resource, subjects, fields, purpose, number, actor, actor_kind, answers, trace)
          select $2::timestamptz, $3::text, $4::uuid[], $5::jsonb, $6::text, $7::text, $8::uuid, $9::text,
            (select jsonb_agg(case when f._key is null then 'none' else 'found' end order by k.n) from unnest($1::text[]) with ordinality k(key, n) left join found f on f._key = k.key), $10::uuid)
        select * from found`
      const { rows } = await db.query<Record<string, unknown>>(`ask-${entry.ref}`, text,
        [keys, use.now, use.resource, keys.filter(isUuid), JSON.stringify(fields), use.purpose, use.number, use.actor, use.actorKind, use.trace])
      return new Map(rows.map(row => [String(row['_key']), { values: Object.fromEntries(fields.map((field, i) => [field, row[`_${i}`]])), asOf: String(row['_at']) }]))
    },
    explain: () => 'the platform database did not answer',
  }
}

export function isUuid(key: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(key)
}

export interface DepartmentTable {
  readonly connectionString: string
  /** `schema.table` or a view that the department grants. */
  readonly table: string
  readonly key: string
  /** What the key column holds: our keys, or the identity numbers of the subjects that we ask for. */
  readonly keyedBy?: 'identity'
  /** Our field → their column. */
  readonly columns: Readonly<Record<string, string>>
  /** For connecting and for answering, milliseconds each; 2 s unless given. */
  readonly timeoutMs?: number
}

/** A department's PostgreSQL, read only. Names come from configuration by the city's engineers and are quoted. */
export function departmentSource(table: DepartmentTable): Source & { close(): Promise<void> } {
  const timeout = table.timeoutMs ?? 2_000
  const pool = new pg.Pool({
    connectionString: table.connectionString, max: 4, connectionTimeoutMillis: timeout, statement_timeout: timeout, query_timeout: timeout * 2,
    application_name: 'onevisit-gateway', options: '-c TimeZone=UTC -c DateStyle=ISO -c default_transaction_read_only=on', types: typeParsers,
  })
  pool.on('error', () => undefined)
  pool.on('connect', client => void client.on('error', () => undefined))
  const place = (name: string) => name.split('.').map(quoted).join('.')
  return {
    ...(table.keyedBy ? { keyedBy: table.keyedBy } : {}),
    async read(keys, fields) {
      const columns = fields.map((field, i) => `, ${quoted(table.columns[field] ?? field)} as _${i}`)
      const { rows } = await pool.query<Record<string, unknown>>(`select ${quoted(table.key)}::text as _key, now() as _at${columns.join('')} from ${place(table.table)} where ${quoted(table.key)}::text = any($1::text[])`, [keys])
      return new Map(rows.map(row => [String(row['_key']), { values: Object.fromEntries(fields.map((field, i) => [field, row[`_${i}`]])), asOf: String(row['_at']) }]))
    },
    explain: error => `the department's database did not answer (${(error as { code?: string }).code ?? 'no answer in time'})`,
    close: () => pool.end(),
  }
}
