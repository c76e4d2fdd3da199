/** The case desk: opens and moves cases for people and for the system, each as one unit of work and one statement. */
import { randomUUID } from 'node:crypto'
import type { PartyHeader } from '../../kernel/context.ts'
import type { PlainCaseType } from '../../kernel/case.ts'
import { fault } from '../../kernel/values.ts'
import { guard, list, obstacle } from '../../engines/case-flow/index.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Matter } from '../../kernel/matter.ts'
import { TimerGone } from '../apply/apply.ts'
import { actingRole, standingOf, type SignedIn, type Standing } from '../access/actor.ts'
import type { Once, StoredAnswer } from '../idempotency.ts'
import { carryOut } from './effects.ts'
import { finish, once } from './finish.ts'
import { moveInWork, openInWork, sightOf } from './transition.ts'
import { loadCase, startWork, SYSTEM_ACTOR, workActor, type Asked, type Surroundings, type Work, type WorkingCase } from './work.ts'
import { viewOf } from './view.ts'

export interface OpenCommand {
  readonly actor: SignedIn
  readonly type: string
  readonly matter: Matter | null
  readonly given: Readonly<Record<string, unknown>>
  /** Values the platform itself adds to what was given; only these may fill fields that the system writes. */
  readonly resolved?: Readonly<Record<string, unknown>>
  readonly parties: Readonly<Record<string, PartyHeader>>
  readonly region: string
  readonly acceptingRegion: string
  readonly organ: string
  readonly now: string
  readonly trace?: string
  readonly once?: Once
  /** A number taken before, under which sources were asked. */
  readonly number?: string
  /** What was asked of sources for this application already. */
  readonly asked?: readonly Asked[]
  readonly answer: (work: Work, working: WorkingCase, roles: readonly string[]) => StoredAnswer
}

export interface MoveCommand {
  readonly actor: SignedIn
  readonly number: string
  readonly move: string
  readonly given: Readonly<Record<string, unknown>>
  readonly note: string | null
  /** The version the actor saw. */
  readonly version: number
  readonly now: string
  readonly trace?: string
  readonly once?: Once
  /** Values the platform itself adds to what was given; only these may fill fields that the system writes. */
  readonly resolve?: (working: WorkingCase) => Promise<Readonly<Record<string, unknown>>>
}

export interface DueTimer {
  readonly number: string
  readonly key: string
  readonly kind: 'move' | 'childClosed' | 'wake'
  readonly move: string | null
  /** When it was due: a timer that was moved meanwhile does not fire. */
  readonly due: string
}

export interface CaseDesk {
  open(command: OpenCommand): Promise<StoredAnswer>
  move(command: MoveCommand): Promise<StoredAnswer>
  /** Carries out what a timer asks; `gone` when another process did, `idle` when nothing was possible. */
  fire(timer: DueTimer, now: string): Promise<'fired' | 'gone' | 'idle'>
}

export function openCaseDesk(around: Surroundings): CaseDesk {
  return {
    open: command => once(around, command.once, async () => {
      const { actor, resolved = {} } = command
      const work = startWork(around, workActor(actor), command.now, command.trace ?? randomUUID())
      work.asked.push(...command.asked ?? [])
      const entry = around.city.caseEntry(command.type)
      const subjected = { entry, parties: command.parties, organ: command.organ, region: command.region, acceptingRegion: command.acceptingRegion, matter: command.matter?.code ?? null }
      const standing = await standingOf(around.subjects.mandated, actor, subjected, work.today)
      const role = openingRole(standing, entry.type)
      const given = personal(entry.type, command.given, resolved)
      const working = await openInWork(work, { ...command, given, entry, role, carryOut: (opened, effects) => carryOut(work, opened, effects) })
      const answer = command.answer(work, working, standing.roles)
      await finish(work, command.once && { once: command.once, answer })
      return answer
    }),

    move: command => once(around, command.once, async () => {
      const work = startWork(around, workActor(command.actor), command.now, command.trace ?? randomUUID())
      const working = await loadCase(work, command.number)
      const standing = await standingOf(around.subjects.mandated, command.actor, working.record, work.today)
      const { type } = working.record.entry
      if (standing.roles.length === 0 && standing.lapsed.size === 0) throw new Problem('not-permitted')
      if (!Object.hasOwn(type.moves, command.move)) throw new Problem('move-unknown', { detail: command.move })
      const role = actingRole(standing, type.moves[command.move]!.by)
      if (working.record.version !== command.version) throw new Problem('version-stale', { more: { version: working.record.version, state: working.record.state } })
      const given = personal(type, command.given, await command.resolve?.(working) ?? {})
      await moveInWork(work, working, { name: command.move, given, note: command.note, role, carryOut: (moved, effects) => carryOut(work, moved, effects) })
      const answer = { status: 200, body: viewOf(working.record, standing.roles) }
      await finish(work, command.once && { once: command.once, answer })
      return answer
    }),

    async fire(timer, now) {
      const work = startWork(around, SYSTEM_ACTOR, now, randomUUID())
      const working = await loadCase(work, timer.number)
      work.writes.timersFired.push({ number: timer.number, key: timer.key, due: timer.due })
      const move = timer.move ?? await systemMove(work, working, timer.kind)
      const possible = move !== null && obstacle(working.record.entry.type, working.record, move) === null
      if (possible) await moveInWork(work, working, { name: move, given: {}, note: null, role: 'system', carryOut: (moved, effects) => carryOut(work, moved, effects) })
      try {
        await finish(work)
      } catch (error) {
        if (error instanceof TimerGone) return 'gone'
        throw error
      }
      return possible ? 'fired' : 'idle'
    },
  }
}

/** A post may open a case in which its holder is a party; the moves that follow are another's. */
function openingRole(standing: Standing, type: PlainCaseType): string {
  const posts = [...standing.lapsed].flatMap(([role, why]) => why === 'duties-separated' ? [role] : [])
  return actingRole({ roles: [...standing.roles, ...posts], lapsed: standing.lapsed }, type.opening.by)
}

/** The system's move that waits for this and whose guard lets it through. */
async function systemMove(work: Work, working: WorkingCase, on: string): Promise<string | null> {
  const { type } = working.record.entry
  const sight = await sightOf(work, working)
  const found = Object.entries(type.moves).find(([name, move]) =>
    move.on === on && list(move.by).includes('system') && obstacle(type, working.record, name) === null && guard(move, working.record.values, sight) === null)
  return found?.[0] ?? null
}

/** What a person gave and what the platform resolved. Structured values that the system writes are not taken from people. */
function personal(type: PlainCaseType, given: Readonly<Record<string, unknown>>, resolved: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const foreign = Object.keys(given).filter(name => Object.hasOwn(type.fields, name) && type.fields[name]!.kind === 'json' && !Object.hasOwn(resolved, name))
  if (foreign.length > 0) throw new Problem('invalid-request', { faults: foreign.map(name => fault(`/values/${name}`, 'field-not-accepted-here')) })
  return { ...given, ...resolved }
}
