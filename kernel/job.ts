/** Jobs: bulk computation on a schedule or when resources changed and settled, one group a transaction. */
import type { Ctx } from './context.ts'
import type { Effect } from './effect.ts'
import type { CaseRef, ResourceRef, SeriesRef } from './reference.ts'
import type { DataRef, RowOf, SharedColumn } from './rows.ts'
import type { Text } from './text.ts'

/** One row of a group, told apart by the name under which the job reads it. */
export type JobRow<R> = { readonly [N in keyof R]: { readonly from: N; readonly row: RowOf<R[N]> } }[keyof R]

export interface JobCtx<C extends string = string> extends Ctx {
  /** The key of the group, as text; the only thing known of a group whose rows are all gone. */
  readonly group: Readonly<Record<C, string>>
}

export interface Job<R = any, G extends string = any> {
  readonly title: Text
  readonly on: { readonly every: string } | { readonly changed: readonly (ResourceRef | CaseRef | SeriesRef)[]; readonly settle: string }
  /** Columns that everything read has. */
  readonly groupBy: readonly G[]
  readonly reads: R
  /**
   * The group's former output is replaced by what this yields: a row put before and not put now is retracted.
   * A stale version among its moves undoes the group, which is read and run again.
   */
  readonly run: (group: AsyncIterable<JobRow<R>>, ctx: JobCtx<G>) => AsyncIterable<Effect>
}

export type AnyJob = Job<any, any>

export function defineJob<const R extends Readonly<Record<string, DataRef>>, const G extends SharedColumn<R>>(
  definition: Job<NoInfer<R>, NoInfer<G>> & { readonly reads: R; readonly groupBy: readonly G[] },
): Job<R, G> {
  return definition
}
