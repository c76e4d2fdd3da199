/** A system: one folder, one definition. Folder name = id = database schema = URL segment. */
import type { AnyAction } from './action.ts'
import type { AnyCaseType } from './case.ts'
import type { AnyCredential } from './credential.ts'
import type { Document } from './document.ts'
import type { AnyIndicator } from './indicator.ts'
import type { AnyJob } from './job.ts'
import type { Listener } from './listener.ts'
import type { Matter } from './matter.ts'
import type { AnyResource } from './resource.ts'
import type { Rule } from './rule.ts'
import type { Series } from './series.ts'
import type { AnySignal } from './signal.ts'
import type { Text } from './text.ts'

export interface System {
  readonly id: string
  /** Two to four capital letters that begin the numbers of its cases; unique, never changed. */
  readonly prefix: string
  readonly title: Text
  /** Clauses of the policy texts, `N一(一)` or `Z四(二)3`. */
  readonly policy: readonly string[]
  readonly owner: Text
  /** Other systems whose facades it imports or whose resources it asks for. */
  readonly uses?: readonly string[]
  readonly cases?: Readonly<Record<string, AnyCaseType>>
  readonly matters?: readonly Matter[]
  readonly resources?: Readonly<Record<string, AnyResource>>
  readonly series?: Readonly<Record<string, Series<any>>>
  readonly signals?: Readonly<Record<string, AnySignal>>
  readonly indicators?: Readonly<Record<string, AnyIndicator>>
  readonly credentials?: Readonly<Record<string, AnyCredential>>
  readonly documents?: Readonly<Record<string, Document>>
  readonly rules?: Readonly<Record<string, Rule<unknown>>>
  readonly actions?: Readonly<Record<string, AnyAction>>
  readonly jobs?: Readonly<Record<string, AnyJob>>
  readonly listeners?: Readonly<Record<string, Listener<any>>>
  /** Standard protocols mounted under the system: mount path and handlers by operation. */
  readonly speaks?: Readonly<Record<string, { readonly mount: string; readonly to: Readonly<Record<string, string>> }>>
  readonly panels?: Readonly<Record<string, string>>
}

export function defineSystem(definition: System): System {
  return definition
}
