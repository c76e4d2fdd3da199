import { describe, expect, it } from 'vitest'
import { defineCase } from '../../kernel/case.ts'
import { integerField, textField, type Fields } from '../../kernel/field.ts'
import { defineSystem, type System } from '../../kernel/system.ts'
import { text as t } from '../../kernel/text.ts'
import { renderSnapshot } from './schema-snapshot.ts'

const x = t('甲', 'x')

function systemOf(fields: Fields, states: Record<string, { title: typeof x; outcome?: string }> = { open: { title: x }, closed: { title: x, outcome: 'done' } }, renamedStates?: Record<string, string>): System {
  const first = Object.keys(states)[0]!
  return defineSystem({
    id: 'sample', prefix: 'SM', title: x, policy: ['N一(一)'], owner: x,
    cases: { thing: defineCase({ title: x, fields, parties: {}, posts: {}, states, ...(renamedStates ? { renamedStates } : {}), opening: { title: x, by: 'system', to: first }, moves: {} }) },
  })
}

const before = renderSnapshot(systemOf({ plate: textField(x), weight: integerField(x) }), undefined)

describe('schema snapshot', () => {
  it('takes additions over', () => {
    expect(JSON.parse(renderSnapshot(systemOf({ plate: textField(x), weight: integerField(x), more: textField(x) }), before)).cases.thing.fields).toHaveProperty('more', 'text')
  })
  it('fails on a rename without renamedFrom', () => {
    expect(() => renderSnapshot(systemOf({ number: textField(x), weight: integerField(x) }), before)).toThrow("sample.cases.thing.fields.plate: the field is gone; if it was renamed, give the new one renamedFrom: 'plate'")
  })
  it('accepts a rename that says so, of the same kind', () => {
    expect(() => renderSnapshot(systemOf({ number: textField(x, { renamedFrom: 'plate' }), weight: integerField(x) }), before)).not.toThrow()
    expect(() => renderSnapshot(systemOf({ number: integerField(x, { renamedFrom: 'plate' }), weight: integerField(x) }), before)).toThrow("renamed from 'plate', which was text, but is integer")
  })
  it('fails on a changed kind and on encryption taken away', () => {
    expect(() => renderSnapshot(systemOf({ plate: integerField(x), weight: integerField(x) }), before)).toThrow('it was text and is now integer; add a new field instead')
    const sealed = renderSnapshot(systemOf({ name: textField(x, { identifies: true, level: 3 }) }), undefined)
    expect(() => renderSnapshot(systemOf({ name: textField(x) }), sealed)).toThrow('it was text, encrypted and is now text')
  })
  it('fails on a state that is gone unless it was renamed', () => {
    const states = { begun: { title: x }, closed: { title: x, outcome: 'done' } }
    expect(() => renderSnapshot(systemOf({ plate: textField(x), weight: integerField(x) }, states), before)).toThrow('sample.cases.thing.states.open: the state is gone; name it in renamedStates, or keep it')
    expect(() => renderSnapshot(systemOf({ plate: textField(x), weight: integerField(x) }, states, { begun: 'open' }), before)).not.toThrow()
  })
})
