/** Steps and what they wait for: a directed graph without cycles. Checks it, orders it, and walks it downwards. */

export interface Step {
  readonly id: string
  /** Steps that must be finished before this one starts. */
  readonly after: readonly string[]
}

export type GraphError =
  | { readonly ok: false; readonly code: 'step-duplicate'; readonly step: string }
  | { readonly ok: false; readonly code: 'step-unknown'; readonly step: string; readonly after: string }
  /** Each step is waited for by the next; the first is also the last. */
  | { readonly ok: false; readonly code: 'step-cycle'; readonly cycle: readonly string[] }

export type OrderResult = { readonly ok: true; readonly order: readonly string[] } | GraphError

/** An order in which every step follows what it waits for; steps that are free keep the order they were given in. */
export function topologicalOrder(steps: readonly Step[]): OrderResult {
  const fault = referenceFault(steps)
  if (fault) return fault
  const waiting = new Map(steps.map(({ id, after }) => [id, new Set(after).size]))
  const followers = followersOf(steps)
  const order = steps.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id)
  for (let i = 0; i < order.length; i++) {
    for (const follower of followers.get(order[i]!)!) {
      const left = waiting.get(follower)! - 1
      waiting.set(follower, left)
      if (left === 0) order.push(follower)
    }
  }
  return order.length === steps.length ? { ok: true, order } : { ok: false, code: 'step-cycle', cycle: findCycle(steps, waiting) }
}

/** Direct followers of every step. */
export function followersOf(steps: readonly Step[]): Map<string, string[]> {
  const followers = new Map(steps.map(({ id }) => [id, [] as string[]]))
  for (const { id, after } of steps) {
    for (const before of new Set(after)) followers.get(before)?.push(id)
  }
  return followers
}

/** All steps that wait, directly or not, for one of `ids`; not the steps themselves unless they wait for each other. */
export function dependantsOf(steps: readonly Step[], ids: Iterable<string>): Set<string> {
  const followers = followersOf(steps)
  const found = new Set<string>()
  const queue = [...ids]
  for (let i = 0; i < queue.length; i++) {
    for (const follower of followers.get(queue[i]!) ?? []) {
      if (!found.has(follower)) {
        found.add(follower)
        queue.push(follower)
      }
    }
  }
  return found
}

/** Duplicate ids and references to steps that do not exist. */
function referenceFault(steps: readonly Step[]): GraphError | null {
  const ids = new Set<string>()
  for (const { id } of steps) {
    if (ids.has(id)) return { ok: false, code: 'step-duplicate', step: id }
    ids.add(id)
  }
  for (const { id, after } of steps) {
    const unknown = after.find((before) => !ids.has(before))
    if (unknown !== undefined) return { ok: false, code: 'step-unknown', step: id, after: unknown }
  }
  return null
}

/** Every step still waiting waits for another such step, so walking back among them must come round. */
function findCycle(steps: readonly Step[], waiting: ReadonlyMap<string, number>): string[] {
  const blocked = new Map(steps.filter(({ id }) => waiting.get(id)! > 0).map((step) => [step.id, step]))
  const path: string[] = []
  let at = [...blocked.keys()][0]!
  while (!path.includes(at)) {
    path.push(at)
    at = blocked.get(at)!.after.find((before) => blocked.has(before))!
  }
  return [at, ...path.slice(path.indexOf(at) + 1).reverse(), at]
}
