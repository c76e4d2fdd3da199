/** Puts what was read in order: by request, what it moved and what came of it. */
import type { PlainCaseType } from '../../kernel/case.ts'
import type { Text } from '../../kernel/text.ts'
import { eventLeaf } from '../ledger/event-leaf.ts'
import type { Gathered } from './gather.ts'
import type { DataUse, Leaf, Move, Request, SentEvent, SentMessage, Why } from './reasons.ts'

type Facts = Omit<Gathered, 'leaves'> & { readonly leaves: readonly (Leaf & { readonly trace: string })[] }

/** `type` is absent where the city no longer declares the case type; its codes then stand for its titles. */
export function assemble(facts: Facts, type: PlainCaseType | undefined): Why {
  const { header } = facts
  const traces = [...new Set(facts.events.map(event => event.trace))]
  const titles = titlesOf(type)
  const requests = traces.map(trace => requestOf(facts, trace, titles))
  const times = new Set(requests.map(request => request.at))
  return {
    number: header.number, type: `${header.system}.${header.type}`, title: type?.title ?? asIs(header.type), state: header.state, stateTitle: titles.state(header.state),
    outcome: header.outcome, version: header.version, openedAt: header.opened_at, closedAt: header.closed_at, parent: header.parent,
    requests,
    timers: facts.timers,
    beside: {
      messages: facts.messages.filter(message => !times.has(message.created_at)).map(message => messageOf(facts, message)),
      dataUses: facts.dataUses.filter(use => !traces.includes(use.trace)).map(dataUseOf),
    },
  }
}

/** Messages, credentials and sent events bear no trace; those of a request bear its instant, to the millisecond. */
function requestOf(facts: Facts, trace: string, titles: Titles): Request {
  const events = facts.events.filter(event => event.trace === trace)
  const { at } = events[0]!
  const isFirst = facts.events.find(event => event.at === at)!.trace === trace
  const here = <T>(rows: readonly T[], time: (row: T) => string): readonly T[] => isFirst ? rows.filter(row => time(row) === at) : []
  const ids = events.map(event => `${event.number}-${event.version}`)
  const isOwn = (id: string) => facts.events.some(event => `${event.number}-${event.version}` === id)
  return {
    trace, at,
    moves: events.map(event => moveOf(event, facts.leaves, titles)),
    elsewhere: facts.elsewhere.filter(event => event.trace === trace).map(({ number, system, type, move, version }) => ({ number, type: `${system}.${type}`, move, version })),
    leaves: facts.leaves.filter(leaf => leaf.trace === trace).map(bare),
    dataUses: facts.dataUses.filter(use => use.trace === trace).map(dataUseOf),
    messages: here(facts.messages, message => message.created_at).map(message => messageOf(facts, message)),
    credentials: here(facts.credentials, credential => credential.issued_at).map(({ id, system, type, status }) => ({ id, type: `${system}.${type}`, status })),
    deliveries: [...facts.deliveries.filter(delivery => ids.includes(delivery.event_id)), ...here(facts.deliveries.filter(delivery => !isOwn(delivery.event_id)), delivery => delivery.event_time)].map(deliveryOf),
  }
}

function moveOf(event: Facts['events'][number], leaves: Facts['leaves'], titles: Titles): Move {
  const hash = Buffer.from(eventLeaf(event), 'hex').toString('base64')
  const leaf = leaves.find(one => one.trace === event.trace && one.hash === hash)
  return {
    version: event.version, name: event.move, title: titles.move(event.move), from: event.from_state, to: event.to_state, toTitle: titles.state(event.to_state), outcome: event.outcome,
    by: { kind: event.actor_kind, role: event.actor_role, roleTitle: titles.role(event.actor_role) },
    noted: event.note !== null && event.note !== '',
    effects: event.effects.map(effect => ({ kind: effect.do, ref: effect.ref ?? null })),
    leaf: leaf === undefined ? null : bare(leaf),
  }
}

function bare({ kind, hash, position, inclusion }: Leaf): Leaf {
  return { kind, hash, position, inclusion }
}

function dataUseOf({ at, resource, fields, purpose, answers }: Facts['dataUses'][number]): DataUse {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  return { at, resource, fields, purpose, answers: counts }
}

function messageOf({ header }: Facts, { id, recipient, created_at, read_at }: Facts['messages'][number]): SentMessage {
  const party = Object.entries(header.parties).find(([, one]) => one.subject === recipient)
  return { id, to: party?.[0] ?? 'other', createdAt: created_at, readAt: read_at }
}

function deliveryOf(row: Facts['deliveries'][number]): SentEvent {
  return { webhook: row.webhook, event: row.event_id, type: row.event_type, attempts: row.attempts, deliveredAt: row.delivered_at, failedAt: row.failed_at, lastStatus: row.last_status }
}

interface Titles {
  readonly state: (name: string) => Text
  readonly move: (name: string) => Text
  readonly role: (role: string) => Text
}

function titlesOf(type: PlainCaseType | undefined): Titles {
  const pick = (titled: Readonly<Record<string, { readonly title: Text }>> | undefined, name: string) => titled !== undefined && Object.hasOwn(titled, name) ? titled[name]!.title : asIs(name)
  return {
    state: name => pick(type?.states, name),
    move: name => name === 'open' ? type?.opening.title ?? asIs(name) : pick(type?.moves, name),
    role: role => role === 'system' ? { zh: '系统', en: 'the system' } : role.startsWith('post:') ? pick(type?.posts, role.slice(5)) : pick(type?.parties, role),
  }
}

function asIs(name: string): Text {
  return { zh: name, en: name }
}
