/** Actions: commands that are not cases. Permission by post or class of subject, values checked, effects in one statement. */
import type { AnyAction } from '../../kernel/action.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Fields } from '../../kernel/field.ts'
import { checkValues } from '../../kernel/values.ts'
import type { SignedIn } from '../access/actor.ts'
import { carryOut, leafOfEvent } from '../cases/effects.ts'
import { finish, once } from '../cases/finish.ts'
import { startWork, workActor, worldOf, type Surroundings, type Work } from '../cases/work.ts'
import type { Once, StoredAnswer } from '../idempotency.ts'

export interface ActionCommand {
  readonly actor: SignedIn
  readonly system: string
  readonly action: string
  readonly given: Readonly<Record<string, unknown>>
  readonly now: string
  readonly trace: string
  readonly once?: Once
}

export interface ActionDesk {
  /** @throws Problem `system-unknown`, `action-unknown`, `not-permitted`, `wrong-post`, and every fault of the values */
  run(command: ActionCommand): Promise<StoredAnswer>
}

export function openActionDesk(around: Surroundings): ActionDesk {
  return {
    run: command => once(around, command.once, async () => {
      const { system, action: name, actor } = command
      const action = around.city.actions.get(`${around.city.system(system).id}.${name}`)?.action
      if (action === undefined) throw new Problem('action-unknown', { detail: `${system}.${name}` })
      requirePermitted(actor, system, action)
      const values = accepted(action.asks as Fields, command.given)
      const work = startWork(around, workActor(actor), command.now, command.trace)
      const { answer, effects } = await action.run(values, worldOf(work, system, null))
      await carryOut(work, null, effects)
      if (effects.length > 0) recordInLedger(work, command)
      const stored = { status: 200, body: answer }
      await finish(work, command.once && { once: command.once, answer: stored })
      return stored
    }),
  }
}

/** Whether somebody may run it, for lists of what they may do. */
export function mayRun(actor: SignedIn, system: string, action: AnyAction): boolean {
  return action.by.some(who => {
    if (who.startsWith('post:')) return actor.holdings.some(holding => holding.post === `${system}.${who.slice(5)}`)
    if (who === 'app') return actor.kind === 'app'
    // A member of staff is a person too, but does not act as a member of the public in that account.
    return (actor.kind === 'person' || actor.kind === 'firm') && actor.class === who
  })
}

function requirePermitted(actor: SignedIn, system: string, action: AnyAction): void {
  if (!mayRun(actor, system, action)) throw new Problem(action.by.some(who => who.startsWith('post:')) ? 'wrong-post' : 'not-permitted')
}

/** Every field is present, unknown is `null`, as in the values of a case. */
function accepted(asks: Fields, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { values, faults } = checkValues(asks, given, { at: '/values' })
  if (faults.length > 0) throw new Problem(faults.some(fault => fault.code === 'nul-character') ? 'nul-character' : 'invalid-request', { faults })
  return Object.fromEntries(Object.keys(asks).map(name => [name, values[name] ?? null]))
}

/** An action has no event; its leaf holds who ran what and when, by hash. */
function recordInLedger(work: Work, { system, action, actor }: ActionCommand): void {
  const hash = leafOfEvent({ system, action, actor: actor.subject, at: work.now, trace: work.trace })
  work.writes.leaves.push({ hash, kind: 'action', trace: work.trace, at: work.now })
}
