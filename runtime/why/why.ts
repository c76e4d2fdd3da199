/** Answers why a case stands where it does, from what every request left behind. */
import { Problem } from '../../kernel/errors/problem.ts'
import { isCaseNumber } from '../cases/numbers.ts'
import type { City } from '../city.ts'
import type { Queryable } from '../database/pool.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { assemble } from './assemble.ts'
import { gather } from './gather.ts'
import type { Leaf, Why } from './reasons.ts'

export interface WhyDesk {
  /** Who may ask is the caller's to decide. @throws Problem `case-unknown` */
  why(number: string): Promise<Why>
}

export function openWhy(around: { readonly db: Pick<Queryable, 'query'>; readonly city: Pick<City, 'systemOfNumber' | 'cases'>; readonly ledger: Pick<Ledger, 'checkpoint' | 'inclusion'> }): WhyDesk {
  const { db, city, ledger } = around
  return {
    async why(number) {
      const system = isCaseNumber(number) ? city.systemOfNumber(number) : undefined
      const found = system === undefined ? null : await gather(db, system.id, number)
      if (found === null) throw new Problem('case-unknown', { detail: number })
      const entry = city.cases.get(`${found.header.system}.${found.header.type}`)
      const { size } = await ledger.checkpoint()
      const leaves = await Promise.all(found.leaves.map(async ({ position, hash, kind, trace }) => ({
        kind, trace, hash: hash.toString('base64'), position,
        // A leaf numbered since the checkpoint is shown without its proof rather than under another root than the rest.
        inclusion: position === null || position >= size ? null : await inclusionOf(ledger, position, size),
      })))
      return assemble({ ...found, leaves }, entry?.type)
    },
  }
}

async function inclusionOf(ledger: Pick<Ledger, 'inclusion'>, position: number, size: number): Promise<NonNullable<Leaf['inclusion']>> {
  const { rootHash, path } = await ledger.inclusion(position, size)
  return { size, rootHash, path }
}
