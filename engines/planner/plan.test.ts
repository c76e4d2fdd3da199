import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dependantsOf, topologicalOrder } from './graph.ts'
import type { TimedStep } from './plan.ts'
import { planSteps } from './plan.ts'

/** Acyclic by construction: a step waits only for steps of smaller number; then shuffled. */
const anySteps = fc
  .array(fc.record({ n: fc.nat(5), after: fc.array(fc.nat(20), { maxLength: 4 }) }), { maxLength: 9 })
  .map((raw) => raw.map(({ n, after }, i): TimedStep => ({
    id: `s${i}`,
    after: i === 0 ? [] : after.map((k) => `s${k % i}`),
    duration: { n, unit: 'workday' },
  })))
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length }))

/** Every chain of steps, each waiting for the one before. */
function chains(steps: readonly TimedStep[]): TimedStep[][] {
  const from = (step: TimedStep): TimedStep[][] => {
    const next = steps.filter(({ after }) => after.includes(step.id)).flatMap(from)
    return [[step], ...next.map((chain) => [step, ...chain])]
  }
  return steps.flatMap(from)
}

const lengthOf = (chain: readonly TimedStep[]) => chain.reduce((sum, { duration }) => sum + duration.n, 0)
const step = (id: string, n: number, ...after: string[]): TimedStep => ({ id, after, duration: { n, unit: 'workday' } })

function plan(steps: readonly TimedStep[]) {
  const made = planSteps(steps)
  if (!made.ok) throw new Error(made.code)
  return made
}

describe('a plan', () => {
  it('is as long as the longest chain', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const made = plan(steps)
        expect(made.length).toBe(Math.max(0, ...chains(steps).map(lengthOf)))
        const critical = made.criticalPath.map((id) => steps.find((one) => one.id === id)!)
        expect(lengthOf(critical)).toBe(made.length)
        critical.slice(1).forEach(({ after }, i) => expect(after).toContain(critical[i]!.id))
      }),
      { numRuns: 300 },
    )
  })

  it('starts no step before what it waits for, and no later than it may', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const made = plan(steps)
        for (const { id, after, duration } of steps) {
          const { earliestStart, earliestFinish, latestStart, latestFinish, slack, critical } = made.steps.get(id)!
          expect(earliestFinish - earliestStart).toBe(duration.n)
          expect(earliestStart).toBe(Math.max(0, ...after.map((before) => made.steps.get(before)!.earliestFinish)))
          for (const before of after) expect(made.steps.get(before)!.latestFinish).toBeLessThanOrEqual(latestStart)
          expect(slack).toBe(latestStart - earliestStart)
          expect(slack).toBeGreaterThanOrEqual(0)
          expect(critical).toBe(slack === 0)
          expect(latestFinish).toBeLessThanOrEqual(made.length)
        }
      }),
    )
  })

  it('has as slack exactly what a step may grow without moving the end', () => {
    fc.assert(
      fc.property(anySteps.filter(({ length }) => length > 0), fc.nat(8), (steps, at) => {
        const { id } = steps[at % steps.length]!
        const made = plan(steps)
        const grownBy = (more: number) =>
          plan(steps.map((one) => (one.id === id ? { ...one, duration: { ...one.duration, n: one.duration.n + more } } : one))).length
        const { slack } = made.steps.get(id)!
        expect(grownBy(slack)).toBe(made.length)
        expect(grownBy(slack + 1)).toBe(made.length + 1)
      }),
    )
  })

  it('takes the longest path of a small project', () => {
    const made = plan([step('licence', 1), step('seal', 1, 'licence'), step('tax', 2, 'licence'), step('bank', 1, 'seal', 'tax')])
    expect(made).toMatchObject({ length: 4, criticalPath: ['licence', 'tax', 'bank'], order: ['licence', 'seal', 'tax', 'bank'], unit: 'workday' })
    expect(made.steps.get('seal')).toEqual({ earliestStart: 1, earliestFinish: 2, latestStart: 2, latestFinish: 3, slack: 1, critical: false })
  })

  it('of nothing is empty', () => {
    expect(plan([])).toMatchObject({ length: 0, criticalPath: [], order: [], unit: null })
  })

  it.each([
    [[step('a', 1), step('a', 2)], { code: 'step-duplicate', step: 'a' }],
    [[step('a', 1, 'b')], { code: 'step-unknown', step: 'a', after: 'b' }],
    [[step('a', 1, 'a')], { code: 'step-cycle', cycle: ['a', 'a'] }],
    [[step('a', -1)], { code: 'step-duration-invalid', step: 'a' }],
    [[step('a', 0.5)], { code: 'step-duration-invalid', step: 'a' }],
    [[step('a', 1), { ...step('b', 1), duration: { n: 1, unit: 'day' } }], { code: 'step-units-mixed', step: 'b', unit: 'day', expected: 'workday' }],
  ])('is refused for %j', (steps, error) => {
    expect(planSteps(steps)).toEqual({ ok: false, ...error })
  })
})

describe('a topological order', () => {
  it('has every step once, after what it waits for', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const result = topologicalOrder(steps)
        if (!result.ok) throw new Error(result.code)
        expect([...result.order].sort()).toEqual(steps.map(({ id }) => id).sort())
        for (const { id, after } of steps) for (const before of after) expect(result.order.indexOf(before)).toBeLessThan(result.order.indexOf(id))
      }),
    )
  })

  it('names a real cycle whenever there is one', () => {
    const anyGraph = fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: 1, maxLength: 8 }).map((rows) =>
      rows.map((after, i) => ({ id: `s${i}`, after: after.map((k) => `s${k % rows.length}`) })),
    )
    let cycles = 0
    fc.assert(
      fc.property(anyGraph, (steps) => {
        const result = topologicalOrder(steps)
        const isCyclic = steps.some(({ id }) => dependantsOf(steps, [id]).has(id))
        expect(result.ok).toBe(!isCyclic)
        if (result.ok || result.code !== 'step-cycle') return
        cycles++
        const { cycle } = result
        expect(cycle[0]).toBe(cycle.at(-1))
        expect(new Set(cycle.slice(1)).size).toBe(cycle.length - 1)
        cycle.slice(1).forEach((id, i) => expect(steps.find((one) => one.id === id)!.after).toContain(cycle[i]))
      }),
      { numRuns: 300 },
    )
    expect(cycles).toBeGreaterThan(20)
  })
})
