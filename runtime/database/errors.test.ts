import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DatabaseError, databaseErrors, type DatabaseErrorCode } from './errors.ts'

const codes = Object.keys(databaseErrors) as DatabaseErrorCode[]
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!).sort()

test.each(codes)('%s says the same things in both languages', (code) => {
  const { zh, en } = databaseErrors[code]
  expect([...new Set(placeholders(zh))]).toEqual([...new Set(placeholders(en))])
  expect(zh).toMatch(/\p{Script=Han}/u)
  expect(en).not.toMatch(/\p{Script=Han}/u)
})

test('texts are filled in, in both languages', () => {
  const error = new DatabaseError('migration-failed', { id: '0003-x', line: 7, reason: 'syntax error' })
  expect(error.message).toBe('Migration 0003-x failed at line 7: syntax error')
  expect(error.zh).toBe('迁移 0003-x 第 7 行失败：syntax error')
  expect(error).toBeInstanceOf(Error)
})

test('every text is used', () => {
  const sources = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const raised = sources.flatMap((file) => [...readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(/new DatabaseError\(\s*'([\w-]+)'/g)].map((match) => match[1]!))
  expect([...new Set(raised)].sort()).toEqual([...codes].sort())
})
