import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formatTable, headOf, parseTable } from './table-file.ts'

it('reads back what it writes, but for empty cells at the end of a row', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'abc 宁波0123'), maxLength: 6 }).filter((text) => text !== '' && !text.startsWith('#'))
  fc.assert(fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), cell, (rows, value) => {
    const head = { source: `x${value}` }
    expect(parseTable(formatTable({ head, rows: rows.map((row) => [...row, '']) }))).toEqual({ head, rows })
  }))
})

it('keeps empty cells inside a row', () => {
  expect(parseTable('# asOf: 2020-01-01\n# a remark\na\t\tb\n')).toEqual({ head: { asOf: '2020-01-01' }, rows: [['a', '', 'b']] })
})

it('names the line that is missing from the head', () => {
  expect(() => headOf(parseTable('a\n'), 'asOf')).toThrow(/# asOf/)
})
