/**
 * What runs on when a step is refused, and which steps can start now. Sheet A1 (5d): dependants are suspended, siblings
 * continue; a bundle that is worthless in part stops altogether, one whose parts stand alone continues.
 */
import type { GraphError, Step } from './graph.ts'
import { dependantsOf, topologicalOrder } from './graph.ts'

export type RefusalPolicy = 'stopDependants' | 'stopAll' | 'continue'

export type Stage = 'open' | 'finished' | 'refused'

export interface AfterRefusal {
  readonly ok: true
  readonly refused: string
  /** Steps that are not finished and will not go on, in topological order. */
  readonly stopped: readonly string[]
  /** Unfinished steps that go on. */
  readonly continuing: readonly string[]
}

/** @param finished steps already finished: a later refusal does not undo them */
export function afterRefusal(steps: readonly Step[], id: string, policy: RefusalPolicy, finished: Iterable<string> = []): AfterRefusal | GraphError {
  const ordered = topologicalOrder(steps)
  if (!ordered.ok) return ordered
  if (!ordered.order.includes(id)) return { ok: false, code: 'step-unknown', step: id, after: id }
  const done = new Set(finished)
  const others = ordered.order.filter((other) => other !== id && !done.has(other))
  const dependants = dependantsOf(steps, [id])
  const stops = (other: string) => policy === 'stopAll' || (policy === 'stopDependants' && dependants.has(other))
  return { ok: true, refused: id, stopped: others.filter(stops), continuing: others.filter((other) => !stops(other)) }
}

/**
 * Steps that may start: not yet in `stages`, not stopped by a refusal, with everything they wait for finished. Under
 * `continue` a refused step holds nobody up.
 */
export function readySteps(steps: readonly Step[], stages: Readonly<Record<string, Stage>>, policy: RefusalPolicy): string[] {
  const stageOf = (id: string) => (Object.hasOwn(stages, id) ? stages[id] : undefined)
  const refused = steps.filter(({ id }) => stageOf(id) === 'refused').map(({ id }) => id)
  if (policy === 'stopAll' && refused.length > 0) return []
  const isOver = (id: string) => stageOf(id) === 'finished' || (policy === 'continue' && stageOf(id) === 'refused')
  return steps.filter(({ id, after }) => stageOf(id) === undefined && after.every(isOver)).map(({ id }) => id)
}
