import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Answer, Evidence, Material, Way, WhenDown } from './resolve.ts'
import { evidenceKey, questionsFor, resolveMaterials, wayOrder } from './resolve.ts'

const words = { zh: '材料', en: 'material' }
const credential: Way = { by: 'credential', type: 'licence' }
const data: Way = { by: 'data', resource: 'household', fields: ['address', 'since'] }
const verification: Way = { by: 'verification', organ: '11330200MB0000000A' }
const promise: Way = { by: 'promise', text: words }
const upload: Way = { by: 'upload', accept: ['application/pdf'] }
const allWays = [credential, data, verification, promise, upload]

const material = (id: string, ways: readonly Way[], whenDown?: WhenDown): Material => ({ id, title: words, ways, ...(whenDown ? { whenDown } : {}) })
const say = (way: Way, answer: Answer, asOf = '2020-06-01T00:00:00Z', id = 'm'): Evidence => ({
  key: evidenceKey(id, way), answer, source: `source of ${way.by}`, asOf,
})
const resolveOne = (ways: readonly Way[], evidence: readonly Evidence[], whenDown: WhenDown = 'upload') => {
  const resolution = resolveMaterials([material('m', ways)], evidence, whenDown)
  return { ...resolution, state: resolution.materials[0]! }
}

const anyWays = fc.shuffledSubarray(allWays)
/** Sources may be down; a person gives a promise or a file, or does not. */
const anyAnswer = fc.oneof(
  fc.tuple(fc.constantFrom(credential, data, verification), fc.constantFrom<Answer>('found', 'none', 'down', 'refused', 'expired')),
  fc.tuple(fc.constantFrom(promise, upload), fc.constantFrom<Answer>('found', 'refused')),
)
const anyEvidence = fc
  .array(fc.tuple(anyAnswer, fc.integer({ min: 1, max: 9 })), { maxLength: 8 })
  .map((answers) => answers.map(([[way, answer], day]) => say(way, answer, `2020-06-0${day}T00:00:00Z`)))
const anySetting = fc.constantFrom<WhenDown>('upload', 'checkLater')

describe('a material', () => {
  it.each([
    ['credential', [say(credential, 'found')]],
    ['data', [say(credential, 'none'), say(data, 'found')]],
    ['verification', [say(credential, 'expired'), say(data, 'refused'), say(verification, 'found')]],
    ['promise', [say(credential, 'none'), say(data, 'none'), say(verification, 'none'), say(promise, 'found')]],
    ['upload', [say(credential, 'none'), say(data, 'none'), say(verification, 'none'), say(promise, 'refused'), say(upload, 'found')]],
  ])('is satisfied by %s, with the reasons why no way above it was', (by, evidence) => {
    const { state } = resolveOne(allWays, evidence)
    expect(state).toMatchObject({ by, status: 'satisfied', source: `source of ${by}`, sourceDown: false, asOf: '2020-06-01T00:00:00Z' })
    expect(state.reasons.map(({ by: above, answer }) => [above, answer])).toEqual(evidence.slice(0, -1).map(({ key, answer }) => [key.split(':')[0], answer]))
  })

  it('waits for a source that has not answered before it asks the applicant', () => {
    expect(resolveOne(allWays, []).state).toMatchObject({ by: 'credential', status: 'pending' })
    expect(resolveOne(allWays, [say(credential, 'none'), say(data, 'none')]).state).toMatchObject({ by: 'verification', status: 'pending' })
    expect(resolveOne(allWays, [say(credential, 'none'), say(data, 'none'), say(verification, 'none')]).state).toMatchObject({ by: 'promise', status: 'needed' })
  })

  it('may always be uploaded in the end, declared or not', () => {
    expect(resolveOne([credential], [say(credential, 'none')]).state).toMatchObject({ by: 'upload', status: 'needed', key: 'upload:m' })
  })

  it('with no valid credential is asked for again once the expired one is renewed', () => {
    const expired = say(credential, 'expired', '2020-06-01T00:00:00Z')
    const renewed = say(credential, 'found', '2020-06-02T00:00:00Z')
    expect(resolveOne([credential], [expired]).state.status).toBe('needed')
    expect(resolveOne([credential], [renewed, expired]).state.status).toBe('satisfied')
  })
})

describe('a source that is down', () => {
  it('leads to an upload, with the outage recorded', () => {
    expect(resolveOne([data], [say(data, 'down')])).toMatchObject({
      state: { by: 'upload', status: 'needed', sourceDown: true, checkLater: false, reasons: [{ by: 'data', answer: 'down' }] },
      outages: ['data:household:address,since'],
      complete: false,
      oneCertificate: false,
    })
  })

  it('leads to a later check where the matter says so, and burdens nobody', () => {
    expect(resolveOne([data, promise, upload], [say(data, 'down')], 'checkLater')).toMatchObject({
      state: { by: 'data', status: 'pending', sourceDown: true, checkLater: true, key: 'data:household:address,since' },
      complete: true,
      oneCertificate: true,
    })
  })

  it('does not matter when another way settles it, but stays on record', () => {
    for (const setting of ['upload', 'checkLater'] as const) {
      const { state, outages } = resolveOne(allWays, [say(credential, 'down'), say(data, 'found')], setting)
      expect(state).toMatchObject({ by: 'data', status: 'satisfied', sourceDown: true, checkLater: false })
      expect(outages).toEqual(['credential:licence'])
    }
  })

  it('follows the material before the matter', () => {
    const evidence = [say(data, 'down')]
    expect(resolveMaterials([material('m', [data], 'checkLater')], evidence, 'upload').materials[0]!.checkLater).toBe(true)
    expect(resolveMaterials([material('m', [data], 'upload')], evidence, 'checkLater').materials[0]!.checkLater).toBe(false)
  })

  it('is never taken for a missing material', () => {
    fc.assert(
      fc.property(anyWays, anyEvidence, anySetting, (ways, evidence, setting) => {
        const { state, outages } = resolveOne(ways, evidence, setting)
        const down = state.reasons.filter(({ answer }) => answer === 'down').map(({ key }) => key)
        expect(outages).toEqual(down)
        expect(state.sourceDown).toBe(down.length > 0)
        if (down.length > 0 && setting === 'checkLater') expect(state.status).not.toBe('needed')
      }),
    )
  })
})

describe('resolving in general', () => {
  it('takes the first way in the order that is settled, if any is', () => {
    fc.assert(
      fc.property(anyWays, anyEvidence, anySetting, (ways, evidence, setting) => {
        const newest = (way: Way) => {
          const answers = evidence.filter(({ key }) => key === evidenceKey('m', way))
          const latest = answers.map(({ asOf }) => asOf).sort().at(-1)
          return answers.filter(({ asOf }) => asOf === latest).map(({ answer }) => answer)
        }
        const possible = wayOrder.flatMap((by) => [...ways, upload].filter((way) => way.by === by))
        const settled = possible.find((way) => newest(way).includes('found'))
        const { state, oneCertificate, complete } = resolveOne(ways, evidence, setting)
        expect(state.status === 'satisfied').toBe(settled !== undefined)
        if (settled) expect(state.by).toBe(settled.by)
        expect(oneCertificate).toBe(state.by !== 'upload')
        expect(complete).toBe(settled !== undefined || state.checkLater)
        expect(['credential', 'data', 'verification'].includes(state.by)).toBe(state.status === 'pending' || (state.status === 'satisfied' && !['promise', 'upload'].includes(state.by)))
      }),
    )
  })

  it('never says of a way above the chosen one less than was answered', () => {
    fc.assert(
      fc.property(anyWays, anyEvidence, anySetting, (ways, evidence, setting) => {
        const { state } = resolveOne(ways, evidence, setting)
        const above = ways.filter((way) => wayOrder.indexOf(way.by) < wayOrder.indexOf(state.by))
        const answered = above.filter((way) => evidence.some(({ key }) => key === evidenceKey('m', way))).map((way) => evidenceKey('m', way))
        expect(state.reasons.map(({ key }) => key)).toEqual(expect.arrayContaining(answered))
      }),
    )
  })

  it('does not depend on the order of ways or of evidence', () => {
    const both = fc.array(anyAnswer, { maxLength: 8 }).map((all) => all.map(([way, answer]) => say(way, answer)))
    fc.assert(
      fc.property(anyWays, both, anySetting, (ways, evidence, setting) => {
        expect(resolveOne([...ways].reverse(), [...evidence].reverse(), setting)).toEqual(resolveOne(ways, evidence, setting))
      }),
    )
  })

  it('asks each source once for all materials, and the applicant not at all', () => {
    const materials = [material('a', allWays), material('b', [data, upload]), material('c', [{ ...data, fields: ['since', 'address'] }])]
    const asked = questionsFor(materials)
    expect(asked.map(({ key, materials: ids }) => [key, ids])).toEqual([
      ['credential:licence', ['a']],
      ['data:household:address,since', ['a', 'b', 'c']],
    ])
    expect(questionsFor(materials, { verify: true }).map(({ key }) => key)).toContain('verification:11330200MB0000000A:a')
  })
})
