/**
 * One unit of work: cases loaded, moved and opened in memory, and the writes that follow. Several effects on one case
 * are folded here in order, so that the statement sees each row once.
 */
import type { Ctx, Actor, Answer, CaseHeader, ChildHeader, MoveCtx, Need } from '../../kernel/context.ts'
import type { PlainMove } from '../../kernel/case.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Instant, LocalDate } from '../../kernel/field.ts'
import type { Matter } from '../../kernel/matter.ts'
import { checkValues, textFaults } from '../../kernel/values.ts'
import type { City } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { emptyWrites, type Writes } from '../apply/writes.ts'
import type { SignedIn } from '../access/actor.ts'
import type { ScopeBook } from '../access/scopes.ts'
import type { SubjectBook } from '../accounts/subjects.ts'
import type { CredentialDesk } from '../credentials/desk.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { MatterBook } from '../matters/book.ts'
import type { Vault } from '../secrets/vault.ts'
import { localDate } from './clock.ts'
import type { NumberBook } from './numbers.ts'
import { CASE_COLUMN_NAMES, recordOf, type CaseRecord, type StoredCase } from './record.ts'

/** What a unit of work needs of the platform. */
export interface Surroundings {
  readonly city: City
  readonly db: Db
  readonly vault: Vault
  readonly subjects: SubjectBook
  readonly numbers: NumberBook
  readonly scopes: ScopeBook
  readonly matters: MatterBook
  readonly gateway: Gateway
  readonly credentials: CredentialDesk
  /** Case numbers with timers due now, told so that the timer worker need not wait for its next look. */
  readonly wake: () => void
}

export interface WorkActor extends Actor {
  /** The account behind the subject, under which idempotency keys are kept. */
  readonly account: string | null
}

export interface Work {
  readonly around: Surroundings
  readonly actor: WorkActor
  readonly now: Instant
  readonly today: LocalDate
  readonly trace: string
  readonly cases: Map<string, WorkingCase>
  readonly writes: Writes
  /** Answers of the gateway within this work: asked once, logged once. */
  readonly asked: Asked[]
  followUp: boolean
}

/** What the gateway has answered in this work; a further question for the same rows is answered from it. */
export interface Asked {
  readonly resource: string
  readonly keys: readonly string[]
  readonly answers: readonly Answer<Record<string, unknown>>[]
}

export interface WorkingCase {
  record: CaseRecord
  /** As loaded; `null` when opened in this work. */
  readonly before: CaseRecord | null
  readonly matter: Matter | null
  /** Who made which move, for separation of duties; loaded when needed. */
  doers: { readonly move: string; readonly actor: string | null }[] | null
  children: readonly ChildHeader[] | null
}

export const SYSTEM_ACTOR: WorkActor = { kind: 'system', subject: null, account: null, name: 'system' }

export function workActor(actor: SignedIn): WorkActor {
  return { kind: actor.kind === 'admin' ? 'staff' : actor.kind, subject: actor.subject, account: actor.account, name: actor.name }
}

export function startWork(around: Surroundings, actor: WorkActor, now: Instant, trace: string): Work {
  return { around, actor, now, today: localDate(now), trace, cases: new Map(), writes: emptyWrites(), asked: [], followUp: false }
}

/** @throws Problem `case-unknown` */
export async function loadCase(work: Work, number: string): Promise<WorkingCase> {
  const known = work.cases.get(number)
  if (known) return known
  const record = await readCase(work.around, number)
  if (record === null) throw new Problem('case-unknown', { detail: number })
  const matter = record.matter === null ? null : await work.around.matters.edition(record.matter, record.matterEdition!)
  const working: WorkingCase = { record, before: record, matter, doers: null, children: null }
  work.cases.set(number, working)
  return working
}

export async function readCase(around: Pick<Surroundings, 'city' | 'db' | 'vault' | 'matters'>, number: string): Promise<CaseRecord | null> {
  const system = around.city.systemOfNumber(number)
  if (system === undefined) return null
  const { rows } = await around.db.query<StoredCase>('case-read', `select ${CASE_COLUMN_NAMES} from onevisit.cases where system = $1 and number = $2`, [system.id, number])
  const row = rows[0]
  if (row === undefined) return null
  const matter = row.matter === null ? null : await around.matters.edition(row.matter, row.edition!)
  return recordOf(row, around.city.caseEntry(`${row.system}.${row.type}`), matter?.form, around.vault)
}

export async function childrenOf(work: Work, working: WorkingCase): Promise<readonly ChildHeader[]> {
  if (working.record.entry.type.children === undefined) return []
  if (working.children === null) {
    const { rows } = await work.around.db.query<{ child: string; number: string; system: string; type: string; state: string; version: number; outcome: string | null }>(
      'case-children', 'select child, number, system, type, state, version, outcome from onevisit.cases where parent = $1 and system = any($2) order by opened_at, number', [working.record.number, systemsOfChildren(working.record)])
    working.children = rows.map(row => ({ child: row.child, number: row.number, type: `${row.system}.${row.type}`, state: row.state, version: row.version, outcome: row.outcome }))
  }
  // Children opened or moved in this very work are newer than the rows.
  const here = new Map([...work.cases.values()].filter(one => one.record.parent === working.record.number).map(one => [one.record.number, one.record]))
  const listed = working.children.map(child => {
    const record = here.get(child.number)
    here.delete(child.number)
    return record ? childHeader(record) : child
  })
  return [...listed, ...[...here.values()].map(childHeader)]
}

/** Cases lie in a partition for each system. */
function systemsOfChildren({ entry }: CaseRecord): readonly string[] {
  return [...new Set(Object.values(entry.type.children ?? {}).map(child => child.opens.split('.')[0]!))]
}

function childHeader(record: CaseRecord): ChildHeader {
  return { child: record.child ?? '', number: record.number, type: record.entry.ref, state: record.state, version: record.version, outcome: record.outcome }
}

export function headerOf(record: CaseRecord): CaseHeader {
  return {
    number: record.number, type: record.entry.ref, state: record.state, tracks: record.tracks, version: record.version,
    openedAt: record.openedAt, enteredAt: record.enteredAt, region: record.region, organ: record.organ, acceptingRegion: record.acceptingRegion,
    matter: record.matter, edition: record.matterEdition, parties: record.parties, due: record.due,
  }
}

/** What the definition's functions are called with. */
export function contextOf(work: Work, working: WorkingCase, children: readonly ChildHeader[], given: Readonly<Record<string, unknown>>): MoveCtx {
  return {
    ...worldOf(work, working.record.entry.system, working.record.number),
    case: headerOf(working.record),
    children, given,
    matter: working.matter,
  }
}

export function worldOf(work: Work, system: string, number: string | null): Ctx {
  return {
    now: work.now,
    today: work.today,
    actor: { kind: work.actor.kind, subject: work.actor.subject, name: work.actor.name },
    rule: <T>(id: string, on: LocalDate) => work.around.city.rule(system, id, on).value as T,
    async ask(resource, keys, need: Need<string>) {
      const covers = ({ resource: ref, keys: known, answers }: Asked) => ref === resource.ref && keys.every(key => known.includes(key))
        && answers.every(answer => answer.state !== 'found' || need.fields.every(field => Object.hasOwn(answer.row, field)))
      const earlier = work.asked.find(covers)
      const answers = earlier?.answers ?? await work.around.gateway.ask({
        resource: resource.ref, keys, fields: need.fields, purpose: need.purpose, number, system,
        actor: work.actor.subject, actorKind: work.actor.kind, trace: work.trace, now: work.now,
      })
      if (earlier === undefined) work.asked.push({ resource: resource.ref, keys, answers })
      return keys.map(key => onlyFields(answers.find(answer => answer.key === key)!, need.fields)) as never
    },
  }
}

/** No more of an earlier answer than this question needs. */
function onlyFields(answer: Answer<Record<string, unknown>>, fields: readonly string[]): Answer<Record<string, unknown>> {
  return answer.state === 'found' ? { ...answer, row: Object.fromEntries(fields.map(field => [field, answer.row[field]])) } : answer
}

const LONGEST_NOTE = 2_000

/** Validates what is given with a move or an opening. @throws Problem with every fault */
export function acceptGiven(working: Pick<WorkingCase, 'record' | 'matter'>, move: Pick<PlainMove, 'asks' | 'takes' | 'note'>, given: Readonly<Record<string, unknown>>, note: string | null): Readonly<Record<string, unknown>> {
  const { fields } = working.record.entry.type
  const { values, faults } = checkValues(fields, given, {
    at: '/values', required: move.asks ?? [], accepted: [...move.asks ?? [], ...move.takes ?? []],
    ...(working.matter ? { form: working.matter.form } : {}),
  })
  const all = note === null ? faults : [...faults, ...textFaults(note, LONGEST_NOTE, '/note')]
  if (all.length > 0) throw new Problem(all.some(fault => fault.code === 'nul-character') ? 'nul-character' : 'invalid-request', { faults: all })
  if (move.note === 'required' && (note === null || note.trim() === '')) throw new Problem('note-required', { faults: [{ path: '/note', code: 'note-required', message: { zh: '须写明理由', en: 'A reason must be written' } }] })
  return values
}
