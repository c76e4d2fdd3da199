import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import {
  choiceField, choicesField, codeField, consentField, dateField, decimalField, fenField, fileField, formField, instantField, integerField, jsonField, listField,
  organField, placeField, recordField, regionField, subjectField, textField, yesNoField, type Fields,
} from './field.ts'
import { schemaOf, schemaOfField } from './schema.ts'
import { text as t } from './text.ts'

const T = t('标题', 'Title')
const fields: Fields = {
  text: textField(T, { required: true, help: t('提示', 'Hint'), level: 3 }), integer: integerField(T, { min: 1, max: 9 }), fen: fenField(T), decimal: decimalField(T, { unit: '°C', scale: 1 }), whole: decimalField(T, { scale: 0 }),
  yesNo: yesNoField(T), consent: consentField(T), date: dateField(T), instant: instantField(T), choice: choiceField(T, { a: t('甲', 'A') }), choices: choicesField(T, { a: t('甲', 'A') }),
  code: codeField(T, 'uscc'), region: regionField(T), organ: organField(T), subject: subjectField(T), place: placeField(T), file: fileField(T, { accept: ['application/pdf'] }),
  record: recordField(T, { a: textField(T, { required: true }) }), list: listField(T, recordField(T, { b: integerField(T, { required: true }) }, {}), { maxLength: 2 }), form: formField(T), json: jsonField(T),
}

test('it is a JSON Schema of edition 2020-12, whatever the kinds', () => {
  const ajv = new Ajv2020({ strict: false })
  expect(ajv.validateSchema(schemaOf(fields))).toBe(true)
  expect(ajv.validateSchema(schemaOf(fields, { form: fields, language: 'en', required: ['json'] }))).toBe(true)
})

test('every field says its kind, and its title in both languages', () => {
  const properties = schemaOf(fields)['properties'] as Record<string, Record<string, unknown>>
  for (const [name, field] of Object.entries(fields)) expect(properties[name]).toMatchObject({ 'x-kind': field.kind, 'x-title': T, title: '标题' })
  expect((schemaOf(fields, { language: 'en' })['properties'] as typeof properties)['text']).toMatchObject({ title: 'Title', description: 'Hint', 'x-level': 3 })
})

test('nothing but the fields is allowed, and what is required may not be an empty text', () => {
  expect(schemaOf(fields)).toMatchObject({ additionalProperties: false, required: ['text'], properties: { text: { minLength: 1 } } })
  expect(schemaOf(fields, { required: ['code', 'json'] })).toMatchObject({ required: ['code', 'json'], properties: { code: { minLength: 1 } } })
  expect(schemaOf({ n: integerField(T) })).not.toHaveProperty('required')
})

describe('parts', () => {
  test('records and lists carry the schemas of what they hold, with their own required names', () => {
    const { properties } = schemaOf(fields, { required: [] }) as { properties: Record<string, any> }
    expect(properties['record'].required).toEqual(['a'])
    expect(properties['list'].items.required).toEqual(['b'])
    expect(properties['list'].maxItems).toBe(2)
  })

  test('a form has the fields of its matter, even inside a record', () => {
    const form = { plate: textField(T, { required: true }) }
    expect(schemaOfField(fields['form']!, { form })).toMatchObject({ required: ['plate'], additionalProperties: false })
    expect(schemaOfField(recordField(T, { form: formField(T) }), { form })).toMatchObject({ properties: { form: { required: ['plate'] } } })
    expect(schemaOfField(fields['form']!)).toMatchObject({ type: 'object' })
  })

  test('a decimal has no more places than it keeps', () => {
    const takes = (name: string, value: string) => new RegExp((schemaOfField(fields[name]!) as { pattern: string }).pattern).test(value)
    expect(['1', '1.5', '1.55'].map(value => takes('decimal', value))).toEqual([true, true, false])
    expect(['1', '-1', '1.5', '01'].map(value => takes('whole', value))).toEqual([true, true, false, false])
  })

  test('consent can only be given', () => expect(schemaOfField(fields['consent']!)).toMatchObject({ enum: [true] }))
})
