/**
 * Check characters that the national codes share: ISO 7064 systems and plain weighted sums.
 * What they guarantee: MOD 11-2 finds every single substitution and every swap of neighbours; MOD 11,10 and MOD 37,36
 * find every single substitution, and every swap of neighbours whose values are not next to each other in the cycle
 * of 10 or 36 (0 and 9 are next to each other).
 */
export const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Value of each character in the alphabet. @throws RangeError for a character outside it */
export function valuesOf(text: string, alphabet: string = alphanumeric): number[] {
  return [...text].map((character) => {
    const value = alphabet.indexOf(character)
    if (value < 0) throw new RangeError(`check-character: '${character}' is not in the alphabet`)
    return value
  })
}

/** Σ value·weight over the shorter of both. */
export function weightedSum(values: readonly number[], weights: readonly number[]): number {
  return values.slice(0, weights.length).reduce((sum, value, i) => sum + value * (weights[i] ?? 0), 0)
}

/** ISO 7064 MOD 11-2 over digits: `0`-`9` or `X`. */
export function mod11And2(digits: string): string {
  const power = valuesOf(digits).reduce((p, value) => ((p + value) * 2) % 11, 0)
  return '0123456789X'.charAt((12 - power) % 11)
}

/** ISO 7064 MOD 11,10 over digits: one digit. */
export function mod11And10(digits: string): string {
  return alphanumeric.charAt(hybridCheck(valuesOf(digits), 10))
}

/** ISO 7064 MOD 37,36 over digits and capitals: one of them. */
export function mod37And36(text: string): string {
  return alphanumeric.charAt(hybridCheck(valuesOf(text), 36))
}

/** ISO 7064 hybrid system MOD m+1,m. */
function hybridCheck(values: readonly number[], m: number): number {
  const power = values.reduce((p, value) => (((p + value) % m || m) * 2) % (m + 1), m)
  return (m + 1 - power) % m
}
