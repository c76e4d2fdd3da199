import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODE_NAMES, parseCode } from './code-names.ts'
import { composeCitizenId, composeUscc } from './codes/index.ts'
import { catalogue } from './errors/catalogue.ts'
import {
  choiceField, choicesField, codeField, consentField, dateField, decimalField, fenField, fileField, formField, instantField, integerField, jsonField, listField,
  organField, placeField, recordField, regionField, subjectField, textField, yesNoField, type Field, type Fields,
} from './field.ts'
import { schemaOf } from './schema.ts'
import { text as t } from './text.ts'
import { checkValue, checkValues, fault, isDate, textFaults } from './values.ts'

const T = t('题', 'Title')
const choices = { a: t('甲', 'A'), b: t('乙', 'B') }
const uuid = '0b7f2f0e-8a77-4d0e-9f0a-3f1d2c4b5a69'
const uscc = composeUscc({ registrar: '9', category: '1', region: '330200', organBody: '00000001' })
const codes = (fields: Fields, given: unknown, rules = {}) => checkValues(fields, given as Record<string, unknown>, rules).faults.map(one => `${one.path} ${one.code}`)
const codesOf = (field: Field, value: unknown) => checkValue(field, value, '/x').map(one => one.code)

/** Of each kind: values that are taken, and values that are not, with the code that says why. */
const kinds: Record<Field['kind'], { field: Field; good: readonly unknown[]; bad: readonly (readonly [unknown, string])[] }> = {
  text: { field: textField(T, { maxLength: 3 }), good: ['a', '甲乙丙', '𠮷𠮷𠮷', 'a\nb'], bad: [[1, 'field-type'], [['a'], 'field-type'], ['abcd', 'field-too-long'], ['𠮷𠮷𠮷𠮷', 'field-too-long'], ['a\u0000', 'nul-character'], ['\ud800', 'field-type'], ['\udc00a', 'field-type']] },
  integer: { field: integerField(T, { min: -5, max: 5 }), good: [0, -5, 5, 1.0], bad: [[6, 'field-range'], [-6, 'field-range'], [0.5, 'field-type'], ['1', 'field-type'], [2 ** 53, 'field-type'], [true, 'field-type']] },
  decimal: { field: decimalField(T, { min: -10, max: 10, scale: 2 }), good: ['0', '-1.5', '10', '9.99', '0.10'], bad: [[1.5, 'field-type'], ['1.234', 'field-range'], ['10.01', 'field-range'], ['-11', 'field-range'], ['01', 'field-type'], ['1.', 'field-type'], ['1e3', 'field-type'], ['NaN', 'field-type'], [' 1', 'field-type']] },
  fen: { field: fenField(T, { min: 0 }), good: [0, 1, 2 ** 53 - 1], bad: [[-1, 'field-range'], [12.5, 'field-type'], ['12', 'field-type'], [2 ** 53, 'field-type']] },
  yesNo: { field: yesNoField(T), good: [true, false], bad: [['true', 'field-type'], [0, 'field-type']] },
  consent: { field: consentField(T), good: [true], bad: [[false, 'consent-required'], ['true', 'consent-required'], [1, 'consent-required']] },
  date: { field: dateField(T, { min: '2020-01-01', max: '2030-12-31' }), good: ['2024-02-29', '2020-01-01', '2030-12-31'], bad: [['2023-02-29', 'field-type'], ['2024-04-31', 'field-type'], ['2024-4-1', 'field-type'], ['20240401', 'field-type'], ['2024-13-01', 'field-type'], [20240401, 'field-type'], ['2019-12-31', 'field-range'], ['2031-01-01', 'field-range'], ['2024-02-29T00:00:00Z', 'field-type']] },
  instant: { field: instantField(T), good: ['2024-02-29T23:59:59Z', '2024-01-01T08:00:00+08:00', '2024-01-01T00:00:00.123456Z'], bad: [['2023-02-29T00:00:00Z', 'field-type'], ['2024-01-01T24:00:00Z', 'field-type'], ['2024-01-01T00:60:00Z', 'field-type'], ['2024-01-01T00:00:00', 'field-type'], ['2024-01-01', 'field-type'], ['2024-01-01T00:00:00+23:00', 'field-type'], [0, 'field-type'], ['0000-01-01T00:00:00Z', 'field-type']] },
  choice: { field: choiceField(T, choices), good: ['a', 'b'], bad: [['c', 'field-choice'], ['constructor', 'field-choice'], ['__proto__', 'field-choice'], [0, 'field-choice'], [['a'], 'field-choice']] },
  choices: { field: choicesField(T, choices), good: [[], ['a'], ['b', 'a']], bad: [['a', 'field-type'], [['c'], 'field-choice'], [['a', 'a'], 'field-choice'], [['toString'], 'field-choice'], [[['a']], 'field-choice']] },
  code: { field: codeField(T, 'uscc'), good: [uscc], bad: [['1', 'uscc-length'], [`${uscc.slice(0, 17)}${uscc.endsWith('0') ? '1' : '0'}`, 'uscc-check-outer'], [1, 'field-type'], [`${uscc} `, 'uscc-length']] },
  region: { field: regionField(T), good: ['330203000000'], bad: [['330203', 'code-invalid'], [330203000000, 'code-invalid'], ['33020300000O', 'code-invalid']] },
  organ: { field: organField(T), good: [uscc], bad: [['公安局', 'uscc-length'], [null, 'field-type'], [{}, 'field-type']] },
  subject: { field: subjectField(T), good: [uuid], bad: [[uuid.toUpperCase(), 'field-type'], ['1', 'field-type'], [`${uuid}\n`, 'field-type'], [1, 'field-type']] },
  place: {
    field: placeField(T), good: [{ crs: 'CGCS2000', lon: 121.55, lat: 29.87 }, { crs: 'GCJ02', lon: -180, lat: 90 }],
    bad: [[[121.5, 29.8], 'coordinates-without-system'], [{ lon: 121.5, lat: 29.8 }, 'coordinates-without-system'], [{ crs: 'BD09', lon: 1, lat: 1 }, 'coordinates-without-system'], [{ crs: ['WGS84'], lon: 1, lat: 1 }, 'coordinates-without-system'], [{ crs: 'WGS84', lon: '1', lat: 1 }, 'field-type'], [{ crs: 'WGS84', lon: 181, lat: 1 }, 'field-range'], [{ crs: 'WGS84', lon: 29.8, lat: 121.5 }, 'field-range'], [{ crs: 'WGS84', lon: 1, lat: 1, alt: 3 }, 'field-unknown'], ['121.5,29.8', 'field-type']],
  },
  file: { field: fileField(T), good: [uuid], bad: [['../etc/passwd', 'field-type'], ['x.pdf', 'field-type']] },
  record: { field: recordField(T, { a: textField(T, { required: true }), n: integerField(T) }), good: [{ a: 'x' }, { a: 'x', n: 1 }, { a: 'x', n: null }], bad: [[{}, 'field-required'], [{ a: '' }, 'field-required'], [{ a: 'x', b: 1 }, 'field-unknown'], [{ a: 1 }, 'field-type'], [[], 'field-type'], ['x', 'field-type']] },
  list: { field: listField(T, integerField(T, { max: 9 }), { maxLength: 2 }), good: [[], [1], [1, 9]], bad: [[1, 'field-type'], [[1, 2, 3], 'field-too-long'], [[10], 'field-range'], [[null], 'field-type'], [{ 0: 1 }, 'field-type']] },
  json: { field: jsonField(T), good: [0, false, 'x', [1, { a: [null] }], { a: 'back\\u0000slash' }], bad: [['\u0000', 'field-type'], [{ a: ['x\u0000'] }, 'field-type'], [{ 'x\u0000': 1 }, 'field-type'], [['\ud800'], 'field-type'], [Number.NaN, 'field-type'], [() => 1, 'field-type']] },
  form: { field: formField(T), good: [{}], bad: [[{ a: 1 }, 'field-unknown'], [[], 'field-type'], ['{}', 'field-type']] },
}

describe.each(Object.entries(kinds))('a field of kind %s', (kind, { field, good, bad }) => {
  test('is of that kind', () => expect(field.kind).toBe(kind))
  test.each(good.map(value => [value]))('takes %j', value => expect(checkValue(field, value, '/x')).toEqual([]))
  test.each(bad)('refuses %j as %s', (value, code) => expect(new Set(codesOf(field, value))).toEqual(new Set([code])))
})

describe('a set of values', () => {
  const fields = { name: textField(T, { required: true }), consent: consentField(T, { required: true }), n: integerField(T) }

  test('what is required must be there and not empty, and consent never stands by itself', () => {
    expect(codes(fields, {})).toEqual(['/name field-required', '/consent consent-required'])
    expect(codes(fields, { name: '', consent: null })).toEqual(['/name field-required', '/consent consent-required'])
    expect(codes(fields, { name: 'x', consent: false })).toEqual(['/consent consent-required'])
    expect(codes(fields, { name: 'x', consent: true })).toEqual([])
  })

  test('an optional value may be unknown, which is kept as null', () => {
    expect(checkValues(fields, { name: 'x', consent: true, n: '' }).values).toEqual({ name: 'x', consent: true, n: null })
    const record = { parts: listField(T, recordField(T, { a: textField(T), on: dateField(T) }, { required: true })) }
    expect(checkValues(record, { parts: [{ a: '', on: '' }] })).toEqual({ values: { parts: [{ a: null, on: null }] }, faults: [] })
  })

  test('a move asks for its own fields and takes no others', () => {
    expect(codes(fields, { n: 1 }, { required: ['n'], accepted: ['n'] })).toEqual([])
    expect(codes(fields, { name: 'x' }, { required: ['n'], accepted: ['n'] })).toEqual(['/name field-not-accepted-here', '/n field-required'])
  })

  test('unknown names are told by a JSON pointer', () => {
    expect(codes(fields, { name: 'x', consent: true, 'a/b~c': 1 }, { at: '/values' })).toEqual(['/values/a~1b~0c field-unknown'])
  })

  test('names that every object has are neither fields nor given values', () => {
    expect(codes(fields, JSON.parse('{"name":"x","consent":true,"__proto__":{"n":1},"constructor":1}'))).toEqual(['/__proto__ field-unknown', '/constructor field-unknown'])
    const odd: Fields = Object.fromEntries(['constructor', 'toString', 'hasOwnProperty', 'valueOf'].map(name => [name, textField(T, { required: true })]))
    expect(codes(odd, {})).toEqual(Object.keys(odd).map(name => `/${name} field-required`))
    expect(checkValues(odd, Object.fromEntries(Object.keys(odd).map(name => [name, 'x']))).faults).toEqual([])
    expect(({} as Record<string, unknown>)['n']).toBeUndefined()
  })

  test('a form is checked by the fields of its matter', () => {
    const one = { form: formField(T, { required: true }) }
    const form = { plate: textField(T, { required: true }) }
    expect(codes(one, { form: { plate: '' } }, { form })).toEqual(['/form/plate field-required'])
    expect(codes(one, { form: { plate: '浙B' } }, { form })).toEqual([])
    expect(codes({ part: recordField(T, one, {}) }, { part: { form: { colour: 'red' } } }, { form })).toEqual(['/part/form/colour field-unknown', '/part/form/plate field-required'])
  })

  test('what is no object has no values', () => {
    for (const given of [null, undefined, 1, 'x', [], [{ name: 'x' }]]) expect(codes(fields, given, { at: '/values' })).toEqual(['/values field-type'])
  })

  test('values nested beyond all reason are refused, not crashed on', () => {
    const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)) as unknown
    expect(codesOf(jsonField(T), deep)).toEqual(['field-type'])
    for (const { field } of Object.values(kinds)) expect(() => checkValue(field, deep, '/x')).not.toThrow()
  })
})

test('dates are those of the calendar', () => {
  fc.assert(fc.property(fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }), date => isDate(date.toISOString().slice(0, 10))))
  fc.assert(fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 0, max: 13 }), fc.integer({ min: 0, max: 32 }), (year, month, day) => {
    const written = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    const days = [31, (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
    expect(isDate(written)).toBe(day >= 1 && day <= days)
  }))
})

/** ASCII, and what takes two code units, three bytes, or no place in a database. */
const character = fc.oneof(fc.constantFrom('\u0000', '𠮷', '😀', '甲', 'é', '\n'), fc.string({ minLength: 1, maxLength: 1 }))

test('a text is as long as it has characters, not code units', () => {
  fc.assert(fc.property(fc.string({ unit: character, maxLength: 8 }), fc.nat(8), (value, max) => {
    const found = textFaults(value, max, '/x').map(one => one.code)
    expect(found).toEqual(value.includes('\u0000') ? ['nul-character'] : Array.from(value).length > max ? ['field-too-long'] : [])
  }))
})

test('codes are judged by their parsers, and those refused say why in both languages', () => {
  expect(parseCode('citizenId', composeCitizenId({ region: '330203', birth: '1990-05-05', sequence: 12 }))).toEqual({ ok: true })
  fc.assert(fc.property(fc.constantFrom(...CODE_NAMES), fc.oneof(fc.string({ unit: character }), fc.stringMatching(/^[0-9A-Z-]{1,24}$/)), (name, value) => {
    const answer = parseCode(name, value)
    if (!answer.ok) expect(answer.message.zh.length * answer.message.en.length).toBeGreaterThan(0)
    expect(codesOf(codeField(T, name), value)).toEqual(answer.ok ? [] : [answer.code])
  }))
})

test('a fault says what was expected', () => {
  expect(fault('/n', 'field-range', '≥ 1')).toEqual({ path: '/n', code: 'field-range', message: { zh: `${catalogue['field-range'].title.zh}（≥ 1）`, en: `${catalogue['field-range'].title.en} (≥ 1)` } })
})

describe('beside an independent JSON Schema validator', () => {
  /** Every kind, loose and required, alone and inside records and lists; no bounds that a schema cannot say. */
  const loose: Fields = { ...Object.fromEntries(Object.entries(kinds).filter(([kind]) => kind !== 'form').map(([kind, one]) => [kind, one.field])), date: dateField(T), decimal: decimalField(T, { scale: 2 }), fen: fenField(T, { min: -(2 ** 53 - 1), max: 2 ** 53 - 1 }) }
  const required = (fields: Fields): Fields => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, { ...field, required: true }]))
  const fields: Fields = { ...loose, part: recordField(T, required({ text: loose['text']!, date: loose['date']!, choice: loose['choice']! }), {}), parts: listField(T, recordField(T, loose, {}), { maxLength: 3 }) }
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: false }))
  const accepts = ajv.compile(schemaOf(fields))

  const nasty = fc.constantFrom<unknown>(...Object.values(kinds).flatMap(one => [...one.good, ...one.bad.map(([value]) => value)]), '', null).filter(value => typeof value !== 'function')
  const valueOf = (field: Field): fc.Arbitrary<unknown> => {
    const { good, bad } = kinds[field.kind]
    const plain = fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad.map(([value]) => value)).filter(value => typeof value !== 'function') }, { weight: 1, arbitrary: nasty }, { weight: 1, arbitrary: fc.jsonValue() })
    if (field.kind === 'record') return fc.oneof({ weight: 6, arbitrary: valuesOf(field.fields!) }, plain)
    return field.kind === 'list' ? fc.oneof({ weight: 6, arbitrary: fc.array(valueOf(field.items!), { maxLength: 4 }) }, plain) : plain
  }
  const valuesOf = (of: Fields): fc.Arbitrary<Record<string, unknown>> => {
    const [needed, others] = [true, false].map(is => Object.keys(of).filter(name => Boolean(of[name]!.required) === is)) as [string[], string[]]
    return fc.subarray(others, { maxLength: Math.min(5, others.length) }).chain(names => fc.record(Object.fromEntries([...needed, ...names].map(name => [name, valueOf(of[name]!)]))))
  }

  const known = (value: unknown): unknown => Array.isArray(value) ? value.map(known)
    : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => [name, known(one)])) : value
  /** What a schema cannot say: codes and their checks, characters a database refuses, integers beyond 2^53, spellings of UUIDs and instants, JSON depth. */
  const beyondSchema = new Set(['nul-character', 'code-invalid', ...Object.values(kinds).flatMap(one => one.field.kind === 'code' || one.field.kind === 'organ' ? one.bad.map(([, code]) => code) : [])])

  test('what is accepted, so far as it is known, fits the schema', () => {
    let accepted = 0
    fc.assert(fc.property(valuesOf(fields), given => {
      const { values, faults } = checkValues(fields, given)
      if (faults.length > 0) return
      accepted += 1
      expect(accepts(known(values)) || ajv.errorsText(accepts.errors)).toBe(true)
    }), { numRuns: 500 })
    expect(accepted).toBeGreaterThan(100)
  })

  test('what fits the schema is accepted, but for what a schema cannot say', () => {
    let fitting = 0
    fc.assert(fc.property(valuesOf(fields), given => {
      if (!accepts(given)) return
      fitting += 1
      const unexpected = checkValues(fields, given).faults.filter(one => !beyondSchema.has(one.code) && !one.code.includes('-check') && !/^\/(parts\/\d+\/)?(code|organ|json)/.test(one.path))
        .filter(one => !JSON.stringify(given).includes('\\ud') && !/9007199254740992/.test(JSON.stringify(given)) && !['subject', 'file', 'instant'].some(name => one.path.endsWith(name)))
      expect(unexpected).toEqual([])
    }), { numRuns: 500 })
    expect(fitting).toBeGreaterThan(100)
  })

  test('nothing that JSON can say makes the checker throw', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), given => { checkValues(fields, given as Record<string, unknown>) }))
    fc.assert(fc.property(fc.constantFrom(...Object.values(kinds)), fc.jsonValue(), ({ field }, given) => { checkValue(field, given, '/x', fields) }))
  })
})
