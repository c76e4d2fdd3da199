/** Carries writes out: one statement, all or nothing, faults of the database told apart by code. */
import type { Db } from '../database/pool.ts'
import { isRetryable, sqlState } from '../database/sql-errors.ts'
import { catalogue, type ErrorCode } from '../../kernel/errors/catalogue.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { compose } from './statement.ts'
import type { Writes } from './writes.ts'

/** The same key was carried out before; its answer is in the database. */
export class AlreadyDone extends Error {
  constructor() {
    super('this idempotency key was carried out before')
    this.name = 'AlreadyDone'
  }
}

/** A timer fired in another process first. */
export class TimerGone extends Error {
  constructor() {
    super('the timer is gone: another process fired it')
    this.name = 'TimerGone'
  }
}

export async function apply(db: Db, writes: Writes): Promise<void> {
  const statement = compose(writes)
  if (statement === null) return
  try {
    await db.query(statement.name, statement.text, [...statement.values])
  } catch (error) {
    throw translated(error)
  }
}

interface DatabaseFault {
  readonly code?: string
  readonly constraint?: string
  readonly message: string
}

function translated(error: unknown): unknown {
  const fault = error as DatabaseFault
  const state = sqlState(error)
  if (state === 'OV001') {
    if (fault.message === 'timer-gone') return new TimerGone()
    if (Object.hasOwn(catalogue, fault.message)) return new Problem(fault.message as ErrorCode, { cause: error })
  }
  if (state === '23505') {
    if (fault.constraint === 'idempotency_pkey') return new AlreadyDone()
    if (fault.constraint?.includes('live_key')) return new Problem('live-case-exists', { cause: error })
  }
  if (isRetryable(error)) return new Problem('database-unavailable', { cause: error })
  return error
}
