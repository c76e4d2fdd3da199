/** Seeded randomness: the same seed gives the same city on every machine. */

export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  shuffled<T>(items: readonly T[]): T[]
}

/** Mulberry32: 32 bits of state, enough to draw a city, not to keep a secret. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next, between,
    shuffled(items) {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = between(0, i)
        ;[out[i], out[j]] = [out[j]!, out[i]!]
      }
      return out
    },
  }
}

/** Zipf's law with exponent 1: the share of each rank, the first rank first; they add up to 1. */
export function zipfShares(ranks: number): readonly number[] {
  const weights = Array.from({ length: ranks }, (_, i) => 1 / (i + 1))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map(weight => weight / total)
}

/** Draws items by their weights, which need not add up to 1. */
export function weighted<T>(items: readonly T[], weightOf: (item: T) => number): (random: Random) => T {
  let sum = 0
  const bounds = items.map(item => sum += weightOf(item))
  return random => {
    const drawn = random.next() * sum
    let [low, high] = [0, bounds.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return items[low]!
  }
}
