import { describe, expect, test } from 'vitest'
import { dateField, instantField, listField, recordField, textField } from '../field.ts'
import { caseRef, resourceRef } from '../reference.ts'
import { defineResource, type AnyResource } from '../resource.ts'
import type { System } from '../system.ts'
import { text as t } from '../text.ts'
import { indexOf } from './city-index.ts'
import { line } from './faults.ts'
import { validateResource } from './resource.ts'

const T = t('题', 'Title')
const fields = { id: textField(T, { required: true }), who: textField(T, { level: 2 }), from: instantField(T), to: instantField(T), day: dateField(T) }
const events = defineResource({ title: T, owner: T, level: 2, fields, key: ['id'], appendOnly: true })
const eventsRef = resourceRef('here.events', fields)
const sound = defineResource({
  title: T, owner: T, level: 2, fields, key: ['id'], indexed: ['who'], partitionBy: 'from', exclude: { same: ['who'], from: 'from', to: 'to' }, fold: { of: eventsRef, step: (_row, event) => event },
})
const here: System = { id: 'here', prefix: 'HE', title: T, policy: ['N一(一)'], owner: T, resources: { events, sound } }
const there: System = { id: 'there', prefix: 'TH', title: T, policy: ['N一(一)'], owner: T, resources: { events } }
const faults = (change: Record<string, unknown>) => validateResource({ ...sound, ...change } as AnyResource, here, indexOf([here, there]), 'x').map(line)

test('a sound resource has no faults', () => expect(faults({})).toEqual([]))

describe('a planted fault is told in one line', () => {
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['no title', { title: t('题', '') }, [`x.title: no text in 'en'`]],
    ['no owner', { owner: t('', 'Office') }, [`x.owner: no text in 'zh'`]],
    ['no key', { key: [] }, ['x.key: a resource has a key']],
    ['key of no field', { key: ['id', 'number'], fold: undefined }, [`x.key: no field 'number'; fields are id, who, from, to, day`]],
    ['key that may be unknown', { key: ['who'] }, [`x.key: key field 'who' must be required`]],
    ['partition by no field', { partitionBy: 'at' }, [`x.partitionBy: no field 'at'; fields are id, who, from, to, day`]],
    ['index of no field', { indexed: ['at'] }, [`x.indexed: no field 'at'; fields are id, who, from, to, day`]],
    ['exclusion by no field', { exclude: { same: ['person'], from: 'from', to: 'to' } }, [`x.exclude: no field 'person'; fields are id, who, from, to, day`]],
    ['exclusion to no date', { exclude: { same: ['who'], from: 'who', to: 'to' } }, [`x.exclude.from: field 'who' is of kind text, not a date`]],
    ['exclusion from a day to an instant', { exclude: { same: ['who'], from: 'day', to: 'to' } }, [`x.exclude: 'day' is of kind date and 'to' of kind instant`]],
    ['level below its fields', { level: 1 }, ['x.level: level 1 is below that of its highest field (2)']],
    ['level below a field inside it', { fields: { ...fields, parts: listField(T, recordField(T, { card: textField(T, { level: 4 }) })) } }, ['x.level: level 2 is below that of its highest field (4)']],
    ['field that is no field', { fields: { ...fields, 'a b': textField(T) } }, [`x.fields.a b: 'a b' is not a field name: a small letter, then letters and digits, at most 40`]],
    ['fold of nothing', { fold: { of: resourceRef('here.event'), step: () => null } }, [`x.fold.of: no resource 'here.event'; resources of 'here' are here.events, here.sound`]],
    ['fold of a case type that is not there', { fold: { of: caseRef('here.case'), step: () => null } }, [`x.fold.of: no case type 'here.case'; case types of 'here' are (none)`]],
    ['fold of what has not its key', { key: ['id', 'number'], fields: { ...fields, number: textField(T, { required: true }) } }, [`x.fold.of: here.events has no column 'number', which is part of the key`]],
    ['fold of a system it does not use', { fold: { of: resourceRef('there.events'), step: () => null } }, [`x.fold.of: 'there' is not in this system's 'uses'`]],
    ['fold of no system', { fold: { of: resourceRef('nowhere.events'), step: () => null } }, [`x.fold.of: no system 'nowhere'; systems are here, there`]],
    ['fold that only grows', { appendOnly: true }, ['x.appendOnly: a fold replaces its rows, so it is not append-only']],
  ])('%s', (_name, change, expected) => expect(faults(change)).toEqual(expected))
})
