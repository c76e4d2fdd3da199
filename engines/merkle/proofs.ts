/** Which runs of leaves a proof consists of, in the order of RFC 6962, sections 2.1.1 and 2.1.2. */
import type { Range } from './ranges.ts'

/** PATH(index, D[size]). @throws RangeError when the tree has no such leaf */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!isCount(index) || !isCount(size) || index >= size) throw new RangeError(`a tree of ${size} leaves has no leaf ${index}`)
  const ranges: Range[] = []
  for (let from = 0, to = size; to - from > 1;) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      ranges.unshift({ from: middle, to })
      to = middle
    } else {
      ranges.unshift({ from, to: middle })
      from = middle
    }
  }
  return ranges
}

/** PROOF(earlier, D[later]). @throws RangeError unless 0 < earlier ≤ later: of an empty tree nothing can be shown */
export function consistencyRanges(earlier: number, later: number): readonly Range[] {
  if (!isCount(earlier) || !isCount(later) || earlier === 0 || earlier > later) throw new RangeError(`no proof leads from ${earlier} to ${later} leaves`)
  const ranges: Range[] = []
  let [from, to] = [0, later]
  while (earlier !== to) {
    const middle = from + splitOf(to - from)
    if (earlier <= middle) {
      ranges.unshift({ from: middle, to })
      to = middle
    } else {
      ranges.unshift({ from, to: middle })
      from = middle
    }
  }
  // The verifier knows the earlier root; only where that is not a node of the later tree must its part be given.
  return from === 0 ? ranges : [{ from, to }, ...ranges]
}

/** The largest power of two below a number over 1. */
function splitOf(count: number): number {
  let split = 2 ** Math.floor(Math.log2(count))
  while (split >= count) split /= 2
  return split
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
