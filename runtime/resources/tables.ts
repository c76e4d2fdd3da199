/**
 * Makes the partitions of the platform's tables for each system, and the typed tables of its resources: what is lacking
 * is added, a column is renamed where its field says so, and anything else is refused. Nothing is locked that stays.
 */
import { Problem } from '../../kernel/errors/problem.ts'
import type { Field } from '../../kernel/field.ts'
import type { City, ResourceEntry } from '../city.ts'
import { schemaOf } from '../city.ts'
import type { Db, Queryable } from '../database/pool.ts'
import { bounded, columnsOf, quoted, snake, tableOf, type Column } from './columns.ts'

/** Brings the database to what the city declares. Safe to run in several processes at once. @throws Problem `definition-invalid` */
export async function layTables(db: Db, city: City): Promise<void> {
  await db.transaction(async tx => {
    await tx.queryOnce(`select pg_advisory_xact_lock(hashtext('onevisit.tables'))`)
    const laid = await readLaid(tx, city)
    const statements = [...city.systems.flatMap(system => partitionsOf(system.id, laid)), ...[...city.resources.values()].flatMap(entry => tableStatements(entry, laid))]
    if (statements.length > 0) await tx.script(statements.join(';\n'))
  })
}

interface LaidColumn {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly key: boolean
}

interface Laid {
  /** `"schema"."table"` → its columns. */
  readonly tables: ReadonlyMap<string, readonly LaidColumn[]>
  /** Indexes and partitions, `schema.name`. */
  readonly relations: ReadonlySet<string>
}

async function readLaid(tx: Queryable, city: City): Promise<Laid> {
  const schemas = ['onevisit', ...city.systems.map(system => schemaOf(system.id))]
  const { rows: columns } = await tx.queryOnce<{ schema: string; table: string; column: string; type: string; key: boolean }>(
    `select n.nspname as schema, c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, coalesce(a.attnum = any(p.conkey), false) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_constraint p on p.conrelid = c.oid and p.contype = 'p' where n.nspname = any($1) and n.nspname <> 'onevisit' and c.relkind = 'r'`, [schemas])
  const { rows: relations } = await tx.queryOnce<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and (c.relkind = 'i' or c.relispartition)`, [schemas])
  const tables = new Map<string, LaidColumn[]>()
  for (const { schema, ...column } of columns) {
    const table = `${quoted(schema)}.${quoted(column.table)}`
    tables.set(table, [...tables.get(table) ?? [], column])
  }
  return { tables, relations: new Set(relations.map(({ name }) => name)) }
}

function partitionsOf(system: string, laid: Laid): readonly string[] {
  return ['cases', 'events'].filter(table => !laid.relations.has(`onevisit.${table}_${schemaOf(system)}`))
    .map(table => `create table onevisit.${table}_${schemaOf(system)} partition of onevisit.${table} for values in ('${system}')`)
}

function tableStatements(entry: ResourceEntry, laid: Laid): readonly string[] {
  const known = laid.tables.get(tableOf(entry))
  const columns = columnsOf(entry)
  return [...known === undefined ? [newTable(entry, columns)] : changes(entry, columns, known), ...indexes(entry, laid)]
}

function newTable(entry: ResourceEntry, columns: readonly Column[]): string {
  const key = columns.filter(column => column.key).map(column => quoted(column.name))
  return `create schema if not exists ${quoted(schemaOf(entry.system))};
    create table ${tableOf(entry)} (${columns.map(column => `${quoted(column.name)} ${column.type}${column.key ? ' not null' : ''}`).join(', ')}, _at timestamptz not null, _trace uuid not null, primary key (${key.join(', ')}))`
}

function changes(entry: ResourceEntry, columns: readonly Column[], known: readonly LaidColumn[]): readonly string[] {
  const fields = entry.resource.fields as Readonly<Record<string, Field>>
  const former = new Map(columns.flatMap(column => {
    const from = fields[column.field]!.renamedFrom
    const isThere = (name: string) => known.some(one => one.column === name)
    return from !== undefined && isThere(snake(from)) && !isThere(column.name) ? [[column.name, snake(from)] as const] : []
  }))
  const laidOf = (column: Column) => known.find(one => one.column === (former.get(column.name) ?? column.name))
  requireSameKey(entry, columns, known, former)
  return columns.flatMap(column => {
    const laid = laidOf(column)
    if (laid === undefined) return [`alter table ${tableOf(entry)} add column ${quoted(column.name)} ${column.type}`]
    if (laid.type !== (FORMAL_NAMES[column.type] ?? column.type)) {
      throw new Problem('definition-invalid', { detail: `${entry.ref}.${column.field}: its column holds ${laid.type}, and the definition now needs ${column.type}; give the field a new name and move the data in a migration` })
    }
    return laid.column === column.name ? [] : [`alter table ${tableOf(entry)} rename column ${quoted(laid.column)} to ${quoted(column.name)}`]
  })
}

/** As `format_type` writes them. */
const FORMAL_NAMES: Readonly<Record<string, string>> = { timestamptz: 'timestamp with time zone' }

function requireSameKey(entry: ResourceEntry, columns: readonly Column[], known: readonly LaidColumn[], former: ReadonlyMap<string, string>): void {
  const declared = columns.filter(column => column.key).map(column => former.get(column.name) ?? column.name).sort()
  const laid = known.filter(column => column.key).map(({ column }) => column).sort()
  if (declared.join() !== laid.join()) throw new Problem('definition-invalid', { detail: `${entry.ref}.key: the table's key is ${laid.join(', ')}; another key is another resource` })
}

function indexes(entry: ResourceEntry, laid: Laid): readonly string[] {
  return (entry.resource.indexed ?? [] as readonly string[]).flatMap((field: string) => {
    const name = bounded(`${snake(entry.name)}_by_${snake(field)}`)
    return laid.relations.has(`${schemaOf(entry.system)}.${name}`) ? [] : [`create index ${quoted(name)} on ${tableOf(entry)} (${quoted(snake(field))})`]
  })
}
