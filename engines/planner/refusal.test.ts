import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from './graph.ts'
import type { Stage } from './refusal.ts'
import { afterRefusal, readySteps } from './refusal.ts'

const step = (id: string, ...after: string[]): Step => ({ id, after })
const firm = [step('licence'), step('seal', 'licence'), step('tax', 'licence'), step('bank', 'seal'), step('fund')]

const anyGraph = fc
  .array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 8 })
  .map((rows) => rows.map((after, i) => step(`s${i}`, ...(i === 0 ? [] : after.map((k) => `s${k % i}`)))))

describe('a refused step', () => {
  it('stops its dependants; siblings continue', () => {
    expect(afterRefusal(firm, 'seal', 'stopDependants')).toEqual({ ok: true, refused: 'seal', stopped: ['bank'], continuing: ['licence', 'fund', 'tax'] })
    expect(afterRefusal(firm, 'licence', 'stopDependants')).toMatchObject({ stopped: ['seal', 'tax', 'bank'], continuing: ['fund'] })
  })

  it('stops everything or nothing under the other policies, but never what is finished', () => {
    expect(afterRefusal(firm, 'seal', 'stopAll', ['licence'])).toMatchObject({ stopped: ['fund', 'tax', 'bank'], continuing: [] })
    expect(afterRefusal(firm, 'seal', 'continue', ['licence'])).toMatchObject({ stopped: [], continuing: ['fund', 'tax', 'bank'] })
  })

  it('stops exactly the steps with a chain of waiting that leads to it', () => {
    const leadsTo = (steps: readonly Step[], id: string, target: string): boolean =>
      steps.find((one) => one.id === id)!.after.some((before) => before === target || leadsTo(steps, before, target))
    fc.assert(
      fc.property(anyGraph, fc.nat(7), (steps, at) => {
        const refused = steps[at % steps.length]!.id
        const result = afterRefusal(steps, refused, 'stopDependants')
        if (!result.ok) throw new Error(result.code)
        const expected = steps.filter(({ id }) => leadsTo(steps, id, refused)).map(({ id }) => id)
        expect([...result.stopped].sort()).toEqual(expected.sort())
        expect([...result.stopped, ...result.continuing, refused].sort()).toEqual(steps.map(({ id }) => id).sort())
      }),
    )
  })

  it('must exist, in a graph without cycles', () => {
    expect(afterRefusal(firm, 'post', 'stopAll')).toMatchObject({ ok: false, code: 'step-unknown', step: 'post' })
    expect(afterRefusal([step('a', 'b'), step('b', 'a')], 'a', 'stopAll')).toMatchObject({ code: 'step-cycle' })
  })
})

describe('ready steps', () => {
  it('have everything they wait for finished', () => {
    expect(readySteps(firm, {}, 'stopDependants')).toEqual(['licence', 'fund'])
    expect(readySteps(firm, { licence: 'finished', fund: 'open' }, 'stopDependants')).toEqual(['seal', 'tax'])
  })

  it('of a refused step wait for ever, unless the policy continues', () => {
    const stages: Record<string, Stage> = { licence: 'finished', seal: 'refused', tax: 'finished', fund: 'finished' }
    expect(readySteps(firm, stages, 'stopDependants')).toEqual([])
    expect(readySteps(firm, stages, 'continue')).toEqual(['bank'])
    expect(readySteps(firm, { ...stages, tax: 'refused', seal: 'finished' }, 'stopAll')).toEqual([])
  })

  it('run one by one through the whole graph when nothing is refused', () => {
    fc.assert(
      fc.property(anyGraph, (steps) => {
        const stages: Record<string, Stage> = {}
        for (let ready = readySteps(steps, stages, 'stopDependants'); ready.length > 0; ready = readySteps(steps, stages, 'stopDependants')) {
          stages[ready[0]!] = 'finished'
        }
        expect(Object.keys(stages)).toHaveLength(steps.length)
      }),
    )
  })
})
