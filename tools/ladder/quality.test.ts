import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { items, parseQuality, rungOf, rungs } from './quality.ts'

const id = 'river-gate'
type Cell = 'todo' | 'done' | 'exempt'
const yaml = (cell: (item: string) => Cell): string => rungs.map((rung) => `${rung}:\n${items[rung].map((item) => `  ${item}: ${written(item, cell(item))}\n`).join('')}`).join('')
const written = (item: string, cell: Cell): string => cell === 'done' ? `{ done: "[${id} ${item}] shows it" }` : cell === 'exempt' ? '{ exempt: "the clause asks for none of it" }' : 'todo'
const faults = (text: string): string[] => parseQuality(id, text).faults.map((fault) => fault.message)

describe('quality.yaml', () => {
  test('the rung is the highest below which nothing is to do', () => {
    const free = ['journey', 'indicators', 'dated-rules', 'oracle', 'properties', 'screen', 'standard-client', 'city-scale']
    const cells = fc.record(Object.fromEntries(rungs.flatMap((rung): readonly string[] => items[rung])
      .map((item) => [item, free.includes(item) ? fc.constantFrom<Cell>('todo', 'done', 'exempt') : fc.constantFrom<Cell>('done', 'done', 'done', 'todo')])))
    fc.assert(fc.property(cells, (chosen) => {
      const quality = parseQuality(id, yaml((item) => chosen[item] ?? 'todo'))
      expect(quality.faults).toEqual([])
      const open = (rung: (typeof rungs)[number]): boolean => items[rung].some((item) => chosen[item] === 'todo')
      expect(rungOf(quality)).toBe(open('works') ? 'none' : open('solid') ? 'works' : open('leading') ? 'solid' : 'leading')
    }))
  })

  test('a file with a fault has no rung, whatever it says', () => {
    expect(rungOf(parseQuality(id, `${yaml(() => 'done')}rung: leading\n`))).toBe('none')
  })

  const all = yaml(() => 'done')
  test.each([
    ['the rung written down', `${all}rung: works\n`, "'rung' is computed; remove it"],
    ['an unknown rung', `${all}perfect: {}\n`, "'perfect' is no rung"],
    ['a missing rung', all.replace(/leading:[^]*$/, ''), "'leading' is missing or no map"],
    ['an unknown item', all.replace('works:\n', 'works:\n  speed: todo\n'), "'speed' is no item of works"],
    ['a missing item', all.replace(/ {2}face:.*\n/, ''), 'works.face is missing'],
    ['an item twice', all.replace('works:\n', 'works:\n  face: todo\n'), 'no valid YAML: Map keys must be unique'],
    ['another status', all.replace(/face: .*/, 'face: done'), 'works.face: must be'],
    ['no status', all.replace(/face: .*/, 'face:'), 'works.face: must be'],
    ['done and exempt', all.replace(/face: .*/, 'face: { done: "[river-gate face] x", exempt: "because it is so" }'), 'works.face: must be'],
    ['a test of another item', all.replace('[river-gate face]', '[river-gate journey]'), "must begin with '[river-gate face] '"],
    ['a tag alone', all.replace('[river-gate face] shows it', '[river-gate face] '), 'and say what it shows'],
    ['no test', all.replace(/face: .*/, 'face: { done: [] }'), 'works.face: done names no test'],
    ['a number for a test', all.replace(/face: .*/, 'face: { done: 3 }'), 'must name tests by their titles'],
    ['exempt without a reason', all.replace(/journey: .*/, 'journey: { exempt: "no" }'), 'exempt needs a reason in words'],
    ['exempt from what nobody is', all.replace(/access: .*/, 'access: { exempt: "nobody may look anyway" }'), 'no system is exempt from this'],
    ['a list', '- works\n', 'must be a map'],
    ['nothing', '', 'must be a map'],
  ])('%s is a fault', (_, text, message) => {
    expect(faults(text)).toEqual([expect.stringContaining(message)])
  })

  test('several tests may show one item, and lines are those of the file', () => {
    const { entries } = parseQuality(id, all.replace(/face: .*/, 'face: { done: ["[river-gate face] a", "[river-gate face] b"] }'))
    const face = entries.find((entry) => entry.item === 'face')
    expect(face).toMatchObject({ line: all.split('\n').findIndex((line) => line.includes('face')) + 1, status: { tests: ['[river-gate face] a', '[river-gate face] b'] } })
  })
})
