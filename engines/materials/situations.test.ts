import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Situations } from './situations.ts'
import { readSituations, situationProblems } from './situations.ts'

const yesNo = { yes: { zh: '是', en: 'yes' }, no: { zh: '否', en: 'no' } }
const guide: Situations = {
  questions: [
    { id: 'premises', answers: { own: {}, rented: {} }, materials: { own: ['deed'], rented: ['lease'] } },
    { id: 'landlord-agrees', answers: yesNo, when: { premises: ['rented'] } },
    { id: 'food', answers: yesNo },
  ],
  materials: [
    { id: 'identity' },
    { id: 'deed' },
    { id: 'lease' },
    { id: 'consent', when: { 'landlord-agrees': ['no'] } },
    { id: 'hygiene', when: { food: ['yes'] } },
  ],
}

describe('situations', () => {
  it('apply step by step as questions are answered', () => {
    expect(readSituations(guide, {})).toEqual({ ok: true, materials: ['identity'], unanswered: ['premises', 'food'], ignored: [] })
    expect(readSituations(guide, { premises: 'rented' })).toMatchObject({ materials: ['identity', 'lease'], unanswered: ['landlord-agrees', 'food'] })
    expect(readSituations(guide, { premises: 'rented', 'landlord-agrees': 'no', food: 'yes' })).toEqual({
      ok: true, materials: ['identity', 'lease', 'consent', 'hygiene'], unanswered: [], ignored: [],
    })
  })

  it('ignore, and name, answers to questions that are not open', () => {
    expect(readSituations(guide, { premises: 'own', 'landlord-agrees': 'no', food: 'no' })).toEqual({
      ok: true, materials: ['identity', 'deed'], unanswered: [], ignored: ['landlord-agrees'],
    })
  })

  it('refuse what is no answer and no question', () => {
    expect(readSituations(guide, { premises: 'castle' })).toEqual({ ok: false, code: 'answer-unknown', question: 'premises', answer: 'castle' })
    expect(readSituations(guide, { premises: 'toString' })).toMatchObject({ ok: false, code: 'answer-unknown' })
    expect(readSituations(guide, { garden: 'yes' })).toEqual({ ok: false, code: 'question-unknown', question: 'garden' })
  })
})

describe('a definition of situations', () => {
  const q = (id: string, when?: Record<string, string[]>) => ({ id, answers: yesNo, ...(when ? { when } : {}) })

  it('is sound, or every problem is named with its place', () => {
    expect(situationProblems(guide)).toEqual([])
    expect(
      situationProblems({
        questions: [q('a'), q('a'), { id: 'b', answers: {}, when: { z: ['yes'] } }, { ...q('c', { a: ['maybe'] }), materials: { perhaps: ['m'], yes: ['ghost'] } }],
        materials: [{ id: 'm' }, { id: 'm' }, { id: 'n', when: { y: ['yes'] } }],
      }),
    ).toEqual([
      { code: 'question-duplicate', question: 'a' },
      { code: 'material-duplicate', material: 'm' },
      { code: 'question-without-answers', question: 'b' },
      { code: 'question-unknown', at: 'question b', question: 'z' },
      { code: 'answer-unknown', at: 'question c', question: 'a', answer: 'maybe' },
      { code: 'answer-unknown', at: 'question c', question: 'c', answer: 'perhaps' },
      { code: 'material-undefined', at: 'question c', material: 'ghost' },
      { code: 'question-unknown', at: 'material n', question: 'y' },
    ])
  })

  it('names a cycle of questions that open each other', () => {
    const questions = [q('a', { b: ['yes'] }), q('b', { c: ['yes'] }), q('c', { a: ['yes'] }), q('d')]
    expect(situationProblems({ questions, materials: [] })).toEqual([{ code: 'question-cycle', cycle: ['a', 'b', 'c', 'a'] }])
  })

  it('names what contradictory conditions keep closed', () => {
    const questions = [q('a'), q('b', { a: ['yes'] }), q('c', { a: ['no'], b: ['yes'] }), q('d', { c: ['yes'] })]
    expect(situationProblems({ questions, materials: [{ id: 'm', when: { a: ['no'], b: ['no'] } }, { id: 'n', when: { b: ['no'] } }] })).toEqual([
      { code: 'question-unreachable', question: 'c' },
      { code: 'question-unreachable', question: 'd' },
      { code: 'material-unreachable', material: 'm' },
    ])
  })

  it('has as unreachable exactly what no combination of answers opens', () => {
    const letters = ['x', 'y', 'z']
    const anyWhen = (openers: number) => fc.dictionary(fc.constantFrom(...Array.from({ length: openers }, (_, i) => `q${i}`)), fc.subarray(letters), { maxKeys: 3 })
    const anyGuide = fc
      .integer({ min: 2, max: 5 })
      .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => (i === 0 ? fc.constant({}) : anyWhen(i)))))
      .map((whens) => ({
        questions: whens.map((when, i) => ({ id: `q${i}`, answers: { x: 1, y: 1, z: 1 }, when })),
        materials: whens.map((when, i) => ({ id: `m${i}`, when })),
      }))
    let unreachable = 0
    fc.assert(
      fc.property(anyGuide, (situations) => {
        const opened = new Set<string>()
        const count = situations.questions.length
        for (let i = 0; i < letters.length ** count; i++) {
          const answers = Object.fromEntries(situations.questions.map(({ id }, k) => [id, letters[Math.floor(i / letters.length ** k) % letters.length]!]))
          const result = readSituations(situations, answers)
          if (!result.ok) throw new Error(result.code)
          for (const id of result.materials) opened.add(id.replace('m', 'q'))
        }
        const closed = situations.questions.map(({ id }) => id).filter((id) => !opened.has(id))
        const problems = situationProblems(situations)
        unreachable += closed.length
        expect(problems.flatMap((problem) => (problem.code === 'question-unreachable' ? [problem.question] : []))).toEqual(closed)
      }),
      { numRuns: 150 },
    )
    expect(unreachable).toBeGreaterThan(10)
  })
})
