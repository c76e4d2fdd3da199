/** Checks values against fields. Nothing is coerced: what does not fit is refused, with the place and a code. */
import type { Fault } from './errors/problem.ts'
import { catalogue, type ErrorCode } from './errors/catalogue.ts'
import type { Field, Fields } from './field.ts'
import { parseCode } from './code-names.ts'
import type { Text } from './text.ts'

export interface ValueRules {
  /** Names that must have a value. Defaults to the fields marked `required`. */
  readonly required?: readonly string[]
  /** Names that may be given at all. Defaults to every field. */
  readonly accepted?: readonly string[]
  /** Prefix of the JSON pointers in faults. */
  readonly at?: string
  /** Fields of `form` values, from the matter's edition. */
  readonly form?: Fields
}

export interface CheckedValues {
  readonly values: Record<string, unknown>
  readonly faults: readonly Fault[]
}

export function checkValues(fields: Fields, given: Readonly<Record<string, unknown>>, rules: ValueRules = {}): CheckedValues {
  const at = rules.at ?? ''
  if (!isRecord(given)) return { values: {}, faults: [fault(at, 'field-type')] }
  const faults: Fault[] = []
  const values: Record<string, unknown> = {}
  const required = new Set(rules.required ?? Object.keys(fields).filter(name => fields[name]!.required))
  for (const name of Object.keys(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    const path = `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (field === undefined) { faults.push(fault(path, 'field-unknown')); continue }
    if (rules.accepted !== undefined && !rules.accepted.includes(name)) { faults.push(fault(path, 'field-not-accepted-here')); continue }
    const value = given[name]
    if (value === undefined) continue
    if (isEmpty(value)) { values[name] = null; continue }
    const found = checkValue(field, value, path, rules.form)
    faults.push(...found)
    values[name] = found.length > 0 ? value : settled(field, value, rules.form)
  }
  for (const name of required) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (isEmpty(value) && Object.hasOwn(fields, name)) faults.push(fault(`${at}/${name}`, fields[name]!.kind === 'consent' ? 'consent-required' : 'field-required'))
  }
  return { values, faults }
}

/** A good value as it is kept: in records, an empty text means unknown, as it does outside them. */
function settled(field: Field, value: unknown, form?: Fields): unknown {
  if (field.kind === 'list') return (value as readonly unknown[]).map(one => settled(field.items!, one, form))
  if (field.kind !== 'record' && field.kind !== 'form') return value
  const fields = field.kind === 'form' ? form ?? {} : field.fields ?? {}
  return checkValues(fields, value as Record<string, unknown>, form && field.kind === 'record' ? { form } : {}).values
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Faults of one value that is present. */
export function checkValue(field: Field, value: unknown, path: string, form?: Fields): readonly Fault[] {
  const checker = checkers[field.kind]
  return checker(field, value, path, form)
}

type Checker = (field: Field, value: any, path: string, form?: Fields) => readonly Fault[]

const DATE = /^(?!0000)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const INSTANT = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-5]):[0-5]\d)$/
const DECIMAL = /^-?(0|[1-9]\d{0,17})(\.\d{1,9})?$/
const REGION = /^\d{12}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const SYSTEMS: readonly unknown[] = ['CGCS2000', 'WGS84', 'GCJ02']
const MAX_DEPTH = 32
const DEFAULT_MAX_LENGTH = 2_000
const DEFAULT_MAX_ITEMS = 200

const checkers: Record<Field['kind'], Checker> = {
  text: (field, value, path) => typeof value !== 'string' ? [fault(path, 'field-type')] : textFaults(value, field.maxLength ?? DEFAULT_MAX_LENGTH, path),
  integer: (field, value, path) => Number.isSafeInteger(value) ? range(field, value, path) : [fault(path, 'field-type')],
  fen: (field, value, path) => Number.isSafeInteger(value) ? range(field, value, path) : [fault(path, 'field-type')],
  decimal: decimalFaults,
  yesNo: (_field, value, path) => typeof value === 'boolean' ? [] : [fault(path, 'field-type')],
  consent: (_field, value, path) => value === true ? [] : [fault(path, 'consent-required')],
  date: (field, value, path) => isDate(value) ? range(field, value, path) : [fault(path, 'field-type', 'YYYY-MM-DD')],
  instant: (_field, value, path) => typeof value === 'string' && isDate(INSTANT.exec(value)?.[1]) ? [] : [fault(path, 'field-type', 'ISO 8601')],
  choice: (field, value, path) => typeof value === 'string' && Object.hasOwn(field.choices ?? {}, value) ? [] : [fault(path, 'field-choice', Object.keys(field.choices ?? {}).join(', '))],
  choices: (field, value, path) => !Array.isArray(value) ? [fault(path, 'field-type')]
    : value.flatMap((one, i) => typeof one === 'string' && Object.hasOwn(field.choices ?? {}, one) && value.indexOf(one) === i ? [] : [fault(`${path}/${i}`, 'field-choice')]),
  code: codeFaults,
  region: (_field, value, path) => typeof value === 'string' && REGION.test(value) ? [] : [fault(path, 'code-invalid', '12 digits')],
  organ: (_field, value, path) => codeFaults({ kind: 'code', title: { zh: '', en: '' }, code: 'uscc' }, value, path),
  subject: (_field, value, path) => typeof value === 'string' && UUID.test(value) ? [] : [fault(path, 'field-type')],
  place: placeFaults,
  file: (_field, value, path) => typeof value === 'string' && UUID.test(value) ? [] : [fault(path, 'field-type')],
  record: (field, value, path, form) => isRecord(value) ? checkValues(field.fields ?? {}, value, { at: path, ...(form ? { form } : {}) }).faults : [fault(path, 'field-type')],
  list: listFaults,
  json: (_field, value, path) => isJson(value) ? [] : [fault(path, 'field-type')],
  form: (_field, value, path, form) => !isRecord(value) ? [fault(path, 'field-type')] : checkValues(form ?? {}, value, { at: path }).faults,
}

export function textFaults(value: string, maxLength: number, path: string): readonly Fault[] {
  if (value.includes('\u0000')) return [fault(path, 'nul-character')]
  if (!value.isWellFormed()) return [fault(path, 'field-type', 'unpaired surrogate')]
  if ([...value].length > maxLength) return [fault(path, 'field-too-long', String(maxLength))]
  return []
}

export function isDate(value: unknown): value is string {
  if (typeof value !== 'string' || !DATE.test(value)) return false
  const parsed = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value)
}

function range(field: Field, value: number | string, path: string): readonly Fault[] {
  if (field.min !== undefined && value < field.min) return [fault(path, 'field-range', `≥ ${field.min}`)]
  if (field.max !== undefined && value > field.max) return [fault(path, 'field-range', `≤ ${field.max}`)]
  return []
}

function decimalFaults(field: Field, value: unknown, path: string): readonly Fault[] {
  if (typeof value !== 'string' || !DECIMAL.test(value)) return [fault(path, 'field-type', '"12.50"')]
  const places = value.split('.')[1]?.length ?? 0
  if (field.scale !== undefined && places > field.scale) return [fault(path, 'field-range', `${field.scale} places`)]
  return range({ ...field }, Number(value), path)
}

function codeFaults(field: Field, value: unknown, path: string): readonly Fault[] {
  if (typeof value !== 'string') return [fault(path, 'field-type')]
  const parsed = parseCode(field.code!, value)
  if (parsed.ok) return []
  return [{ path, code: parsed.code, message: parsed.message ?? catalogue['code-invalid'].title }]
}

function placeFaults(_field: Field, value: unknown, path: string): readonly Fault[] {
  if (Array.isArray(value)) return [fault(path, 'coordinates-without-system')]
  if (!isRecord(value)) return [fault(path, 'field-type')]
  if (!SYSTEMS.includes(value['crs'])) return [fault(`${path}/crs`, 'coordinates-without-system', 'CGCS2000, WGS84, GCJ02')]
  const { lon, lat } = value
  if (typeof lon !== 'number' || typeof lat !== 'number' || !Number.isFinite(lon) || !Number.isFinite(lat)) return [fault(path, 'field-type')]
  if (Math.abs(lon) > 180 || Math.abs(lat) > 90) return [fault(path, 'field-range')]
  return Object.keys(value).length === 3 ? [] : [fault(path, 'field-unknown')]
}

function listFaults(field: Field, value: unknown, path: string, form?: Fields): readonly Fault[] {
  if (!Array.isArray(value)) return [fault(path, 'field-type')]
  if (value.length > (field.maxLength ?? DEFAULT_MAX_ITEMS)) return [fault(path, 'field-too-long', String(field.maxLength ?? DEFAULT_MAX_ITEMS))]
  return value.flatMap((one, i) => checkValue(field.items!, one, `${path}/${i}`, form))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a `jsonb` column takes: finite numbers, and texts and names without NUL or unpaired surrogates. */
function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth === MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every(one => isJson(one, depth + 1))
  return Object.entries(value).every(([name, one]) => isJson(name) && isJson(one, depth + 1))
}

/** A fault with the catalogue's message, and what was expected. */
export function fault(path: string, code: ErrorCode, expected?: string): Fault {
  const { title } = catalogue[code]
  const message: Text = expected === undefined ? title : { zh: `${title.zh}（${expected}）`, en: `${title.en} (${expected})` }
  return { path, code, message }
}
