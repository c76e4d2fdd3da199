/**
 * The 4,000 scopes of the bench's city and its 1,000 officers. Window clerks sit in townships and villages, approvers
 * and reviewers in organs; how much falls to a scope follows Zipf's law over all scopes, whatever their post.
 */
import { composeUscc } from '../../kernel/codes/uscc.ts'
import type { Holding } from '../../runtime/access/scopes.ts'
import { zipfShares, type Random } from '../measure/random.ts'

export type Post = 'clerk' | 'approver' | 'reviewer'

export interface Seat extends Holding {
  /** Share of all tasks. */
  readonly share: number
}

export interface Officer {
  readonly holdings: readonly Holding[]
  /** Holds half of the city's open tasks or more. */
  readonly heavy: boolean
}

export const SCOPES = 4_000
export const MOST_SCOPES = 210
const TOWNSHIPS = 150
const VILLAGES_EACH = 20
const REVIEWING_ORGANS = 250

/** The busiest first. */
export function seatsOf(random: Random): readonly Seat[] {
  const townships = Array.from({ length: TOWNSHIPS }, (_, i) => `3302${String(2 + Math.floor(i / 15)).padStart(2, '0')}${String(1 + i % 15).padStart(3, '0')}`)
  const regions = townships.flatMap(township => Array.from({ length: 1 + VILLAGES_EACH }, (_, i) => township + String(i).padStart(3, '0')))
  const organs = Array.from({ length: SCOPES - regions.length - REVIEWING_ORGANS }, (_, i) => composeUscc({ registrar: '1', category: '1', region: '330200', organBody: String(i + 1).padStart(8, '0') }))
  const holdings = [
    ...regions.map(unit => holding('clerk', unit)),
    ...organs.map(unit => holding('approver', unit)),
    ...organs.slice(0, REVIEWING_ORGANS).map(unit => holding('reviewer', unit)),
  ]
  const shares = zipfShares(holdings.length)
  return random.shuffled(holdings).map((one, rank) => ({ ...one, share: shares[rank]! }))
}

export function postOf(seat: Holding): Post {
  return seat.post.split('.')[1] as Post
}

/** Officers with 1 to 210 scopes at random; one in twenty holds `heavyShare` of all tasks or more. */
export function officersOf(seats: readonly Seat[], count: number, heavyShare: number, random: Random): readonly Officer[] {
  return Array.from({ length: count }, (_, i) => i % 20 === 0 ? heavyOfficer(seats, heavyShare, random) : lightOfficer(seats, random))
}

/** Scopes one by one, and now and then a whole township with the villages below it. */
function lightOfficer(seats: readonly Seat[], random: Random): Officer {
  const wanted = random.between(1, MOST_SCOPES)
  const townships = seats.filter(seat => isTownship(seat.unit))
  const holdings = new Map<string, Holding>()
  for (let scopes = 0; scopes < wanted;) {
    const whole = wanted - scopes > VILLAGES_EACH && random.next() < 0.1
    const seat = whole ? townships[random.between(0, townships.length - 1)]! : seats[random.between(0, seats.length - 1)]!
    if (holdings.has(keyOf(seat)) || (!whole && isTownship(seat.unit))) continue
    holdings.set(keyOf(seat), holding(postOf(seat), seat.unit))
    scopes += whole ? 1 + VILLAGES_EACH : 1
  }
  return { holdings: [...holdings.values()], heavy: false }
}

/** Most of the busiest scopes, until the share is reached, then others up to the most an officer has. */
function heavyOfficer(seats: readonly Seat[], heavyShare: number, random: Random): Officer {
  const holdings: Holding[] = []
  let share = 0
  for (const seat of seats) {
    const full = share >= heavyShare
    if (holdings.length === MOST_SCOPES || (full && random.next() < 0.02)) break
    if (isTownship(seat.unit) || (!full && random.next() < 0.1)) continue
    if (full && random.next() < 0.5) continue
    holdings.push(holding(postOf(seat), seat.unit))
    share += seat.share
  }
  if (share < heavyShare) throw new RangeError(`no ${MOST_SCOPES} scopes hold ${heavyShare} of all tasks`)
  return { holdings, heavy: true }
}

function isTownship(unit: string): boolean {
  return /^\d{9}000$/.test(unit)
}

function holding(post: Post, unit: string): Holding {
  return { post: `one-stop.${post}`, unit }
}

function keyOf({ post, unit }: Holding): string {
  return `${post}@${unit}`
}
