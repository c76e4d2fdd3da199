import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isProblem } from '../kernel/errors/problem.ts'
import { parseJsonBody } from './json-body.ts'

const parse = (value: unknown) => parseJsonBody(Buffer.from(JSON.stringify(value)))
const codeOf = (run: () => unknown) => {
  try {
    return run()
  } catch (error) {
    return isProblem(error) ? error.code : error
  }
}
const holds = (value: unknown, test: (text: string) => boolean): boolean => typeof value === 'string' ? test(value)
  : typeof value === 'object' && value !== null && Object.entries(value).some(([name, one]) => (!Array.isArray(value) && test(name)) || holds(one, test))

describe('JSON bodies', () => {
  it('are read as JSON.parse reads them, unless they hold what nothing here takes', () => {
    fc.assert(fc.property(fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 }), value => {
      const sent = JSON.parse(JSON.stringify(value)) as unknown
      const found = codeOf(() => parse(value))
      if (holds(sent, text => text.includes('\u0000'))) expect(found).toMatch(/nul-character|invalid-request/)
      else if (holds(sent, text => text === '__proto__')) expect(found === 'invalid-request' || Object.is(JSON.stringify(found), JSON.stringify(sent))).toBe(true)
      else expect(found).toEqual(sent)
    }))
  })

  it.each([
    ['"\\u0000"', 'nul-character'], ['{"a":{"\\u0000":1}}', 'nul-character'], ['"\\udc00"', 'invalid-request'], ['{"\\ud800":1}', 'invalid-request'], ['{"a":[{"__proto__":1}]}', 'invalid-request'],
    ['{"constructor":{"prototype":{}}}', 'invalid-request'], ['[', 'malformed-json'], ['NaN', 'malformed-json'], ["{'a':1}", 'malformed-json'], ['{"a":1,}', 'malformed-json'],
  ])('%s is refused: %s', (body, code) => {
    expect(codeOf(() => parseJsonBody(Buffer.from(body)))).toBe(code)
  })

  it('may have members called constructor and prototype, and a byte-order mark', () => {
    expect(parse({ constructor: 'Wright & Sons', prototype: 1 })).toEqual({ constructor: 'Wright & Sons', prototype: 1 })
    expect(parseJsonBody(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 })
    expect(parseJsonBody(Buffer.alloc(0))).toBeUndefined()
  })

  it('are nested up to a bound, and refused beyond it without running out of stack', () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
    expect(codeOf(() => parseJsonBody(nested(64)))).toBeInstanceOf(Array)
    expect(codeOf(() => parseJsonBody(nested(66)))).toBe('invalid-request')
    expect(codeOf(() => parseJsonBody(nested(400_000)))).toMatch(/invalid-request|malformed-json/)
  })

  it('that cannot be read are not quoted in the error', () => {
    try {
      parseJsonBody(Buffer.from('{"idNumber": 330203199001011234X}'))
      expect.unreachable()
    } catch (error) {
      expect(String(error)).not.toContain('3302')
    }
  })
})
