/** A world written down, in which the functions of a definition are tried without a platform around them. */
import type { Answer, CaseHeader, ChildHeader, Ctx, MoveCtx } from '../context.ts'
import type { Effect } from '../effect.ts'
import type { Instant } from '../field.ts'

export interface Stated {
  /** Rules in force, by id. */
  readonly rules?: Readonly<Record<string, unknown>>
  /** Rows by `resource/key`. A key not here is `none`; a resource in `down` does not answer. */
  readonly rows?: Readonly<Record<string, unknown>>
  readonly down?: readonly string[]
}

export function worldAt(now: Instant, stated: Stated = {}): Ctx {
  return {
    now,
    today: new Date(Date.parse(now) + 8 * 3_600_000).toISOString().slice(0, 10),
    actor: { kind: 'staff', subject: '00000000-0000-4000-8000-000000000001', name: 'somebody' },
    rule<T>(id: string) {
      if (stated.rules?.[id] === undefined) throw new RangeError(`no rule '${id}' stated`)
      return stated.rules[id] as T
    },
    async ask(resource, keys) {
      return keys.map((key): Answer<any> => {
        if (stated.down?.includes(resource.ref)) return { key, state: 'down', reason: 'no answer' }
        const row = stated.rows?.[`${resource.ref}/${key}`]
        return row === undefined ? { key, state: 'none', asOf: now } : { key, state: 'found', row, asOf: now }
      })
    },
  }
}

export function caseHeader(given: Partial<CaseHeader> & { readonly number: string }): CaseHeader {
  const at = '2026-01-05T01:00:00Z'
  return {
    type: 'a.b', state: 'open', tracks: {}, version: 1, openedAt: at, enteredAt: at, region: '330203000000', organ: '', acceptingRegion: '330203000000',
    matter: null, edition: null, parties: {}, due: { legal: null, promised: null }, ...given,
  }
}

export function moveAt(now: Instant, given: { readonly case?: CaseHeader; readonly children?: readonly ChildHeader[] } = {}, stated: Stated = {}): MoveCtx {
  return { ...worldAt(now, stated), case: given.case ?? caseHeader({ number: 'A1' }), children: given.children ?? [], given: {}, matter: null }
}

export async function* each<T>(rows: readonly T[]): AsyncGenerator<T> {
  yield* rows
}

export async function all(effects: AsyncIterable<Effect>): Promise<readonly Effect[]> {
  const list: Effect[] = []
  for await (const one of effects) list.push(one)
  return list
}
