/**
 * Turns statements that the server sent into a pgbench script that sends the same with fresh keys: parameters become
 * literals, and in them what must be new each time becomes pgbench variables.
 */
import type { SentStatement } from './server-process.ts'

/** What the captured request was known by. */
export interface Identity {
  readonly number: string
  readonly credential: string
  readonly idempotencyKey: string
  readonly trace: string
}

/** Needs `-D run=… -D i=0`: `n` is unique over runs, clients and transactions, `r` random. */
export function replayScript(statements: readonly SentStatement[], identity: Identity): string {
  return [
    '\\set i :i + 1',
    '\\set n 100000000000 + (:run * 100 + :client_id) * 100000000 + :i',
    '\\set r random(10000000, 99999999)',
    ...statements.map(statement => `${oneLine(withLiterals(statement, identity))};`),
  ].join('\n')
}

function withLiterals({ text, values }: SentStatement, identity: Identity): string {
  return text.replace(/\$(\d+)/g, (_, n: string) => fresh(literal(values[Number(n) - 1]), identity))
}

/** In parentheses when it is composed, so that a cast behind it holds for all of it. */
function fresh(sql: string, { number, credential, idempotencyKey, trace }: Identity): string {
  const made = sql
    .replaceAll(number, `${number.slice(0, 10)}' || :n || '`)
    .replaceAll(credential, `${credential}.' || :n || '`)
    .replaceAll(idempotencyKey, `' || :r || '-bench-' || :n || '`)
    .replaceAll(trace, `' || :r || '-0000-4000-8000-' || :n || '`)
  return made === sql ? sql : `(${made})`
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = Array.isArray(value) ? `{${value.map(one => JSON.stringify(String(one))).join(',')}}` : value instanceof Date ? value.toISOString() : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return `'${withoutVariables(text).replaceAll(`'`, `''`)}'`
}

/** pgbench takes a colon before a letter for a variable, in literals too. JSON says the same with a space or an escape. */
function withoutVariables(text: string): string {
  const name = /:(?=[A-Za-z_\u0080-\uffff])/g
  if (!/^[[{]/.test(text)) {
    if (name.test(text)) throw new Error('a text parameter holds what pgbench would take for a variable')
    return text
  }
  return text.replace(/"(?:[^"\\]|\\.)*"|:/g, part => part === ':' ? ': ' : part.replace(name, '\\u003a'))
}

/** pgbench reads to the semicolon; line ends inside would do no harm but make its reports unreadable. */
function oneLine(sql: string): string {
  return sql.replace(/\s*\n\s*/g, ' ')
}
