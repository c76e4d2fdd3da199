/** Actions: commands that are not cases (scan a vial, book a court). */
import type { Ctx } from './context.ts'
import type { Effect } from './effect.ts'
import type { Fields, Values } from './field.ts'
import type { Maybe } from './case.ts'
import type { Post, SubjectClass } from './who.ts'
import type { Text } from './text.ts'

export interface Action<F, O extends string = string> {
  readonly title: Text
  /** Posts, or classes of subject, that may run it. */
  readonly by: readonly (SubjectClass | `post:${NoInfer<O>}` | 'app')[]
  readonly posts?: Readonly<Record<O, Post>>
  readonly asks: F
  readonly run: (values: Values<F>, ctx: Ctx) => Maybe<{ readonly answer: Readonly<Record<string, unknown>>; readonly effects: readonly Effect[] }>
}

export type AnyAction = Action<any, any>

export function defineAction<F extends Fields, const O extends string = never>(definition: Action<NoInfer<F>, O> & { readonly asks: F }): Action<F, O> {
  return definition
}
