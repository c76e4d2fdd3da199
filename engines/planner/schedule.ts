/**
 * Dates of a plan: every step starts when the last step it waits for is finished, steps that do not wait for each other
 * run in parallel, and the whole is due with its last step. The calendar stays outside: `add` knows it.
 */
import type { PlanError, TimedStep } from './plan.ts'
import { planSteps } from './plan.ts'

/** Date `n` units after `from`; dates are texts that sort in time order. */
export type AddUnits = (from: string, n: number) => string

export interface StepDates {
  readonly starts: string
  readonly due: string
}

export interface Schedule {
  readonly ok: true
  readonly steps: ReadonlyMap<string, StepDates>
  /** When the whole is due; the start itself when there are no steps. */
  readonly due: string
  /** A chain of steps that decides it, first to last. */
  readonly criticalPath: readonly string[]
}

/** What has happened by now: steps that started, or finished, earlier or later than planned. */
export type Progress = Readonly<Record<string, { readonly started?: string; readonly finished?: string }>>

/** @throws what `add` throws */
export function scheduleSteps(steps: readonly TimedStep[], start: string, add: AddUnits, progress: Progress = {}): Schedule | PlanError {
  const plan = planSteps(steps)
  if (!plan.ok) return plan
  const byId = new Map(steps.map((step) => [step.id, step]))
  const dates = new Map<string, StepDates>()
  /** The step, if any, whose end a step's start is. */
  const heldBy = new Map<string, string | undefined>()
  for (const id of plan.order) {
    const { after, duration } = byId.get(id)!
    const free = latest(after, (before) => dates.get(before)!.due)
    const known = Object.hasOwn(progress, id) ? progress[id] : undefined
    const starts = known?.started ?? free?.at ?? start
    dates.set(id, { starts, due: known?.finished ?? add(starts, duration.n) })
    heldBy.set(id, free?.at === starts ? free.id : undefined)
  }
  const last = latest(plan.order, (id) => dates.get(id)!.due)
  const criticalPath: string[] = []
  for (let at = last?.id; at !== undefined; at = heldBy.get(at)) criticalPath.unshift(at)
  return { ok: true, steps: dates, due: last?.at ?? start, criticalPath }
}

function latest(ids: readonly string[], at: (id: string) => string): { id: string; at: string } | undefined {
  let found: { id: string; at: string } | undefined
  for (const id of ids) {
    if (!found || at(id) > found.at) found = { id, at: at(id) }
  }
  return found
}
