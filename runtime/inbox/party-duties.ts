/** What a case waits for from a party: derived from the party's live cases, since the inbox holds what posts must do. */
import { list, possibleMoves } from '../../engines/case-flow/index.ts'
import type { LocalDate } from '../../kernel/field.ts'
import type { Text } from '../../kernel/text.ts'
import { standingOf, type SignedIn } from '../access/actor.ts'
import { dueMoment } from '../cases/clock.ts'
import { earliest, enteredAt } from '../cases/duties.ts'
import { casesOfSubject } from '../cases/listing.ts'
import type { CaseRecord } from '../cases/record.ts'
import { readCase, type Surroundings } from '../cases/work.ts'
import type { Listed, Page } from '../keyset.ts'

export interface PartyTask {
  readonly number: string
  readonly system: string
  readonly type: string
  readonly title: Text
  readonly matter: string | null
  readonly caseState: string
  readonly stateTitle: Text
  readonly moves: readonly { readonly name: string; readonly title: Text }[]
  readonly due: string | null
  readonly openedAt: string
}

type Needed = Pick<Surroundings, 'city' | 'db' | 'vault' | 'matters' | 'subjects'>

/** A page covers `limit` live cases; of those only the ones that wait for the actor are items. @throws Problem `cursor-invalid` */
export async function partyTasks(around: Needed, actor: SignedIn, today: LocalDate, page: Page): Promise<Listed<PartyTask>> {
  const cases = await casesOfSubject(around, actor.subject, true, page)
  const records = await Promise.all(cases.items.map(({ number }) => readCase(around, number)))
  const tasks = await Promise.all(records.map(record => record === null ? null : taskOf(around, record, actor, today)))
  return { items: tasks.filter(task => task !== null), next: cases.next }
}

async function taskOf(around: Needed, record: CaseRecord, actor: SignedIn, today: LocalDate): Promise<PartyTask | null> {
  const { type, system, name } = record.entry
  const { roles } = await standingOf(around.subjects.mandated, actor, record, today)
  const parties = roles.filter(role => Object.hasOwn(type.parties, role))
  const duties = possibleMoves(type, record).filter(move => !type.moves[move]!.optional && list(type.moves[move]!.by).some(who => parties.includes(who)))
  if (duties.length === 0) return null
  const limits = record.matter === null ? undefined : (await around.matters.edition(record.matter, record.matterEdition!)).limits
  const due = earliest(duties.map(duty => {
    const { within, needs } = type.moves[duty]!
    return within ? dueMoment(around.city.calendar, within, enteredAt(record, Object.keys(needs ?? {})), record.values, limits, record.due, record.clock) : null
  }))
  return {
    number: record.number, system, type: name, title: type.title, matter: record.matter,
    caseState: record.state, stateTitle: type.states[record.state]?.title ?? { zh: record.state, en: record.state },
    moves: duties.map(duty => ({ name: duty, title: type.moves[duty]!.title })), due: due === 'infinity' ? null : due, openedAt: record.openedAt,
  }
}
