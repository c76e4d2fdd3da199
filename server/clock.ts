/** The server's own clock. No route takes a caller's time for it. */

/** The present instant, ISO 8601 in UTC. */
export type Clock = () => string

export const systemClock: Clock = () => new Date().toISOString()
