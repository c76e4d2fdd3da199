/** What receivers get: CloudEvents 1.0. An event of a case says what happened, never a value of a field. */

export interface CloudEvent {
  readonly specversion: '1.0'
  /** Stable: a receiver that has seen id and source has seen the event. */
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly data: Readonly<Record<string, unknown>>
}

export interface FeedRow {
  readonly system: string
  readonly number: string
  readonly version: number
  readonly type: string
  readonly move: string
  readonly from_state: string | null
  readonly to_state: string
  readonly outcome: string | null
  readonly at: string
}

/** The event of a `send` effect, as the transition stored it. */
export interface SentEvent {
  readonly type: string
  readonly subject: string
  readonly data: Readonly<Record<string, unknown>>
  readonly time: string
  readonly source: string
}

/** An event on its way to endpoints: what it is, the names it may be asked for by, and the case it belongs to. */
export interface Notice {
  readonly event: CloudEvent
  readonly names: readonly string[]
  readonly number: string | null
}

export function caseNotice(row: FeedRow): Notice {
  const { system, number, version, type, move } = row
  return {
    number,
    names: [`onevisit.case.${move}`, `${system}.${type}.${move}`],
    event: {
      specversion: '1.0', id: `${number}-${version}`, source: `/api/v1/cases/${number}`, type: `onevisit.case.${move}`, subject: number, time: row.at,
      datacontenttype: 'application/json', data: { system, type, move, fromState: row.from_state, toState: row.to_state, outcome: row.outcome, version },
    },
  }
}

export function sentNotice(id: number, { type, subject, data, time, source }: SentEvent): Notice {
  return {
    number: /^\/api\/v1\/cases\/([^/]+)$/.exec(source)?.[1] ?? null,
    names: [type],
    event: { specversion: '1.0', id: `send-${id}`, source, type, subject, time, datacontenttype: 'application/json', data },
  }
}

/** Whether one of the prefixes begins one of the event's names: its CloudEvents type, or `system.type.move`. */
export function isWanted(prefixes: readonly string[], { names }: Pick<Notice, 'names'>): boolean {
  return prefixes.some(prefix => names.some(name => name.startsWith(prefix)))
}
