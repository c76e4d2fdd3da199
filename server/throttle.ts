/** A token bucket for each key, in memory: so many tries at once, then one in each interval. */

export interface Throttle {
  /** Takes a token. Milliseconds until there is one, where there is none; 0 when it was taken. */
  take(key: string, now: string): number
  /** Gives a token back: the try was a good one. */
  refund(key: string): void
}

export interface ThrottleOptions {
  /** Tries at once. */
  readonly burst: number
  readonly intervalMs: number
  /** Keys remembered; the one that was used longest ago is forgotten first. */
  readonly mostKeys?: number
}

export function openThrottle({ burst, intervalMs, mostKeys = 50_000 }: ThrottleOptions): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>()

  return {
    take(key, now) {
      const at = Date.parse(now)
      const bucket = buckets.get(key) ?? { tokens: burst, at }
      // A clock set back gives nothing and takes nothing.
      const tokens = Math.min(burst, bucket.tokens + Math.max(0, at - bucket.at) / intervalMs)
      buckets.delete(key)
      buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at })
      if (buckets.size > mostKeys) buckets.delete(buckets.keys().next().value!)
      return tokens < 1 ? Math.ceil((1 - tokens) * intervalMs) : 0
    },
    refund(key) {
      const bucket = buckets.get(key)
      if (bucket) bucket.tokens = Math.min(burst, bucket.tokens + 1)
    },
  }
}
