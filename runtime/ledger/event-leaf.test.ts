import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apply } from '../apply/apply.ts'
import { emptyWrites, type EventRow } from '../apply/writes.ts'
import { migrate, readMigrations } from '../database/migrations.ts'
import { testDatabase } from '../database/testing.ts'
import { canonicalJson, EVENT_LEAF_COLUMNS, eventLeaf } from './event-leaf.ts'

const { db } = await testDatabase({ template: { name: 'migrations only', migrate: fresh => migrate(fresh, readMigrations(join(import.meta.dirname, '../migrations'))) } })
await db.script(`create table onevisit.events_alpha partition of onevisit.events for values in ('alpha')`)

const plain = fc.string({ unit: 'grapheme', maxLength: 8 }).filter(text => !text.includes('\u0000'))
const given = fc.dictionary(plain, fc.oneof(plain, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(fc.dictionary(plain, fc.integer())), fc.dictionary(plain, plain)))

function eventOf(values: Record<string, unknown>, at: string): EventRow {
  return {
    system: 'alpha', number: randomUUID(), version: 1, type: 'request', move: 'open', from_state: null, to_state: 'draft', tracks: {}, outcome: 'done', actor: randomUUID(), actor_kind: 'person',
    actor_role: 'applicant', at, trace: randomUUID(), note: null, given: values, effects: [{ do: 'open', ref: 'alpha.child' }, { do: 'notify' }], due_legal: '2026-02-03', due_promised: null,
  }
}

test('the leaf can be computed again from the stored row, whatever was given', async () => {
  const instants = fc.date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  await fc.assert(fc.asyncProperty(given, instants, async (values, instant) => {
    const event = eventOf(values, instant.toISOString())
    await apply(db, { ...emptyWrites(), events: [event] })
    const { rows } = await db.query<EventRow>('event-read', `select ${EVENT_LEAF_COLUMNS} from onevisit.events where system = 'alpha' and number = $1`, [event.number])
    expect(eventLeaf(rows[0]!)).toBe(eventLeaf(event))
  }), { numRuns: 60 })
})

test('the leaf is the RFC 6962 leaf hash of the canonical row, and any change of the row changes it', () => {
  const event = eventOf({ b: 1, a: [null, 'x'] }, '2026-01-01T00:00:00.000Z')
  const leaf = eventLeaf(event)
  expect(leaf).toBe(createHash('sha256').update('\u0000').update(canonicalJson(event)).digest('hex'))
  for (const [name, value] of Object.entries(event)) {
    const changed = name === 'at' ? '2026-01-01T00:00:00.001Z' : typeof value === 'number' ? value + 1 : value === null ? 'x' : typeof value === 'string' ? `${value}x` : { ...(value as object), more: 1 }
    expect({ name, leaf: eventLeaf({ ...event, [name]: changed }) }).not.toEqual({ name, leaf })
  }
})

test('names are sorted at every depth and undefined members left out', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined, a: 'é' }], a: null })).toBe('{"a":null,"b":[{"a":"é","d":1}]}')
})
