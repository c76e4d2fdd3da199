/** Figures from measured times: percentiles, medians, and work done by several at once. */
import { performance } from 'node:perf_hooks'

export interface Spread {
  readonly n: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

/** Nearest-rank percentiles of times in milliseconds. @throws RangeError for no times */
export function spreadOf(times: readonly number[]): Spread {
  if (times.length === 0) throw new RangeError('no times were measured')
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1)! }
}

/** The middle of an odd number of values, the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values were measured')
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!
}

/** Does the work for every item, `concurrency` at once; the time of each in milliseconds, in the items' order. */
export async function timed<T>(items: readonly T[], concurrency: number, work: (item: T) => Promise<unknown>): Promise<readonly number[]> {
  const times = new Array<number>(items.length)
  let next = 0
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) {
      const from = performance.now()
      await work(items[i]!)
      times[i] = performance.now() - from
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return times
}
