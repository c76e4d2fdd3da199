/**
 * Keeps what the city declared last time, so that a changed definition cannot strand cases: those in a renamed state are
 * carried over with their to-dos and timers, and a state that is gone otherwise must be empty.
 */
import { Problem } from '../kernel/errors/problem.ts'
import type { CaseEntry, City } from './city.ts'
import type { Db, Queryable } from './database/pool.ts'

/** @throws Problem `definition-invalid` when cases stand in a state that is gone and was not renamed */
export async function acceptDefinitions(db: Db, city: City): Promise<void> {
  const known = await readStates(db)
  const changed = [...city.cases.values()].filter(entry => !isKnown(entry, known))
  if (changed.length === 0) return
  await db.transaction(async tx => {
    await tx.queryOnce(`select pg_advisory_xact_lock(hashtext('onevisit.definitions'))`)
    const latest = await readStates(tx)
    for (const entry of changed) {
      const gone = (latest.get(entry.ref) ?? []).filter(state => !Object.hasOwn(entry.type.states, state))
      for (const [to, from] of Object.entries(entry.type.renamedStates ?? {})) if (gone.includes(from)) await carryOver(tx, entry, from, to)
      await refuseStranded(tx, entry, gone)
      await tx.query('definitions-write', 'insert into onevisit.setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value', [settingOf(entry), JSON.stringify(Object.keys(entry.type.states))])
    }
  })
}

function settingOf(entry: CaseEntry): string {
  return `states:${entry.ref}`
}

async function readStates(db: Queryable): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await db.query<{ name: string; value: readonly string[] }>('definitions-read', `select name, value from onevisit.setting where name like 'states:%'`, [])
  return new Map(rows.map(row => [row.name.slice('states:'.length), row.value]))
}

function isKnown(entry: CaseEntry, known: ReadonlyMap<string, readonly string[]>): boolean {
  const states = known.get(entry.ref) ?? []
  return states.length === Object.keys(entry.type.states).length && states.every(state => Object.hasOwn(entry.type.states, state))
}

/** Keys of to-dos and timers begin with the state, up to a track (`&`) or the rest of the key (`/`). */
async function carryOver(tx: Queryable, { system, name }: CaseEntry, from: string, to: string): Promise<void> {
  const values = [system, name, from, to]
  await tx.query('states-inbox', `update onevisit.inbox set case_state = $4, key = $4 || substr(key, length($3) + 1) where state = 'open' and system = $1 and type = $2 and case_state = $3`, values)
  await tx.query('states-timers', `update onevisit.timer t set key = $4 || substr(key, length($3) + 1) from onevisit.cases c
    where c.system = $1 and c.type = $2 and c.state = $3 and t.number = c.number and (starts_with(t.key, $3 || '/') or starts_with(t.key, $3 || '&')) and t.kind in ('move', 'remind', 'escalate')`, values)
  await tx.query('states-cases', 'update onevisit.cases set state = $4 where system = $1 and type = $2 and state = $3', values)
}

async function refuseStranded(tx: Queryable, entry: CaseEntry, gone: readonly string[]): Promise<void> {
  if (gone.length === 0) return
  const { rows } = await tx.query<{ state: string; n: number }>('definitions-stranded', 'select state, count(*)::int as n from onevisit.cases where system = $1 and type = $2 and state = any($3) group by state order by state', [entry.system, entry.name, gone])
  if (rows.length === 0) return
  const list = rows.map(row => `${row.n} in '${row.state}'`).join(', ')
  throw new Problem('definition-invalid', { detail: `${entry.ref}: cases stand in states that are gone (${list}); name each in renamedStates or keep it` })
}

/** The vault's key must be the one the data were sealed with. @throws Problem `definition-invalid` */
export async function acceptVault(db: Db, check: string): Promise<void> {
  await db.query('vault-store', `insert into onevisit.setting (name, value) values ('vault-check', to_jsonb($1::text)) on conflict (name) do nothing`, [check])
  const { rows } = await db.query<{ value: string }>('vault-check', `select value from onevisit.setting where name = 'vault-check'`, [])
  if (rows[0]!.value !== check) throw new Problem('definition-invalid', { detail: 'the key file under the data directory is not the one this database was written with; restore keys/vault.key' })
}
