import { describe, expect, test } from 'vitest'
import { codeRefusals } from '../codes/index.ts'
import { catalogue, type CatalogueEntry, type ErrorCode } from './catalogue.ts'
import { isProblem, Problem } from './problem.ts'

const entries = Object.entries(catalogue) as [ErrorCode, CatalogueEntry][]

describe.each(entries)('%s', (code, { status, title, retry }) => {
  test('is a code of small words', () => expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/))
  test('is told in Chinese and in English', () => {
    expect(title.zh).toMatch(/\p{Script=Han}/u)
    expect(title.en).toMatch(/^[A-Z][^\p{Script=Han}]+[^.\s]$/u)
  })
  test('has the status of a mistake of the caller, or of ours', () => {
    expect([400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503]).toContain(status)
    if (retry) expect([429, 503]).toContain(status)
    else expect(status).not.toBe(503)
  })
})

test('a thing that is not there is 404, a stale or repeated thing 409', () => {
  for (const [code, { status }] of entries) {
    if (/-unknown$/.test(code) && code !== 'field-unknown' && !Object.hasOwn(codeRefusals, code)) expect([code, status]).toEqual([code, 404])
    if (/(-stale|-exists|-taken|-reused)$/.test(code)) expect([code, status]).toEqual([code, 409])
  }
})

test('every reason to refuse a code is an error of the value, in the same words', () => {
  for (const [code, title] of Object.entries(codeRefusals)) expect(catalogue[code as ErrorCode]).toEqual({ status: 422, title })
})

test('no two errors say the same', () => {
  for (const language of ['zh', 'en'] as const) expect(new Set(entries.map(([, { title }]) => title[language])).size).toBe(entries.length)
})

describe('a problem', () => {
  test('has the status and title of its code, and says more where told', () => {
    const problem = new Problem('version-stale', { detail: { zh: '第 4 版', en: 'version 4' }, more: { version: 4 } })
    expect(problem).toMatchObject({ code: 'version-stale', status: 409, title: catalogue['version-stale'].title, message: 'version-stale: version 4', more: { version: 4 }, faults: [] })
    expect(new Problem('internal').message).toBe(`internal: ${catalogue.internal.title.en}`)
  })

  test('is told from other errors, and by its code', () => {
    expect([new Problem('not-found'), new Error('not-found'), 'not-found'].map(error => isProblem(error))).toEqual([true, false, false])
    expect(isProblem(new Problem('not-found'), 'internal')).toBe(false)
  })

  test('keeps its cause', () => {
    const cause = new Error('socket closed')
    expect(new Problem('database-unavailable', { cause }).cause).toBe(cause)
  })
})
