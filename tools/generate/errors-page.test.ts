import { expect, test } from 'vitest'
import { renderErrors } from './errors-page.ts'

test('codes are ordered by status, then by name, whatever the order of the catalogue', () => {
  const a = { status: 404, title: { zh: '甲', en: 'A' } }
  const b = { status: 404, title: { zh: '乙', en: 'B' } }
  const c = { status: 400, title: { zh: '丙', en: 'C' } }
  const page = renderErrors({ a, b, c })
  expect(renderErrors({ c, b, a })).toBe(page)
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(['| `c` | 400 | C | 丙 |', '| `a` | 404 | A | 甲 |', '| `b` | 404 | B | 乙 |'])
})

test('a title cannot break the table', () => {
  expect(renderErrors({ a: { status: 400, title: { zh: '一\n二', en: 'this | that \\ other' } } })).toContain('| this \\| that \\\\ other | 一 二 |\n')
})
