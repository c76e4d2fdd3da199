import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateCouncilCalendar as calendar } from '../../reference/calendar/index.ts'
import type { AcceptanceEvent } from './acceptance.ts'
import { readAcceptance } from './acceptance.ts'
import { addWorkdays } from './calendar.ts'
import { dayNumberOf, dayText } from './days.ts'
import type { Period } from './period.ts'

const limit: Period = { n: 5, unit: 'workday' }
/** Received on Monday 1 June 2020: an answer is due on Monday 8 June. */
const read = (now: string, ...events: AcceptanceEvent[]) => readAcceptance(calendar, { received: '2020-06-01', limit, events, now })
const ask = (on: string, ...items: string[]): AcceptanceEvent => ({ kind: 'ask-correction', on, items: items.map((id) => ({ id })) })

describe('an application received', () => {
  it('waits for an answer until the fifth working day', () => {
    expect(read('2020-06-08')).toMatchObject({ state: 'received', answerDue: '2020-06-08', acceptedOn: null })
  })

  it('is accepted from its receipt when nobody answers', () => {
    expect(read('2020-06-09')).toMatchObject({ state: 'accepted', acceptedOn: '2020-06-01', deemed: true, answerDue: null })
  })

  it.each([
    ['accept', 'accepted', '2020-06-04'],
    ['refuse', 'refused', null],
    ['not-this-organ', 'not-this-organ', null],
  ] as const)('is answered by %s', (kind, state, acceptedOn) => {
    expect(read('2020-07-01', { kind, on: '2020-06-04' })).toMatchObject({ state, acceptedOn, deemed: false, violations: [] })
  })

  it.each(['accept', 'refuse', 'not-this-organ'] as const)('stays accepted by silence when %s comes late', (kind) => {
    expect(read('2020-07-01', { kind, on: '2020-06-09' })).toMatchObject({
      state: 'accepted', acceptedOn: '2020-06-01', deemed: true, violations: [{ code: 'notice-late', on: '2020-06-09' }],
    })
  })

  it('is accepted by silence exactly when no answer came in time', () => {
    const start = dayNumberOf('2019-01-01')
    fc.assert(
      fc.property(fc.nat(800), fc.nat(20), fc.nat(30), (day, answeredAfter, nowAfter) => {
        const received = dayText(start + day)
        const on = dayText(start + day + answeredAfter)
        const now = dayText(start + day + Math.max(answeredAfter, nowAfter))
        const reading = readAcceptance(calendar, { received, limit, events: [{ kind: 'refuse', on }], now })
        const inTime = on <= addWorkdays(calendar, received, 5)
        expect(reading).toMatchObject(inTime ? { state: 'refused' } : { state: 'accepted', deemed: true, acceptedOn: received })
      }),
    )
  })
})

describe('a correction', () => {
  it('is asked once and stops the answer from running out', () => {
    expect(read('2020-09-01', ask('2020-06-05', 'map', 'deed'))).toMatchObject({ state: 'awaiting-correction', items: ['map', 'deed'], answerDue: null })
  })

  it('starts the limit again when supplied, and silence then accepts from that day', () => {
    const corrected: AcceptanceEvent = { kind: 'corrected', on: '2020-06-15' }
    expect(read('2020-06-16', ask('2020-06-05', 'map'), corrected)).toMatchObject({ state: 'received', answerDue: '2020-06-22', items: [] })
    expect(read('2020-06-23', ask('2020-06-05', 'map'), corrected)).toMatchObject({ state: 'accepted', deemed: true, acceptedOn: '2020-06-15' })
  })

  it('has no effect when it asks for what could have been asked at first', () => {
    const events = [ask('2020-06-05', 'map'), { kind: 'corrected', on: '2020-06-15' } as const, ask('2020-06-17', 'deed')]
    const violations = [{ code: 'correction-asked-before', on: '2020-06-17', items: ['deed'] }]
    expect(read('2020-06-18', ...events)).toMatchObject({ state: 'received', answerDue: '2020-06-22', violations })
    expect(read('2020-06-23', ...events)).toMatchObject({ state: 'accepted', deemed: true, acceptedOn: '2020-06-15', violations })
  })

  it('may be asked again for what only arose from the correction, or was asked and not supplied', () => {
    const events: AcceptanceEvent[] = [
      ask('2020-06-05', 'map', 'deed'),
      { kind: 'corrected', on: '2020-06-15' },
      { kind: 'ask-correction', on: '2020-06-17', items: [{ id: 'scale-of-map', arisesFromCorrection: true }, { id: 'deed' }, { id: 'photo' }] },
    ]
    expect(read('2020-06-18', ...events)).toMatchObject({
      state: 'awaiting-correction', items: ['scale-of-map', 'deed'], violations: [{ code: 'correction-asked-before', items: ['photo'] }],
    })
  })

  it('cannot arise from a correction that has not come', () => {
    const early: AcceptanceEvent = { kind: 'ask-correction', on: '2020-06-08', items: [{ id: 'photo', arisesFromCorrection: true }] }
    expect(read('2020-06-18', ask('2020-06-05', 'map'), early)).toMatchObject({ items: ['map'], violations: [{ items: ['photo'] }] })
  })

  it('comes too late once silence has accepted', () => {
    const events = [ask('2020-06-09', 'map'), { kind: 'corrected', on: '2020-06-12' } as const]
    expect(read('2020-06-20', ...events)).toMatchObject({ state: 'accepted', acceptedOn: '2020-06-01', items: [], violations: [{ code: 'notice-late' }] })
  })

  it('need not be supplied when the organ accepts anyway', () => {
    expect(read('2020-06-20', ask('2020-06-05', 'map'), { kind: 'accept', on: '2020-06-10' })).toMatchObject({ state: 'accepted', acceptedOn: '2020-06-10', items: [] })
  })
})

describe('events that cannot be', () => {
  it.each([
    ['event-out-of-order', [{ kind: 'accept', on: '2020-05-31' }], 0],
    ['event-out-of-order', [ask('2020-06-05', 'map'), { kind: 'corrected', on: '2020-06-04' }], 1],
    ['event-out-of-order', [{ kind: 'accept', on: '2020-07-02' }], 0],
    ['already-answered', [{ kind: 'refuse', on: '2020-06-02' }, { kind: 'accept', on: '2020-06-03' }], 1],
    ['correction-without-items', [ask('2020-06-02')], 0],
    ['nothing-to-correct', [{ kind: 'corrected', on: '2020-06-02' }], 0],
    ['date-invalid', [{ kind: 'accept', on: '2020-06-31' }], 0],
  ] as [string, AcceptanceEvent[], number][])('are refused: %s', (code, events, event) => {
    expect(read('2020-07-01', ...events)).toEqual({ ok: false, code, event })
  })

  it('refuses a limit in hours and a receipt that is no date', () => {
    expect(readAcceptance(calendar, { received: '2020-06-01', limit: { n: 5, unit: 'hour' }, events: [], now: '2020-06-02' })).toEqual({ ok: false, code: 'period-invalid' })
    expect(readAcceptance(calendar, { received: '1 June', limit, events: [], now: '2020-06-02' })).toEqual({ ok: false, code: 'date-invalid' })
  })
})
