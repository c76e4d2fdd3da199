/** Who is signed in, and in which roles they stand to a case. */
import type { PartyHeader } from '../../kernel/context.ts'
import type { PlainCaseType } from '../../kernel/case.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { SubjectClass } from '../../kernel/who.ts'
import { isWithin } from '../../kernel/codes/region-code.ts'
import { isRegion, type Holding } from './scopes.ts'

export interface SignedIn {
  readonly account: string
  readonly kind: 'person' | 'firm' | 'staff' | 'app' | 'admin'
  readonly subject: string
  readonly class: SubjectClass
  readonly name: string
  /** `system.post` at units, valid today. */
  readonly holdings: readonly Holding[]
}

/** The part of a case that access is judged by. */
export interface Subjected {
  readonly entry: { readonly system: string; readonly type: PlainCaseType }
  readonly parties: Readonly<Record<string, PartyHeader>>
  readonly organ: string
  readonly region: string
  readonly acceptingRegion: string
}

/** Names of the parties and `post:x` that the actor is to this case. */
export function rolesOf(actor: SignedIn, subjected: Subjected): readonly string[] {
  const { type, system } = subjected.entry
  const parties = Object.entries(subjected.parties).filter(([, party]) => party.subject === actor.subject).map(([name]) => name)
  const posts = Object.entries(type.posts).filter(([name, post]) => {
    const unit = post.at === 'organ' ? subjected.organ : post.at === 'region' ? subjected.region : subjected.acceptingRegion
    return actor.holdings.some(holding => holding.post === `${system}.${name}` && holds(holding.unit, unit))
  }).map(([name]) => `post:${name}`)
  return [...parties, ...posts]
}

function holds(held: string, unit: string): boolean {
  return held === unit || (isRegion(held) && isRegion(unit) && isWithin(unit, held))
}

/** The first of the permitted roles that the actor has. @throws Problem `wrong-post`, `not-a-party` */
export function permittedRole(roles: readonly string[], by: string | readonly string[]): string {
  const permitted = typeof by === 'string' ? [by] : by
  const role = permitted.find(who => roles.includes(who))
  if (role !== undefined) return role
  throw new Problem(permitted.some(who => who.startsWith('post:')) ? 'wrong-post' : 'not-a-party')
}
