/** Carries effects into a unit of work: each kind becomes writes, or another case's move or opening. */
import { createHash } from 'node:crypto'
import type { Effect, IssueEffect, MoveEffect, NotifyEffect, OpenEffect, WakeEffect } from '../../kernel/effect.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { PartyHeader } from '../../kernel/context.ts'
import { list } from '../../engines/case-flow/index.ts'
import { isUuid } from '../gateway/source.ts'
import { addWrite, putRows, retractRows, setRows } from '../resources/writes.ts'
import { recipientsOf } from './recipients.ts'
import { moveInWork, openInWork } from './transition.ts'
import { loadCase, type Work, type WorkingCase } from './work.ts'

/** More effects than this from one request are a runaway definition. */
const MOST_EFFECTS = 10_000

export async function carryOut(work: Work, working: WorkingCase | null, effects: readonly Effect[]): Promise<void> {
  if (work.writes.events.length > MOST_EFFECTS) throw new Problem('effect-invalid', { detail: `more than ${MOST_EFFECTS} moves in one request` })
  for (const effect of effects) await carryOutOne(work, working, effect)
}

async function carryOutOne(work: Work, working: WorkingCase | null, effect: Effect): Promise<void> {
  const { writes } = work
  switch (effect.do) {
    case 'open': return openChild(work, working, effect)
    case 'move': return moveOther(work, effect)
    case 'put': return putRows(resourceOf(work, effect.ref), effect.rows, work).forEach(write => addWrite(writes.resources, write))
    case 'retract': return addWrite(writes.resources, retractRows(resourceOf(work, effect.ref), effect.keys))
    case 'set': return addWrite(writes.resources, setRows(resourceOf(work, effect.ref), effect, work))
    case 'issue': return issueCredential(work, working, effect)
    case 'revoke': return void writes.credentialChanges.push({ id: effect.id, status: effect.status, reason: effect.reason, changed_at: work.now })
    case 'notify': return notifyOne(work, working, effect)
    case 'send': return void writes.outbox.push({ event: { type: effect.type, subject: effect.subject, data: effect.data, time: work.now, source: sourceOf(working) }, due: work.now })
    case 'wake': return wakeCase(work, effect)
    case 'observe':
    case 'pay':
      // Series and payments come with the systems that need them; until then a definition that returns them is refused whole.
      throw new Problem('effect-invalid', { detail: `effect '${effect.do}' is not carried out by this platform yet` })
  }
}

function resourceOf(work: Work, ref: string) {
  const entry = work.around.city.resources.get(ref)
  if (!entry) throw new Problem('effect-invalid', { detail: `no resource '${ref}'` })
  return entry
}

async function openChild(work: Work, working: WorkingCase | null, effect: OpenEffect): Promise<void> {
  const entry = work.around.city.caseEntry(effect.ref)
  if (effect.child !== undefined && working === null) throw new Problem('effect-invalid', { detail: `a child needs a parent: '${effect.ref}'` })
  if (effect.child !== undefined && working!.record.entry.type.children?.[effect.child]?.opens !== effect.ref) {
    throw new Problem('effect-invalid', { detail: `'${working!.record.entry.ref}' has no child '${effect.child}' that opens '${effect.ref}'` })
  }
  const region = effect.region ?? working?.record.region
  const organ = effect.organ ?? working?.record.organ
  if (region === undefined || organ === undefined) throw new Problem('effect-invalid', { detail: `opening '${effect.ref}' names no region or organ` })
  const parties: Record<string, PartyHeader> = {}
  for (const [party, from] of Object.entries(effect.parties)) {
    const own = working?.record.parties[from]
    parties[party] = own ?? await partyOf(work, from)
  }
  await openInWork(work, {
    entry, matter: null, given: effect.values, parties, region, organ, acceptingRegion: working?.record.acceptingRegion ?? region, role: 'system',
    ...(effect.child !== undefined ? { parent: { number: working!.record.number, child: effect.child } } : {}),
    carryOut: (opened, effects) => carryOut(work, opened, effects),
  })
}

async function partyOf(work: Work, subject: string): Promise<PartyHeader> {
  if (!isUuid(subject)) throw new Problem('effect-invalid', { detail: `'${subject}' is neither a party of the case nor a subject` })
  const { rows } = await work.around.db.query<{ class: PartyHeader['class'] }>('subject-class', 'select class from onevisit.subject where id = $1', [subject])
  if (rows[0] === undefined) throw new Problem('subject-unknown', { detail: subject })
  return { subject, class: rows[0].class }
}

async function moveOther(work: Work, effect: MoveEffect): Promise<void> {
  const other = await loadCase(work, effect.number)
  const { record, before } = other
  if (record.entry.ref !== effect.ref) throw new Problem('effect-invalid', { detail: `case ${effect.number} is '${record.entry.ref}', not '${effect.ref}'` })
  requireSystemMove(other, effect.move)
  // The version that this work has read counts too: moves of one case within a work follow each other.
  if (effect.version !== record.version && effect.version !== before?.version) throw new Problem('version-stale', { more: { number: effect.number, version: before?.version ?? record.version } })
  await moveInWork(work, other, { name: effect.move, given: effect.values, note: null, role: 'system', carryOut: (moved, effects) => carryOut(work, moved, effects) })
}

/** An effect acts as the system does: what is for people and posts stays theirs. */
function requireSystemMove({ record }: WorkingCase, move: string): void {
  const { entry } = record
  if (Object.hasOwn(entry.type.moves, move) && list(entry.type.moves[move]!.by).includes('system')) return
  throw new Problem('effect-invalid', { detail: `'${entry.ref}' has no move '${move}' by the system` })
}

async function issueCredential(work: Work, working: WorkingCase | null, effect: IssueEffect): Promise<void> {
  const entry = work.around.city.credentials.get(effect.ref)
  if (!entry) throw new Problem('effect-invalid', { detail: `no credential '${effect.ref}'` })
  const holder = working?.record.parties[effect.holder]?.subject ?? effect.holder
  const { row, digest } = await work.around.credentials.issue({
    entry, holder, issuer: working?.record.organ ?? entry.credential.definedBy, claims: effect.claims, validUntil: effect.validUntil,
    number: working?.record.number ?? null, now: work.now, today: work.today,
  })
  work.writes.credentials.push(row)
  work.writes.leaves.push({ hash: digest, kind: 'credential', trace: work.trace, at: work.now })
}

/** To a party of the case, to the holders of one of its posts, or to a subject. */
async function notifyOne(work: Work, working: WorkingCase | null, effect: NotifyEffect): Promise<void> {
  const { to, title, body } = effect
  const type = working?.record.entry.type
  const isRole = type !== undefined && (to.startsWith('post:') ? Object.hasOwn(type.posts, to.slice(5)) : Object.hasOwn(type.parties, to))
  if (!isRole && !isUuid(to)) throw new Problem('effect-invalid', { detail: `notify '${to}': neither a party nor a post of the case, nor a subject` })
  const recipients = isRole ? await recipientsOf(work.around.db, working!.record, to, work.today) : [to]
  for (const recipient of recipients) work.writes.messages.push({ recipient, number: working?.record.number ?? null, title, body, created_at: work.now })
}

async function wakeCase(work: Work, effect: WakeEffect): Promise<void> {
  if (effect.number === undefined) throw new Problem('effect-invalid', { detail: `wake '${effect.target}' names no case` })
  const other = await loadCase(work, effect.number)
  requireSystemMove(other, effect.target)
  work.writes.timers.push({ system: other.record.entry.system, number: effect.number, key: `wake/${effect.target}`, kind: 'wake', move: effect.target, due: effect.at, provisional: false, spec: {} })
  if (effect.at <= work.now) work.followUp = true
}

function sourceOf(working: WorkingCase | null): string {
  return working === null ? '/' : `/api/v1/cases/${working.record.number}`
}

/** A ledger leaf of something that has no event: its content by hash, nothing readable. */
export function leafOfEvent(event: object): string {
  return createHash('sha256').update('\u0000').update(JSON.stringify(event)).digest('hex')
}
