/** The timeline of a case: what happened, as its reader may see it. Names are those of staff, and for staff of the case alone. */
import type { Text } from '../../kernel/text.ts'
import type { SubjectBook } from '../accounts/subjects.ts'
import { visibleValues } from '../access/visible.ts'
import { unsealValues } from '../secrets/sealed-values.ts'
import type { CaseRecord } from './record.ts'
import type { Surroundings } from './work.ts'

export interface TimelineEvent {
  readonly version: number
  readonly move: string
  readonly title: Text
  readonly from: { readonly state: string; readonly title: Text } | null
  readonly to: { readonly state: string; readonly title: Text }
  readonly outcome: string | null
  readonly at: string
  /** In which role it was done: a party, `post:x` or `system`. */
  readonly role: string
  readonly roleTitle: Text
  /** Who did it: a holder of a post, told to holders of the case's posts only. Parties may be under seal. */
  readonly name?: string
  readonly note: string | null
  readonly values: Readonly<Record<string, unknown>>
  readonly due: { readonly legal: string | null; readonly promised: string | null }
}

interface EventRow {
  readonly version: number
  readonly move: string
  readonly from_state: string | null
  readonly to_state: string
  readonly outcome: string | null
  readonly actor: string | null
  readonly actor_role: string
  readonly at: string
  readonly note: string | null
  readonly given: Record<string, unknown>
  readonly due_legal: string | null
  readonly due_promised: string | null
}

export async function timelineOf(around: Pick<Surroundings, 'db' | 'vault' | 'matters'> & { readonly subjects: SubjectBook }, record: CaseRecord, roles: readonly string[]): Promise<readonly TimelineEvent[]> {
  const { type, system } = record.entry
  const { rows } = await around.db.query<EventRow>('timeline',
    'select version, move, from_state, to_state, outcome, actor, actor_role, at, note, given, due_legal, due_promised from onevisit.events where system = $1 and number = $2 order by version', [system, record.number])
  const position = { state: record.state, tracks: record.tracks }
  const names = roles.some(role => role.startsWith('post:')) ? await namesOf(around.subjects, rows) : new Map<string, string>()
  const stateOf = (state: string) => ({ state, title: type.states[state]?.title ?? { zh: state, en: state } })
  return rows.map(row => {
    const name = row.actor_role.startsWith('post:') ? names.get(row.actor ?? '') : undefined
    return {
      version: row.version, move: row.move, title: (row.move === 'open' ? type.opening : type.moves[row.move])?.title ?? { zh: row.move, en: row.move },
      from: row.from_state === null ? null : stateOf(row.from_state), to: stateOf(row.to_state), outcome: row.outcome, at: row.at,
      role: row.actor_role, roleTitle: roleTitle(record, row.actor_role), ...(name === undefined ? {} : { name }), note: row.note,
      values: visibleValues(type, position, roles, unsealValues(type.fields, row.given, around.vault, record.form), record.form),
      due: { legal: row.due_legal, promised: row.due_promised },
    }
  })
}

async function namesOf(subjects: SubjectBook, rows: readonly EventRow[]): Promise<ReadonlyMap<string, string>> {
  const staff = [...new Set(rows.flatMap(row => row.actor_role.startsWith('post:') && row.actor !== null ? [row.actor] : []))]
  return new Map(await Promise.all(staff.map(async id => [id, (await subjects.find(id)).name] as const)))
}

function roleTitle(record: CaseRecord, role: string): Text {
  const { parties, posts } = record.entry.type
  if (role === 'system') return { zh: '系统', en: 'The system' }
  return (role.startsWith('post:') ? posts[role.slice(5)] : parties[role])?.title ?? { zh: role, en: role }
}
