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
  /** Has the many open tasks that one officer in twenty has. */
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

/**
 * Officers with 1 to 210 scopes at random; one in twenty holds `heavyTasks` open tasks or more.
 * `open` counts the open tasks of each seat.
 */
export function officersOf(seats: readonly Seat[], officers: number, open: (seat: Seat) => number, heavyTasks: number, random: Random): readonly Officer[] {
  const busiest = [...seats].sort((a, b) => open(b) - open(a))
  return Array.from({ length: officers }, (_, i) => i % 20 === 0 ? heavyOfficer(busiest, open, heavyTasks, random) : lightOfficer(seats, random))
}

/** A township with the villages below it counts as the 21 scopes it covers. */
function lightOfficer(seats: readonly Seat[], random: Random): Officer {
  const wanted = random.between(1, MOST_SCOPES)
  const holdings = new Set<Seat>()
  for (let room = wanted; room > 0;) {
    const seat = seats[random.between(0, seats.length - 1)]!
    if (widthOf(seat) > room) continue
    if (!holdings.has(seat)) room -= widthOf(seat)
    holdings.add(seat)
  }
  return { holdings: [...holdings], heavy: false }
}

/** Most of the busiest scopes until they hold enough, then some others up to the most an officer has. */
function heavyOfficer(busiest: readonly Seat[], open: (seat: Seat) => number, heavyTasks: number, random: Random): Officer {
  const holdings: Seat[] = []
  let room = random.between(MOST_SCOPES / 2, MOST_SCOPES)
  let tasks = 0
  for (const [rank, seat] of busiest.entries()) {
    if (widthOf(seat) > room || (rank >= 20 && random.next() < (tasks < heavyTasks ? 0.05 : 0.7))) continue
    holdings.push(seat)
    room -= widthOf(seat)
    tasks += open(seat)
  }
  if (tasks < heavyTasks) throw new RangeError(`no ${MOST_SCOPES} scopes hold ${heavyTasks} open tasks`)
  return { holdings, heavy: true }
}

function widthOf(seat: Seat): number {
  return postOf(seat) === 'clerk' && isTownship(seat.unit) ? 1 + VILLAGES_EACH : 1
}

function isTownship(unit: string): boolean {
  return /^\d{9}000$/.test(unit)
}

function holding(post: Post, unit: string): Holding {
  return { post: `one-stop.${post}`, unit }
}
