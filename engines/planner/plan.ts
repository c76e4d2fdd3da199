/**
 * Critical path method: when each step can start at the earliest, must start at the latest, and which steps leave no
 * slack. All durations of a plan have one unit, because sums across units mean nothing.
 */
import type { GraphError, Step } from './graph.ts'
import { followersOf, topologicalOrder } from './graph.ts'

export interface TimedStep extends Step {
  /** Whole and not negative; a plan has one unit, as a rule working days. */
  readonly duration: { readonly n: number; readonly unit: string }
}

/** In the plan's unit after its start. */
export interface StepPlan {
  readonly earliestStart: number
  readonly earliestFinish: number
  readonly latestStart: number
  readonly latestFinish: number
  /** How much later it may finish without moving the end. */
  readonly slack: number
  readonly critical: boolean
}

export interface Plan {
  readonly ok: true
  readonly unit: string | null
  readonly order: readonly string[]
  readonly steps: ReadonlyMap<string, StepPlan>
  readonly length: number
  /** One longest chain, first to last. */
  readonly criticalPath: readonly string[]
}

export type PlanError =
  | GraphError
  | { readonly ok: false; readonly code: 'step-duration-invalid'; readonly step: string }
  | { readonly ok: false; readonly code: 'step-units-mixed'; readonly step: string; readonly unit: string; readonly expected: string }

export function planSteps(steps: readonly TimedStep[]): Plan | PlanError {
  const fault = durationFault(steps)
  if (fault) return fault
  const ordered = topologicalOrder(steps)
  if (!ordered.ok) return ordered

  const byId = new Map(steps.map((step) => [step.id, step]))
  const finish = earliestFinishes(ordered.order, byId)
  const length = Math.max(0, ...finish.values())
  const latest = latestFinishes(ordered.order, byId, followersOf(steps), length)
  const plans = new Map(ordered.order.map((id) => [id, stepPlan(byId.get(id)!.duration.n, finish.get(id)!, latest.get(id)!)]))
  return {
    ok: true,
    unit: steps[0]?.duration.unit ?? null,
    order: ordered.order,
    steps: plans,
    length,
    criticalPath: longestChain(byId, plans, ordered.order, length),
  }
}

function durationFault(steps: readonly TimedStep[]): PlanError | null {
  const expected = steps[0]?.duration.unit ?? ''
  for (const { id, duration } of steps) {
    if (!Number.isInteger(duration.n) || duration.n < 0) return { ok: false, code: 'step-duration-invalid', step: id }
    if (duration.unit !== expected) return { ok: false, code: 'step-units-mixed', step: id, unit: duration.unit, expected }
  }
  return null
}

type StepsById = ReadonlyMap<string, TimedStep>

function earliestFinishes(order: readonly string[], byId: StepsById): Map<string, number> {
  const finish = new Map<string, number>()
  for (const id of order) {
    const { after, duration } = byId.get(id)!
    finish.set(id, Math.max(0, ...after.map((before) => finish.get(before)!)) + duration.n)
  }
  return finish
}

function latestFinishes(order: readonly string[], byId: StepsById, followers: Map<string, string[]>, end: number): Map<string, number> {
  const latest = new Map<string, number>()
  for (const id of order.toReversed()) {
    const starts = followers.get(id)!.map((follower) => latest.get(follower)! - byId.get(follower)!.duration.n)
    latest.set(id, Math.min(end, ...starts))
  }
  return latest
}

function stepPlan(duration: number, earliestFinish: number, latestFinish: number): StepPlan {
  const slack = latestFinish - earliestFinish
  return {
    earliestStart: earliestFinish - duration,
    earliestFinish,
    latestStart: latestFinish - duration,
    latestFinish,
    slack,
    critical: slack === 0,
  }
}

/** Back from a step that finishes last, each time to a predecessor that holds it up. */
function longestChain(byId: StepsById, plans: ReadonlyMap<string, StepPlan>, order: readonly string[], length: number): string[] {
  const chain: string[] = []
  let at = order.find((id) => plans.get(id)!.earliestFinish === length)
  while (at !== undefined) {
    chain.unshift(at)
    const { earliestStart } = plans.get(at)!
    at = byId.get(at)!.after.find((before) => plans.get(before)!.earliestFinish === earliestStart)
  }
  return chain
}
