/**
 * Reads request bodies. JSON is taken as UTF-8 and exactly: no NUL or unpaired surrogate anywhere, no names that reach
 * for an object's prototype, no more depth than any form has.
 */
import { Problem, type Fault } from '../kernel/errors/problem.ts'
import { fault } from '../kernel/values.ts'

const MAX_DEPTH = 64
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `undefined` for an empty body. @throws Problem `malformed-json`, `nul-character`, `invalid-request` */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  const value = parsed(bytes)
  const found = firstFault(value, '', 0)
  if (found !== null) throw new Problem(found.code === 'nul-character' ? 'nul-character' : 'invalid-request', { faults: [found] })
  return value
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (error) {
    // The parser's message quotes the body, which may be personal data.
    throw new Problem('malformed-json', { cause: error })
  }
}

function firstFault(value: unknown, path: string, depth: number): Fault | null {
  if (typeof value === 'string') return textFault(value, path)
  if (typeof value !== 'object' || value === null) return null
  if (depth === MAX_DEPTH) return fault(path, 'field-range', `≤ ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) return firstOf(value.entries(), ([i, one]) => firstFault(one, `${path}/${i}`, depth + 1))
  return firstOf(Object.entries(value), ([name, one]) => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const reaches = name === '__proto__' || (name === 'constructor' && typeof one === 'object' && one !== null && Object.hasOwn(one, 'prototype'))
    return reaches ? fault(at, 'field-unknown') : textFault(name, path) ?? firstFault(one, at, depth + 1)
  })
}

function textFault(text: string, path: string): Fault | null {
  if (text.includes('\u0000')) return fault(path, 'nul-character')
  return text.isWellFormed() ? null : fault(path, 'field-type', 'unpaired surrogate')
}

function firstOf<T>(items: Iterable<T>, judge: (item: T) => Fault | null): Fault | null {
  for (const item of items) {
    const found = judge(item)
    if (found !== null) return found
  }
  return null
}
