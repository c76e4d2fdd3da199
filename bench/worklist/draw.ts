/** Draws cases one after another in the order they were opened: where each sits and how far it has come. */
import { weighted, type Random } from '../measure/random.ts'
import { postOf, type Seat } from './seats.ts'

export interface DrawnCase {
  readonly state: string
  /** How long before now it was opened, milliseconds. */
  readonly age: number
  readonly clerk: Seat
  readonly approver: Seat
  /** Of the approver's organ, where that has one. */
  readonly reviewer: Seat | undefined
}

/** Time over which the cases were opened, days; the younger a case, the likelier it is open. */
const DAYS = 120
const OPEN_SHARE = 0.3

/** A seat of any post is drawn first; what it is decides the state of the case, and the other seats are drawn after. */
export function* drawCases(seats: readonly Seat[], cases: number, random: Random): Generator<DrawnCase> {
  const [clerks, approvers, reviewers] = (['clerk', 'approver', 'reviewer'] as const).map(post => seats.filter(seat => postOf(seat) === post)) as [Seat[], Seat[], Seat[]]
  const approverOf = new Map(approvers.map(seat => [seat.unit, seat]))
  const reviewerOf = new Map(reviewers.map(seat => [seat.unit, seat]))
  const anySeat = weighted(seats, seat => seat.share)
  const anyClerk = weighted(clerks, seat => seat.share)
  const anyApprover = weighted(approvers, seat => seat.share)
  for (let i = 1; i <= cases; i++) {
    const seat = anySeat(random)
    const post = postOf(seat)
    const approver = post === 'clerk' ? anyApprover(random) : approverOf.get(seat.unit)!
    const open = random.next() < 2 * OPEN_SHARE * i / cases
    const turn = random.next()
    yield {
      state: !open ? (turn < 0.85 ? 'approved' : 'refused') : post === 'reviewer' ? 'reviewing' : post === 'clerk' ? (turn < 0.7 ? 'submitted' : 'correcting') : turn < 0.2 ? 'submitted' : 'accepted',
      age: DAYS * 86_400_000 * (1 - i / cases),
      clerk: post === 'clerk' ? seat : anyClerk(random), approver, reviewer: reviewerOf.get(approver.unit),
    }
  }
}
