/** Signals: rules that raise, repeat and retract alerts, and may open cases. */
import type { Ctx } from './context.ts'
import type { Effect } from './effect.ts'
import type { Maybe } from './case.ts'
import type { DataRef, RowOf } from './rows.ts'
import type { Text } from './text.ts'

export type AlertColour = 'blue' | 'yellow' | 'orange' | 'red'

/** `W` is what it watches; its functions are given one row of it. */
export interface Signal<W = any> {
  readonly title: Text
  readonly watches: W
  /** Alerts of one subject and rule within this many hours are one alert. */
  readonly repeatHours: number
  /** How many judgements running must give a colour before it is raised. Default 1. */
  readonly persists?: number
  /** `'unknown'` keeps the present colour: a silent sensor is not a healthy one. */
  readonly judge: (input: RowOf<W>, ctx: Ctx) => AlertColour | 'none' | 'unknown'
  readonly raise?: (input: RowOf<W>, colour: AlertColour, ctx: Ctx) => Maybe<readonly Effect[]>
}

export type AnySignal = Signal<any>

export function defineSignal<const W extends DataRef>(definition: Signal<NoInfer<W>> & { readonly watches: W }): Signal<W> {
  return definition
}
