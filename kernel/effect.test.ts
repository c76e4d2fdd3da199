import { expect, test } from 'vitest'
import { EFFECT_KINDS, issue, move, notify, observe, open, pay, put, retract, revoke, send, set, wake, type Effect } from './effect.ts'
import { textField } from './field.ts'
import { caseRef, credentialRef, resourceRef, seriesRef } from './reference.ts'
import { text as t } from './text.ts'

const T = t('题', 'Title')
const fields = { a: textField(T, { required: true }), b: textField(T) }
const [theCase, rows, figures, licence] = [caseRef('x.case', fields).moves<'go'>(), resourceRef('x.rows', fields), seriesRef('x.figures', ['place']), credentialRef('x.licence', fields)]

const made: readonly Effect[] = [
  open(theCase, { a: '1' }), move(theCase, 'X1', 'go', 2), put(rows, [{ a: '1' }]), retract(rows, ['1']), set(rows, { a: '1' }, { b: '2' }, { atMost: 3 }), observe(figures, '2026-01-01T00:00:00Z', null, { place: 'p' }, 'k'),
  issue(licence, 'holder', { a: '1' }, null), revoke('id', 'suspended', T), send('type', 'subject', {}), notify('firm', T, T), pay('key', 'payee', 100, T), wake('go', '2026-01-01T00:00:00Z'),
]

test('there is one constructor for each kind of effect', () => expect(made.map(effect => effect.do)).toEqual([...EFFECT_KINDS]))

test('an effect is plain data that survives storage, with nothing undefined in it', () => {
  for (const effect of made) expect(JSON.parse(JSON.stringify(effect))).toStrictEqual({ ...effect })
})

test('what is optional is there only when told', () => {
  expect(open(theCase, { a: '1' }, { child: 'part', region: '330203000000' })).toMatchObject({ child: 'part', region: '330203000000', parties: {} })
  expect(open(theCase, { a: '1' })).not.toHaveProperty('child')
  expect(observe(figures, '2026-01-01T00:00:00Z', 1, { place: 'p' }, 'k', '2026-02-01T00:00:00Z')).toMatchObject({ knownAt: '2026-02-01T00:00:00Z' })
  expect(wake('go', '2026-01-01T00:00:00Z', 'X1')).toMatchObject({ number: 'X1' })
})
