/** Tells the database errors that may pass when tried again from those that will not. */

/** The five-character SQLSTATE, when the error came from the server. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !NETWORK_CODES.has(code) ? code : undefined
}

/**
 * Whether the same work may succeed later: the connection was lost or refused, the server is stopping or starting, two
 * transactions met. After a lost connection a commit may have happened, so only repeat what is idempotent.
 */
export function isRetryable(error: unknown): boolean {
  return isConnectionLost(error) || isConflict(error) || isStalePlan(error) || sqlState(error) === '53300'
}

/** Serialization failure or deadlock: this transaction certainly did not happen. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error)
  return state === '40001' || state === '40P01'
}

/** The session is gone or could not be had. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error)
  if (state) return state.startsWith('08') || LOST_STATES.has(state)
  if (!(error instanceof Error)) return false
  const code = (error as NodeJS.ErrnoException).code
  return (code !== undefined && NETWORK_CODES.has(code)) || LOST_MESSAGES.test(error.message)
}

/** A prepared `select *` or `returning *` whose table has meanwhile got a column; a new session prepares it anew. */
export function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && (error as { routine?: string }).routine === 'RevalidateCachedQuery'
}

/** Admin shutdown, crash shutdown, cannot connect now, database dropped, idle session ended. */
const LOST_STATES = new Set(['57P01', '57P02', '57P03', '57P04', '57P05', '25P03'])

/** ENOTFOUND: the name of a container goes with it. EADDRNOTAVAIL: what `localhost` says first where IPv6 is off. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN',
  'ENETUNREACH', 'ENETDOWN', 'ENETRESET', 'EADDRNOTAVAIL', 'EAI_AGAIN', 'ENOTFOUND',
])

/** pg's own errors carry no code. */
const LOST_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout|The connection was closed)/
