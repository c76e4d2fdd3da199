import { describe, expect, it } from 'vitest'
import type { StatutoryLimit } from './statutory.ts'
import { statutoryLimit, statutoryLimits } from './statutory.ts'

const row = (effectiveFrom: string, n: number, effectiveTo?: string): StatutoryLimit => ({
  id: 'x', zh: '甲', en: 'x', limit: { n, unit: 'workday' }, effectiveFrom, source: 'test', verified: false,
  ...(effectiveTo ? { effectiveTo } : {}),
})

describe('statutoryLimit', () => {
  it.each([
    ['acceptance-notice', 5, undefined],
    ['decision', 20, 10],
    ['joint-decision', 45, 15],
    ['lower-organ-review', 20, undefined],
    ['delivery', 10, undefined],
  ])('has %s of %i working days by the Licensing Law', (id, n, extra) => {
    const found = statutoryLimit(id, '2020-06-01')
    expect(found).toMatchObject({ ok: true, limit: { limit: { n, unit: 'workday' }, verified: true } })
    expect(found.ok && found.limit.extension?.limit.n).toBe(extra)
  })

  it('takes the row in force on the day', () => {
    const table = [row('2018-01-01', 20), row('2020-01-01', 10), row('2019-01-01', 15, '2019-12-31')]
    const on = (day: string) => {
      const found = statutoryLimit('x', day, table)
      return found.ok ? found.limit.limit.n : found.code
    }
    expect(['2017-12-31', '2018-01-01', '2019-12-31', '2020-01-01'].map(on)).toEqual(['limit-not-in-force', 20, 15, 10])
    expect(statutoryLimit('y', '2020-01-01', table)).toEqual({ ok: false, code: 'limit-unknown' })
    expect(statutoryLimit('decision', '2004-06-30')).toEqual({ ok: false, code: 'limit-not-in-force' })
  })

  it('says of every row whether its source was read', () => {
    for (const { verified, source } of statutoryLimits) expect(verified).toBe(source !== 'unverified')
  })
})
