/**
 * Case types: anything that moves from opened to closed under somebody's responsibility and a clock. Who may act,
 * what they see, what they must give and by when are declared on the moves; to-do lists, timelines, reminders,
 * access tests and screens derive from them.
 */
import type { CaseHeader, ChildHeader, MoveCtx } from './context.ts'
import type { Effect } from './effect.ts'
import type { DateFieldName, FieldName, Fields, LocalDate, Values } from './field.ts'
import type { Limit } from './matter.ts'
import type { CaseRef } from './reference.ts'
import type { Text } from './text.ts'
import type { Party, Post, Who } from './who.ts'

export interface State<W extends string = string> {
  readonly title: Text
  /** How the case has ended; a state with an outcome is final unless a move leads out of it (a review of a refusal). */
  readonly outcome?: string
  /** Legal time runs by default; in a `paused` state (a special procedure, a correction) it does not count. */
  readonly clock?: 'running' | 'paused' | 'stopped'
  /** Whose time it is, for the counted-time ledger. */
  readonly responsible?: W
}

/** A part of a case that advances on its own beside the state, so that departments work in parallel. */
export interface Track {
  readonly title: Text
  readonly steps: readonly string[]
}

/**
 * When something is due. After entry into the state (or the tracks needed): hours, calendar days or working days;
 * before a date field, recomputed when the field changes; or a limit named in the matter's edition.
 */
export type Within<F> =
  | { readonly hours: number }
  | { readonly days: number }
  | { readonly workingDays: number }
  | { readonly before: DateFieldName<F>; readonly workingDays?: number; readonly days?: number }
  | { readonly limit: string }

export type SystemTrigger = 'childClosed' | 'timer' | 'signal' | 'reply' | 'effect'

export type Maybe<T> = T | Promise<T>

/** What a guard may look at. */
export interface Sight {
  readonly case: CaseHeader
  readonly children: readonly ChildHeader[]
  readonly today: LocalDate
  /** Named limits of the matter's pinned edition; none where there is no matter. */
  readonly limits: Readonly<Record<string, Limit>>
}

interface Common<P extends string, O extends string, F> {
  readonly title: Text
  /** The permission. */
  readonly by: Who<P, O> | readonly Who<P, O>[]
  /** Fields that must be given. */
  readonly asks?: readonly FieldName<F>[]
  /** Fields that may be given. */
  readonly takes?: readonly FieldName<F>[]
  /** A reason must be written. */
  readonly note?: 'required'
  /**
   * Starts legal time from the opening, or from when the state it leaves was entered (deemed acceptance), lengthens it by
   * a named limit, or names the field with the length told in the notice of a pause.
   */
  readonly clock?: { readonly from?: 'opened' | 'entered'; readonly extend?: string; readonly noticeDays?: FieldName<F> }
}

/** One fixed end, or several of which `decide` picks one. */
type Ending<F, T> = {
  readonly to: T
  /** Values the move itself sets (a count, the grounds of a decision). */
  readonly derive?: (values: Values<F>, ctx: MoveCtx, outcome: NoInfer<Outcome<T>>) => Maybe<Partial<Values<F>>>
  /** What else is written; `outcome` is `'done'` where there is one fixed end. */
  readonly effects?: (values: Values<F>, ctx: MoveCtx, outcome: NoInfer<Outcome<T>>) => Maybe<readonly Effect[]>
  /** Named here too, and not only in the condition, so that `() => 'yes'` keeps its literal while `T` is inferred. */
  readonly decide?: Decide<F, T> | undefined
} & (T extends string ? { readonly decide?: undefined } : { readonly decide: Decide<F, T> })

type Decide<F, T> = (values: Values<F>, ctx: MoveCtx) => Maybe<NoInfer<keyof T & string>>

type Outcome<T> = 0 extends 1 & T ? any : T extends string ? 'done' : keyof T & string

/** Without tracks there is nothing to name: `{}` would accept any name. */
type OfTracks<K, X> = [keyof K] extends [never] ? Readonly<Record<string, never>> : X
type Steps<K> = OfTracks<K, { readonly [N in keyof K]?: K[N] extends { readonly steps: readonly (infer S)[] } ? S | readonly S[] : never }>
type Step<K> = OfTracks<K, { readonly [N in keyof K]?: K[N] extends { readonly steps: readonly (infer S)[] } ? S : never }>

export type Opening<P extends string, O extends string, F, T> = Common<P, O, F> & Ending<F, T>

export type Move<S extends string, P extends string, O extends string, F, K, M extends string, T> = Common<P, O, F> & Ending<F, T> & {
  readonly from: S | readonly S[]
  /** Steps that tracks must be at. */
  readonly needs?: Steps<K>
  /** Steps that tracks are put to. */
  readonly sets?: Step<K>
  /** What makes the system act, for a move by the system; `effect` is a `move` effect of a job, an action or another case. */
  readonly on?: SystemTrigger
  /** What holders of this permission may see while the move is open to them, besides what the case type shows them. */
  readonly sees?: readonly FieldName<F>[]
  /** A reason why the move is not possible now, or `null`. */
  readonly when?: (values: Values<F>, sight: Sight) => Text | null
  readonly within?: Within<F>
  /** How long before the due time the holders are reminded. */
  readonly remind?: { readonly workingDays?: number; readonly hours?: number }
  /** Who is told when it is overdue. */
  readonly escalate?: `post:${O}` | readonly `post:${O}`[]
  /** Moves of the same case that the same person must not have made. */
  readonly apartFrom?: readonly M[]
  /** Not offered as a to-do: a right that may be used (to withdraw), not a duty. */
  readonly optional?: boolean
  /** The person must confirm: it cannot be undone. */
  readonly confirm?: boolean
}

export interface Child {
  readonly title: Text
  /** The case type to open, `system.type`. */
  readonly opens: string
  readonly after?: readonly string[]
  /** What a refusal does to those that wait for it. Siblings always continue. */
  readonly onRefused?: 'stopDependants' | 'continue'
}

export interface CaseType<S extends string, P extends string, O extends string, F, K, OT, T> {
  readonly title: Text
  /** One sentence: what it is and under which rule. */
  readonly about?: Text
  readonly fields: F
  readonly parties: Readonly<Record<P, Party<NoInfer<P>>>>
  readonly posts: Readonly<Record<O, Post>>
  readonly states: Readonly<Record<S, State<NoInfer<P> | `post:${NoInfer<O>}` | 'system'>>>
  /** New name → name before; live cases are carried over. */
  readonly renamedStates?: Readonly<Partial<Record<S, string>>>
  readonly tracks?: K
  readonly children?: Readonly<Record<string, Child>>
  /** Fields that parties and posts may always see; `'all'` leaves out sealed fields. */
  readonly sees?: Readonly<Partial<Record<NoInfer<P> | `post:${NoInfer<O>}`, 'all' | readonly FieldName<NoInfer<F>>[]>>>
  /** At most three columns by which lists of this type are filtered. */
  readonly indexed?: readonly FieldName<NoInfer<F>>[]
  /** Another live case of the same applicant and matter (or type) is refused with 409. */
  readonly oneLive?: boolean
  readonly opening: Opening<NoInfer<P>, NoInfer<O>, NoInfer<F>, OT>
  readonly moves: { readonly [M in keyof T]: Move<NoInfer<S>, NoInfer<P>, NoInfer<O>, NoInfer<F>, NoInfer<K>, keyof T & string, T[M]> }
}

/** A case type whose parameters do not matter, as the runtime sees it. */
export type AnyCaseType = CaseType<any, any, any, any, any, any, any>

/** A move as the runtime reads it. */
export interface PlainMove {
  readonly title: Text
  readonly from: string | readonly string[]
  readonly to: string | Readonly<Record<string, string>>
  readonly by: string | readonly string[]
  readonly on?: SystemTrigger
  readonly needs?: Readonly<Record<string, string | readonly string[]>>
  readonly sets?: Readonly<Record<string, string>>
  readonly asks?: readonly string[]
  readonly takes?: readonly string[]
  readonly sees?: readonly string[]
  readonly note?: 'required'
  readonly clock?: { readonly from?: 'opened' | 'entered'; readonly extend?: string; readonly noticeDays?: string }
  readonly when?: (values: Readonly<Record<string, unknown>>, sight: Sight) => Text | null
  readonly within?: Within<any>
  readonly remind?: { readonly workingDays?: number; readonly hours?: number }
  readonly escalate?: string | readonly string[]
  readonly apartFrom?: readonly string[]
  readonly optional?: boolean
  readonly confirm?: boolean
  readonly decide?: (values: Readonly<Record<string, unknown>>, ctx: MoveCtx) => Maybe<string>
  readonly derive?: (values: Readonly<Record<string, unknown>>, ctx: MoveCtx, outcome: string) => Maybe<Readonly<Record<string, unknown>>>
  readonly effects?: (values: Readonly<Record<string, unknown>>, ctx: MoveCtx, outcome: string) => Maybe<readonly Effect[]>
}

/** A case type as the runtime reads it; `plain` is the only way there. */
export interface PlainCaseType {
  readonly title: Text
  readonly about?: Text
  readonly fields: Fields
  readonly parties: Readonly<Record<string, Party>>
  readonly posts: Readonly<Record<string, Post>>
  readonly states: Readonly<Record<string, State>>
  readonly renamedStates?: Readonly<Record<string, string>>
  readonly tracks?: Readonly<Record<string, Track>>
  readonly children?: Readonly<Record<string, Child>>
  readonly sees?: Readonly<Record<string, 'all' | readonly string[]>>
  readonly indexed?: readonly string[]
  readonly oneLive?: boolean
  readonly opening: Omit<PlainMove, 'from'>
  readonly moves: Readonly<Record<string, PlainMove>>
}

export function plain(definition: AnyCaseType): PlainCaseType {
  return definition as unknown as PlainCaseType
}

export function defineCase<
  const S extends string, const P extends string, const O extends string, F extends Fields,
  const OT extends NoInfer<S> | Readonly<Record<string, NoInfer<S>>>,
  const T extends Readonly<Record<string, NoInfer<S> | Readonly<Record<string, NoInfer<S>>>>>,
  const K extends Readonly<Record<string, Track>> = {},
>(definition: CaseType<S, P, O, F, K, OT, T>): NoInfer<CaseType<S, P, O, F, K, OT, T>> {
  return definition
}

/** The reference of a case type, with its fields and moves. */
export function refTo<C extends CaseType<any, any, any, any, any, any, any>>(ref: string): C extends CaseType<any, any, any, infer F, any, any, infer T> ? CaseRef<F, keyof T & string> : never {
  return { noun: 'case', ref } as never
}
