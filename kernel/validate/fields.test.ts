import { describe, expect, test } from 'vitest'
import { choiceField, codeField, listField, recordField, subjectField, textField, type Fields } from '../field.ts'
import { text as t } from '../text.ts'
import { line } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateText } from './text.ts'

const T = t('题', 'Title')
const faults = (fields: Record<string, unknown>) => validateFields(fields as unknown as Fields, 'x').map(line)

test('sound fields have no faults', () => {
  expect(faults({
    name: textField(T, { identifies: true, level: 3 }), constructor: textField(T), of: subjectField(T), code: codeField(T, 'uscc'), kind: choiceField(T, { a: T }),
    parts: listField(T, recordField(T, { a: textField(T) })), newName: textField(T, { renamedFrom: 'oldName' }),
  })).toEqual([])
})

describe('a planted fault is told in one line', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['name with a hyphen', { 'a-b': textField(T) }, `x.a-b: 'a-b' is not a field name: a small letter, then letters and digits, at most 40`],
    ['name with a capital', { Name: textField(T) }, `x.Name: 'Name' is not a field name: a small letter, then letters and digits, at most 40`],
    ['name too long', { ['a'.repeat(41)]: textField(T) }, `x.${'a'.repeat(41)}: '${'a'.repeat(41)}' is not a field name: a small letter, then letters and digits, at most 40`],
    ['no kind', { a: { title: T } }, `x.a.kind: no kind 'undefined'; kinds are text, integer, decimal, fen, yesNo, consent, date, instant, choice, choices, code, region, organ, subject, place, file, record, list, form, json`],
    ['no title in one language', { a: textField(t('', 'A')) }, `x.a.title: no text in 'zh'`],
    ['no choices', { a: choiceField(T, {}) }, 'x.a.choices: no choices'],
    ['code of no parser', { a: { kind: 'code', title: T, code: 'postcode' } }, `x.a.code: no code 'postcode'; codes are uscc, organizationCode, citizenId, regionCode, matterCode, projectCode, certificateId, industryCode, imoNumber, containerCode`],
    ['fault inside a record', { a: recordField(T, { b: textField(t('乙', '')) }) }, `x.a.fields.b.title: no text in 'en'`],
    ['list of nothing', { a: { kind: 'list', title: T } }, 'x.a.items: a list says what its items are'],
    ['fault inside a list', { a: listField(T, choiceField(T, {})) }, 'x.a.items.choices: no choices'],
    ['person told at a low level', { a: textField(T, { identifies: true, level: 2 }) }, 'x.a.level: it identifies a person, so its level is 3 or 4'],
    ['renamed while the old name lives', { a: textField(T, { renamedFrom: 'b' }), b: textField(T) }, `x.a.renamedFrom: 'b' is still a field`],
  ])('%s', (_name, fields, expected) => expect(faults(fields)).toEqual([expected]))
})

test('a name that JavaScript gives a meaning of its own is refused', () => {
  expect(faults(JSON.parse('{"__proto__":{"kind":"text","title":{"zh":"a","en":"a"}}}') as Record<string, unknown>)).toEqual([`x.__proto__: '__proto__' is not a field name: a small letter, then letters and digits, at most 40`])
})

test('a text is there in both languages', () => {
  expect(validateText(T, 'x')).toEqual([])
  expect(validateText(undefined, 'x').map(line)).toEqual([`x: no text in 'zh'`, `x: no text in 'en'`])
  expect(validateText({ zh: '题', en: '\t' }, 'x').map(line)).toEqual([`x: no text in 'en'`])
})
