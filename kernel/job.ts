/** Jobs: bulk computation on a schedule or when resources changed and settled, one group a transaction. */
import type { Ctx } from './context.ts'
import type { Effect } from './effect.ts'
import type { ResourceRef } from './reference.ts'
import type { Text } from './text.ts'

export interface Job {
  readonly title: Text
  readonly on: { readonly every: string } | { readonly changed: readonly ResourceRef[]; readonly settle: string }
  readonly groupBy: readonly string[]
  readonly reads: readonly ResourceRef[]
  /** The group's former output is replaced by what this yields. */
  readonly run: (group: AsyncIterable<Readonly<Record<string, unknown>>>, ctx: Ctx) => AsyncIterable<Effect>
}

export function defineJob(definition: Job): Job {
  return definition
}
