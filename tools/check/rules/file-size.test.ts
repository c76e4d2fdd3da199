import { describe, expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'
import { fileSize } from './file-size.ts'

const lines = (count: number, head = 'const a = 1'): string => [head, ...Array.from({ length: count - 1 }, () => 'a')].join('\n') + '\n'
const reason = '// size: one table of states, read as a whole'

describe('file-size', () => {
  test.each([
    ['400 lines', { 'kernel/a.ts': lines(400) }],
    ['600 lines with a reason', { 'kernel/a.ts': lines(600, reason) }],
    ['a reason in SQL', { 'runtime/a.sql': lines(500, '-- size: generated once from the standard') }],
    ['data, prose and generated code of any length', { 'reference/a.json': lines(900), 'docs/a.md': lines(900), 'systems/registry.generated.ts': lines(900), 'systems/a/fixtures/x.ts': lines(900) }],
  ])('%s pass', async (_, files) => {
    expect(await findingsOf(fileSize, files as Record<string, string>)).toEqual([])
  })

  test.each([
    ['401 lines without a reason', lines(401), '401 lines, over 400'],
    ['a reason too far down', `${'a\n'.repeat(10)}${reason}\n${'a\n'.repeat(400)}`, '411 lines, over 400'],
    ['an empty reason', lines(401, '// size: '), '401 lines, over 400'],
    ['601 lines even with a reason', lines(601, reason), '601 lines, over 600'],
  ])('%s are found', async (_, text, message) => {
    expect(await findingsOf(fileSize, { 'kernel/a.ts': text })).toEqual([expect.stringContaining(message)])
  })
})
