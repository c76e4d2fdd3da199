/**
 * Whether JSON typed or imported by somebody has the shape of a matter, before the validator reads it as one: members
 * of their types, national codes that pass their checks, dates that exist. One line a fault, led by its path.
 */
import { parseMatterCode, parseRegionCode, parseUscc } from '../../kernel/codes/index.ts'
import { isDate, textFaults } from '../../kernel/values.ts'

type Check = (value: unknown, at: string) => readonly string[]

const SUBJECT_CLASSES = ['person', 'enterprise', 'socialOrganisation', 'publicInstitution', 'organ']
const LONGEST_TEXT = 10_000
const LONGEST_LIST = 500

export function shapeFaults(input: unknown): readonly string[] {
  return record({
    code: matterCode, edition: wholeFrom(1), case: text, title: bothLanguages, about: maybe(bothLanguages), words: maybe(listOf(text)),
    audience: nonEmpty(listOf(oneOf(SUBJECT_CLASSES))), organs: mapOf(regionKey, organ),
    basis: listOf(record({ title: text, article: maybe(text), source: text, verified: yesNo, effectiveFrom: date })),
    questions: listOf(record({ id: text, title: bothLanguages, answers: mapOf(text, bothLanguages), when: maybe(condition) })),
    materials: listOf(record({ id: text, title: bothLanguages, when: maybe(condition), ways: listOf(way), whenDown: maybe(oneOf(['upload', 'checkLater'])) })),
    form: mapOf(text, field), prefill: maybe(mapOf(text, record({ resource: text, column: text }))),
    limits: mapOf(text, limit), fee: nullOr(record({ fen: wholeFrom(0), basis: text })),
    instant: maybe(listOf(record({ edition: text, effectiveFrom: date, effectiveTo: maybe(date), source: text, verified: yesNo, all: listOf(predicate) }))),
    result: maybe(record({ credential: text, claims: mapOf(text, text), validYears: maybe(wholeFrom(1)) })),
    allowsMultiple: maybe(yesNo), visits: oneOf([0, 1]), remedy: bothLanguages, effectiveFrom: date, effectiveTo: maybe(date),
  })(input, 'matter').concat(jointFaults(input))
}

/** Members that must fit each other: the two limits that every case has, an extension in the unit of what it lengthens, days in order. */
function jointFaults(input: unknown): readonly string[] {
  const { effectiveFrom, effectiveTo } = isRecord(input) ? input : {}
  const limits = isRecord(input) && isRecord(input['limits']) ? input['limits'] : {}
  const unitOf = (name: string) => isRecord(limits[name]) ? limits[name]['unit'] : undefined
  return [
    ...['legal', 'promised'].filter(name => limits[name] === undefined).map(name => `matter.limits: no limit '${name}'`),
    ...unitOf('extension') !== undefined && unitOf('extension') !== unitOf('legal') ? ['matter.limits.extension: it is in the unit of the legal limit'] : [],
    ...isDate(effectiveFrom) && isDate(effectiveTo) && effectiveTo < effectiveFrom ? ['matter.effectiveTo: it lies before effectiveFrom'] : [],
  ]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const fault = (at: string, message: string): readonly string[] => [`${at}: ${message}`]
const text: Check = (value, at) => typeof value === 'string' && value.trim() !== '' && textFaults(value, LONGEST_TEXT, '').length === 0 ? [] : fault(at, 'a text')
const yesNo: Check = (value, at) => typeof value === 'boolean' ? [] : fault(at, 'true or false')
const date: Check = (value, at) => isDate(value) ? [] : fault(at, 'a date YYYY-MM-DD')
const anything: Check = () => []
const bothLanguages: Check = (value, at) => record({ zh: text, en: text })(value, at)
const condition: Check = (value, at) => mapOf(text, listOf(text))(value, at)
const matterCode: Check = (value, at) => typeof value === 'string' && parseMatterCode(value).ok ? [] : fault(at, 'a matter code')
const regionKey: Check = (value, at) => typeof value === 'string' && value.length === 12 && parseRegionCode(value).ok ? [] : fault(at, `'${String(value)}' is not a twelve-digit region code`)
const organ: Check = (value, at) => typeof value === 'string' && parseUscc(value).ok ? [] : fault(at, 'a unified social credit code')
const limit: Check = (value, at) => record({ n: wholeFrom(1), unit: oneOf(['workingDay', 'day', 'hour']) })(value, at)
const predicate: Check = (value, at) => record({ id: text, title: bothLanguages, fact: text, is: oneOf(['=', '!=', '<', '<=', '>', '>=', 'in', 'within']), than: anything })(value, at)
/** The validator knows the kinds and what each needs. */
const field: Check = (value, at) => isRecord(value) && isRecord(value['title']) ? text(value['kind'], `${at}.kind`) : fault(at, 'a field')

const WAYS: Readonly<Record<string, Check>> = {
  credential: record({ by: text, type: text }), data: record({ by: text, resource: text, fields: listOf(text) }), verification: record({ by: text, organ: text }),
  promise: record({ by: text, text: bothLanguages }), upload: record({ by: text, accept: listOf(text), maxBytes: maybe(wholeFrom(1)) }),
}

function way(value: unknown, at: string): readonly string[] {
  const by = isRecord(value) ? String(value['by']) : ''
  return Object.hasOwn(WAYS, by) ? WAYS[by]!(value, at) : fault(`${at}.by`, `one of ${Object.keys(WAYS).join(', ')}`)
}

function record(members: Readonly<Record<string, Check>>): Check {
  return (value, at) => {
    if (!isRecord(value)) return fault(at, 'an object')
    const unknown = Object.keys(value).filter(name => !Object.hasOwn(members, name)).map(name => `${at}.${name}: no such member`)
    return [...Object.entries(members).flatMap(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined, `${at}.${name}`)), ...unknown]
  }
}

function mapOf(key: Check, member: Check): Check {
  return (value, at) => isRecord(value) ? Object.entries(value).flatMap(([name, one]) => [...key(name, at), ...member(one, `${at}.${name}`)]) : fault(at, 'an object')
}

function listOf(item: Check): Check {
  return (value, at) => !Array.isArray(value) || value.length > LONGEST_LIST ? fault(at, `a list of at most ${LONGEST_LIST}`) : value.flatMap((one, i) => item(one, `${at}[${i}]`))
}

function nonEmpty(check: Check): Check {
  return (value, at) => Array.isArray(value) && value.length === 0 ? fault(at, 'at least one') : check(value, at)
}

function oneOf(values: readonly unknown[]): Check {
  return (value, at) => values.includes(value) ? [] : fault(at, `one of ${values.join(', ')}`)
}

function wholeFrom(least: number): Check {
  return (value, at) => Number.isInteger(value) && (value as number) >= least && (value as number) <= 1_000_000_000 ? [] : fault(at, `a whole number from ${least}`)
}

function maybe(check: Check): Check {
  return (value, at) => value === undefined ? [] : check(value, at)
}

function nullOr(check: Check): Check {
  return (value, at) => value === null ? [] : check(value, at)
}
