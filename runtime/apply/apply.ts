/** Carries writes out: one statement, all or nothing, faults of the database told apart by code. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, Queryable } from '../database/pool.ts'
import { isConflict, isRetryable, sqlState } from '../database/sql-errors.ts'
import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { compose, type ComposedStatement } from './statement.ts'
import type { Writes } from './writes.ts'

/** The same key was carried out before; its answer is in the database. */
export class AlreadyDone extends Error {
  constructor() {
    super('this idempotency key was carried out before')
    this.name = 'AlreadyDone'
  }
}

/** A timer fired in another process first, or was moved to another time. */
export class TimerGone extends Error {
  constructor() {
    super('the timer is gone: another process fired it')
    this.name = 'TimerGone'
  }
}

/** A deadlock undid the work whole; what it expects of versions is checked again each time. */
const ATTEMPTS = 6
/** Works that met once meet again when they go on at the same moment. */
const PAUSE_MS = 15

/** @throws Problem `version-stale`, `live-case-exists`, `rows-over-bound`, `credential-unknown`, `effect-invalid`, `database-unavailable`; AlreadyDone; TimerGone */
export async function apply(db: Db, writes: Writes): Promise<void> {
  const statements = compose(writes)
  for (let attempt = 1; statements.length > 0; attempt++) {
    try {
      return await carryOut(db, statements)
    } catch (error) {
      if (!isConflict(error) || attempt >= ATTEMPTS) throw translated(error)
      await sleep(Math.random() * PAUSE_MS * 2 ** attempt)
    }
  }
}

async function carryOut(db: Db, statements: readonly ComposedStatement[]): Promise<void> {
  const run = (on: Queryable, { name, text, values, prepared }: ComposedStatement) => prepared ? on.query(name, text, values) : on.queryOnce(text, values)
  if (statements.length === 1) return void await run(db, statements[0]!)
  await db.transaction(async tx => {
    for (const statement of statements) await run(tx, statement)
  })
}

interface DatabaseFault {
  readonly constraint?: string
  readonly table?: string
  readonly schema?: string
  readonly message: string
}

function translated(error: unknown): unknown {
  const fault = error as DatabaseFault
  const state = sqlState(error)
  if (state === 'OV001') {
    if (fault.message === 'timer-gone') return new TimerGone()
    if (Object.hasOwn(catalogue, fault.message)) return new Problem(fault.message as ErrorCode, { cause: error })
  }
  if (state === '23505') return duplicate(fault, error)
  if (isRetryable(error)) return new Problem('database-unavailable', { cause: error })
  return error
}

function duplicate({ constraint = '', schema, table }: DatabaseFault, error: unknown): unknown {
  if (schema !== 'onevisit') return new Problem('effect-invalid', { detail: `'${schema}.${table}' takes each key once`, cause: error })
  if (constraint === 'idempotency_pkey') return new AlreadyDone()
  if (constraint.includes('live_key')) return new Problem('live-case-exists', { cause: error })
  // Somebody's event of the same version was first.
  if (table?.startsWith('events_')) return new Problem('version-stale', { cause: error })
  return error
}
