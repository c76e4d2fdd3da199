/** Who is signed in, and in which roles they stand to a case. */
import type { PartyHeader } from '../../kernel/context.ts'
import type { PlainCaseType } from '../../kernel/case.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { LocalDate } from '../../kernel/field.ts'
import type { SubjectClass } from '../../kernel/who.ts'
import { isWithin } from '../../kernel/codes/region-code.ts'
import type { SubjectBook } from '../accounts/subjects.ts'
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

/** The roles somebody acts in today, and those that they have but that do not count. */
export interface Standing {
  readonly roles: readonly string[]
  readonly lapsed: ReadonlyMap<string, 'mandate-missing' | 'duties-separated'>
}

/**
 * An agent's role counts under a mandate in force, which is looked up each time. Whoever applies for a matter, or acts
 * for the applicant, holds no post in that case (回避).
 */
export async function standingOf(mandated: SubjectBook['mandated'], actor: SignedIn, subjected: Subjected & { readonly matter: string | null }, today: LocalDate): Promise<Standing> {
  const { parties } = subjected.entry.type
  const applicant = Object.keys(parties)[0]
  const all = rolesOf(actor, subjected)
  const lapsed = new Map<string, 'mandate-missing' | 'duties-separated'>()
  for (const role of all) {
    const principal = Object.hasOwn(parties, role) ? parties[role]!.actsFor : undefined
    if (principal === undefined) continue
    const subject = subjected.parties[principal]?.subject
    if (subject === undefined || !await mandated(actor.subject, subject, subjected.matter, today)) lapsed.set(role, 'mandate-missing')
  }
  const applies = subjected.matter !== null && all.some(role => role === applicant || (Object.hasOwn(parties, role) && parties[role]!.actsFor === applicant))
  for (const role of all) if (applies && role.startsWith('post:')) lapsed.set(role, 'duties-separated')
  return { roles: all.filter(role => !lapsed.has(role)), lapsed }
}

/** The first of the permitted roles that the actor stands in. @throws Problem `wrong-post`, `not-a-party`, `mandate-missing`, `duties-separated` */
export function actingRole(standing: Standing, by: string | readonly string[]): string {
  const permitted = typeof by === 'string' ? [by] : by
  const lapsed = permitted.find(who => standing.lapsed.has(who))
  if (lapsed === undefined || permitted.some(who => standing.roles.includes(who))) return permittedRole(standing.roles, by)
  if (standing.lapsed.get(lapsed) === 'mandate-missing') throw new Problem('mandate-missing')
  throw new Problem('duties-separated', { detail: { zh: '您是本办件的申请人或其代理人，应当回避', en: 'you are the applicant of this case or act for the applicant' } })
}

/** The first of the permitted roles that the actor has. @throws Problem `wrong-post`, `not-a-party` */
export function permittedRole(roles: readonly string[], by: string | readonly string[]): string {
  const permitted = typeof by === 'string' ? [by] : by
  const role = permitted.find(who => roles.includes(who))
  if (role !== undefined) return role
  throw new Problem(permitted.some(who => who.startsWith('post:')) ? 'wrong-post' : 'not-a-party')
}
