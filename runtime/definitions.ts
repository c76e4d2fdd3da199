/** Keeps what the city declared last time, so that a changed definition cannot strand live cases. */
import { Problem } from '../kernel/errors/problem.ts'
import type { CaseEntry, City } from './city.ts'
import type { Db } from './database/pool.ts'

/** @throws Problem `definition-invalid` when live cases stand in a state that is gone and was not renamed */
export async function acceptDefinitions(db: Db, city: City): Promise<void> {
  const { rows } = await db.query<{ name: string; value: readonly string[] }>('definitions-read', `select name, value from onevisit.setting where name like 'states:%'`, [])
  const known = new Map(rows.map(row => [row.name, row.value]))
  for (const entry of city.cases.values()) {
    const name = `states:${entry.ref}`
    const states = Object.keys(entry.type.states)
    const gone = (known.get(name) ?? []).filter(state => !states.includes(state))
    if (gone.length > 0) await refuseStranded(db, entry, gone)
    if (gone.length === 0 && known.get(name)?.length === states.length) continue
    await db.query('definitions-write', 'insert into onevisit.setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value', [name, JSON.stringify(states)])
  }
}

async function refuseStranded(db: Db, entry: CaseEntry, gone: readonly string[]): Promise<void> {
  const carried = Object.values(entry.type.renamedStates ?? {})
  const { rows } = await db.query<{ state: string; n: number }>('definitions-stranded', 'select state, count(*)::int as n from onevisit.cases where system = $1 and type = $2 and state = any($3) group by state',
    [entry.system, entry.name, gone.filter(state => !carried.includes(state))])
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
