/** Short words for what tests of cases do again and again. */
import type { PartyHeader } from '../kernel/context.ts'
import type { Effect } from '../kernel/effect.ts'
import { isProblem, type Problem } from '../kernel/errors/problem.ts'
import type { SignedIn } from './access/actor.ts'
import type { MoveCommand, OpenCommand } from './cases/desk.ts'
import { carryOut } from './cases/effects.ts'
import { finish } from './cases/finish.ts'
import type { CaseRecord } from './cases/record.ts'
import type { CaseView } from './cases/view.ts'
import { viewOf } from './cases/view.ts'
import { readCase, startWork, SYSTEM_ACTOR } from './cases/work.ts'
import type { Platform } from './platform.ts'

export type Opening = Partial<Omit<OpenCommand, 'actor' | 'type' | 'now'>>
export type Moving = Partial<Omit<MoveCommand, 'actor' | 'number' | 'move' | 'now'>>

export function party(actor: SignedIn): PartyHeader {
  return { subject: actor.subject, class: actor.class }
}

/** Opens a case of a type without a matter; its view as the opener sees it. */
export async function openCase(platform: Platform, actor: SignedIn, type: string, now: string, opening: Opening & Pick<OpenCommand, 'region' | 'organ'>): Promise<CaseView> {
  const answer = await platform.desk.open({
    actor, type, now, matter: null, given: {}, parties: {}, acceptingRegion: opening.region,
    answer: (_work, working, roles) => ({ status: 201, body: viewOf(working.record, roles) }), ...opening,
  })
  return answer.body as CaseView
}

/** Moves a case at the version it has now, unless another is given. */
export async function moveCase(platform: Platform, actor: SignedIn, number: string, move: string, now: string, moving: Moving = {}): Promise<CaseView> {
  const version = moving.version ?? (await recordOf(platform, number)).version
  const answer = await platform.desk.move({ actor, number, move, now, given: {}, note: null, ...moving, version })
  return answer.body as CaseView
}

export async function recordOf(platform: Platform, number: string): Promise<CaseRecord> {
  const record = await readCase(platform, number)
  if (record === null) throw new Error(`no case ${number}`)
  return record
}

/** Carries effects out as the system does, outside any case. */
export async function write(platform: Platform, now: string, ...effects: readonly Effect[]): Promise<void> {
  const work = startWork(platform.surroundings, SYSTEM_ACTOR, now, crypto.randomUUID())
  await carryOut(work, null, effects)
  await finish(work)
}

/** The problem that some work ends in; anything else fails the test. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work
  } catch (error) {
    if (isProblem(error)) return error
    throw error
  }
  throw new Error('expected it to be refused')
}

export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await problemOf(work)).code
}
