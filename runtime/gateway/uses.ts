/** Who read a subject's data through the gateway, when, for which case and purpose. */
import type { Text } from '../../kernel/text.ts'
import { isCaseNumber } from '../cases/numbers.ts'
import type { City } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { pageOf, readCursor, type Listed, type Page } from '../keyset.ts'

export interface DataUse {
  readonly at: string
  readonly resource: string
  readonly title: Text
  /** Whose data it is. */
  readonly owner: Text
  readonly fields: readonly { readonly name: string; readonly title: Text }[]
  readonly purpose: string
  /** The case it was read for; `null` while an application is being prepared. */
  readonly number: string | null
  readonly by: { readonly kind: string; readonly self: boolean }
}

interface UseRow {
  readonly id: number
  readonly at: string
  readonly resource: string
  readonly fields: readonly string[]
  readonly purpose: string
  readonly number: string | null
  readonly actor: string | null
  readonly actor_kind: string
}

/** Newest first. Reads that were refused are told too: somebody asked. @throws Problem `cursor-invalid` */
export async function dataUsesOf(around: { readonly db: Db; readonly city: City }, subject: string, page: Page): Promise<Listed<DataUse>> {
  const after = page.after === undefined ? [] : readCursor(page.after, ['id'])
  const { rows } = await around.db.query<UseRow>('data-uses-of', `select id, at, resource, fields, purpose, number, actor, actor_kind from onevisit.data_use
    where subjects @> array[$1::uuid] ${after.length > 0 ? 'and id < $3' : ''} order by id desc limit $2`, [subject, page.limit + 1, ...after])
  return pageOf(rows, page.limit, row => useOf(around.city, row, subject), row => [row.id])
}

function useOf(city: City, row: UseRow, subject: string): DataUse {
  const resource = city.resources.get(row.resource)?.resource
  const bare = (name: string): Text => ({ zh: name, en: name })
  return {
    at: row.at, resource: row.resource, title: resource?.title ?? bare(row.resource), owner: resource?.owner ?? bare(''),
    fields: row.fields.map(name => ({ name, title: resource && Object.hasOwn(resource.fields, name) ? resource.fields[name].title : bare(name) })),
    purpose: row.purpose, number: row.number !== null && isCaseNumber(row.number) ? row.number : null,
    by: { kind: row.actor_kind, self: row.actor === subject },
  }
}
