/**
 * Cases that consist of others (一件事): which parts may open now, and whether the whole is settled. What a part waits
 * for, and what its refusal does to those that wait, stand in the case type's `children`.
 */
import type { Child } from '../case.ts'
import type { ChildHeader } from '../context.ts'
import type { Effect } from '../effect.ts'

export type Children<C extends string = string> = Readonly<Record<C, Child>>
type Part = Pick<ChildHeader, 'child' | 'outcome'>

/** Parts not opened yet whose forerunners are all through: granted, or refused where a refusal stops nobody. */
export function readyChildren<C extends string>(children: Children<C>, parts: readonly Part[], granted: (outcome: string) => boolean): readonly C[] {
  const isThrough = (name: string) => parts.some(part => part.child === name && part.outcome !== null && (granted(part.outcome) || children[name as C]?.onRefused === 'continue'))
  return (Object.keys(children) as C[]).filter(name => !parts.some(part => part.child === name) && (children[name].after ?? []).every(isThrough))
}

/** Opens every part that is ready. */
export function openReady<C extends string>(children: Children<C>, ctx: { readonly children: readonly Part[] }, granted: (outcome: string) => boolean, opening: (child: C) => Effect): readonly Effect[] {
  return readyChildren(children, ctx.children, granted).map(opening)
}

/** `waiting` while a part lives or may still open; then `all`, `some` or `none` of the parts are granted. */
export function settledChildren(children: Children, parts: readonly Part[], granted: (outcome: string) => boolean): 'waiting' | 'all' | 'some' | 'none' {
  if (parts.some(part => part.outcome === null) || readyChildren(children, parts, granted).length > 0) return 'waiting'
  const names = Object.keys(children)
  const through = names.filter(name => parts.some(part => part.child === name && part.outcome !== null && granted(part.outcome)))
  return through.length === names.length ? 'all' : through.length > 0 ? 'some' : 'none'
}
