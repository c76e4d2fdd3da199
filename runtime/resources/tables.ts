/** Makes the partitions of the platform's tables for each system, and the typed tables of its resources. Additive only. */
import type { City, ResourceEntry } from '../city.ts'
import { schemaOf } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { columnsOf, snake, tableOf } from './columns.ts'

/** Brings the database to what the city declares. Safe to run in several processes at once. */
export async function layTables(db: Db, city: City): Promise<void> {
  const statements = [...city.systems.flatMap(system => partitionsOf(system.id)), ...[...city.resources.values()].flatMap(tableStatements)]
  if (statements.length === 0) return
  await db.transaction(async tx => {
    await tx.queryOnce(`select pg_advisory_xact_lock(hashtext('onevisit.tables'))`)
    await tx.script(statements.join(';\n'))
  })
}

function partitionsOf(system: string): readonly string[] {
  return ['cases', 'events'].map(table => `create table if not exists onevisit.${table}_${schemaOf(system)} partition of onevisit.${table} for values in ('${system}')`)
}

function tableStatements(entry: ResourceEntry): readonly string[] {
  const columns = columnsOf(entry)
  const key = columns.filter(column => column.key).map(column => column.name)
  const table = tableOf(entry)
  return [
    `create schema if not exists "${schemaOf(entry.system)}"`,
    `create table if not exists ${table} (${columns.map(column => `${column.name} ${column.type}${column.key ? ' not null' : ''}`).join(', ')}, _at timestamptz not null, _trace uuid not null, primary key (${key.join(', ')}))`,
    ...columns.filter(column => !column.key).map(column => `alter table ${table} add column if not exists ${column.name} ${column.type}`),
    ...(entry.resource.indexed ?? []).map(field => `create index if not exists ${snake(entry.name)}_by_${snake(field)} on ${table} (${snake(field)})`),
  ]
}
