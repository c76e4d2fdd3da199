/** Who may act: parties of a case, posts of the government, or the system itself. */
import type { Text } from './text.ts'

/** The five subject classes (domain sheet C3). */
export type SubjectClass = 'person' | 'enterprise' | 'socialOrganisation' | 'publicInstitution' | 'organ'

export interface Party<P extends string = string> {
  readonly title: Text
  readonly classes: readonly SubjectClass[]
  /** Must be known when the case opens. */
  readonly required?: boolean
  /** This party acts for another (an agent for an applicant); its mandate is checked at every move. */
  readonly actsFor?: P
}

/**
 * Where a post of a case sits: the organ that decides it, its region (or one above), or the region that accepted
 * it. A holder of the post sees a case's tasks when the post's unit covers that place.
 */
export type PostSeat = 'organ' | 'region' | 'acceptingRegion'

export interface Post {
  readonly title: Text
  readonly at: PostSeat
}

export type Who<P extends string, O extends string> = P | `post:${O}` | 'system'
