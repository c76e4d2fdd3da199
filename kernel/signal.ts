/** Signals: rules that raise, repeat and retract alerts, and may open cases. */
import type { Ctx } from './context.ts'
import type { Effect } from './effect.ts'
import type { CaseRef, ResourceRef, SeriesRef } from './reference.ts'
import type { Maybe } from './case.ts'
import type { Text } from './text.ts'

export type AlertColour = 'blue' | 'yellow' | 'orange' | 'red'

export interface Signal {
  readonly title: Text
  readonly watches: SeriesRef | ResourceRef | CaseRef
  /** Alerts of one subject and rule within this many hours are one alert. */
  readonly repeatHours: number
  /** `'unknown'` keeps the present colour: a silent sensor is not a healthy one. */
  readonly judge: (input: Readonly<Record<string, unknown>>, ctx: Ctx) => AlertColour | 'none' | 'unknown'
  readonly raise?: (input: Readonly<Record<string, unknown>>, colour: AlertColour, ctx: Ctx) => Maybe<readonly Effect[]>
}

export function defineSignal(definition: Signal): Signal {
  return definition
}
