import { describe, expect, it } from 'vitest'
import { avoidableRequests } from './requests.ts'
import type { Evidence, Material, Way } from './resolve.ts'
import { evidenceKey, resolveMaterials } from './resolve.ts'

const words = { zh: '户口簿', en: 'household register' }
const data: Way = { by: 'data', resource: 'household', fields: ['address'] }
const register: Material = { id: 'register', title: words, ways: [data] }
const photo: Material = { id: 'photo', title: words, ways: [{ by: 'upload', accept: ['image/jpeg'] }] }
const say = (answer: Evidence['answer']): Evidence[] => [{ key: evidenceKey('register', data), answer, source: 'civil affairs', asOf: '2020-06-01T00:00:00Z' }]
const ask = (material: string) => ({ material, by: 'window 7', at: '2020-06-01T01:00:00Z' })

describe('a paper asked for at a window', () => {
  it('is avoidable where the city has it, or is about to be told', () => {
    const instead = { by: 'data', key: 'data:household:address' }
    const expected = [{ ...ask('register'), why: 'available-otherwise', instead }]
    expect(avoidableRequests(resolveMaterials([register, photo], say('found')), [ask('register'), ask('photo')])).toEqual(expected)
    expect(avoidableRequests(resolveMaterials([register, photo], []), [ask('register')])).toEqual(expected)
  })

  it('is excused by an outage, unless the matter checks later', () => {
    expect(avoidableRequests(resolveMaterials([register], say('down')), [ask('register')])).toEqual([])
    expect(avoidableRequests(resolveMaterials([register], say('down'), 'checkLater'), [ask('register')])).toHaveLength(1)
  })

  it('is excused where no source has it', () => {
    expect(avoidableRequests(resolveMaterials([register], say('none')), [ask('register')])).toEqual([])
  })

  it('is avoidable when the case does not need it at all', () => {
    expect(avoidableRequests(resolveMaterials([photo], []), [ask('register')])).toEqual([{ ...ask('register'), why: 'not-listed', instead: null }])
  })
})
