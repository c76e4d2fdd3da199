import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import { addWorkdays } from '../legal-clock/index.ts'
import type { TimedStep } from './plan.ts'
import { planSteps } from './plan.ts'
import { scheduleSteps } from './schedule.ts'

const add = (from: string, n: number) => addWorkdays(calendar, from, n)
const step = (id: string, n: number, ...after: string[]): TimedStep => ({ id, after, duration: { n, unit: 'workday' } })
const project = [step('licence', 1), step('seal', 1, 'licence'), step('tax', 2, 'licence'), step('bank', 1, 'seal', 'tax')]

const anySteps = fc
  .array(fc.record({ n: fc.nat(8), after: fc.array(fc.nat(20), { maxLength: 3 }) }), { maxLength: 8 })
  .map((raw) => raw.map(({ n, after }, i) => step(`s${i}`, n, ...(i === 0 ? [] : after.map((k) => `s${k % i}`)))))

function schedule(...args: Parameters<typeof scheduleSteps>) {
  const made = scheduleSteps(...args)
  if (!made.ok) throw new Error(made.code)
  return made
}

describe('a schedule', () => {
  it('is due when its critical path is, whatever holidays lie between', () => {
    fc.assert(
      fc.property(anySteps, fc.nat(300), (steps, offset) => {
        const start = add('2019-12-31', offset)
        const plan = planSteps(steps)
        if (!plan.ok) throw new Error(plan.code)
        const made = schedule(steps, start, add)
        expect(made.due).toBe(add(start, plan.length))
        for (const [id, { earliestStart, earliestFinish }] of plan.steps) {
          expect(made.steps.get(id)).toEqual({ starts: add(start, earliestStart), due: add(start, earliestFinish) })
        }
      }),
    )
  })

  it('runs independent steps in parallel', () => {
    // From Thursday 30 April 2020 over Labour Day: 6 May, then 7 and 8, then Saturday 9 May, a working day.
    const made = schedule(project, '2020-04-30', add)
    expect(Object.fromEntries(made.steps)).toEqual({
      licence: { starts: '2020-04-30', due: '2020-05-06' },
      seal: { starts: '2020-05-06', due: '2020-05-07' },
      tax: { starts: '2020-05-06', due: '2020-05-08' },
      bank: { starts: '2020-05-08', due: '2020-05-09' },
    })
    expect(made).toMatchObject({ due: '2020-05-09', criticalPath: ['licence', 'tax', 'bank'] })
  })

  it('follows what has really happened', () => {
    const late = schedule(project, '2020-04-30', add, { licence: { finished: '2020-05-06' }, seal: { started: '2020-05-06', finished: '2020-05-13' } })
    expect(late).toMatchObject({ due: '2020-05-14', criticalPath: ['licence', 'seal', 'bank'] })
    const early = schedule(project, '2020-04-30', add, { licence: { finished: '2020-04-30' } })
    expect(early.due).toBe('2020-05-08')
  })

  it('of nothing is due at once, and of a broken graph is refused', () => {
    expect(schedule([], '2020-04-30', add)).toMatchObject({ due: '2020-04-30', criticalPath: [] })
    expect(scheduleSteps([step('a', 1, 'b'), step('b', 1, 'a')], '2020-04-30', add)).toMatchObject({ ok: false, code: 'step-cycle' })
  })
})
