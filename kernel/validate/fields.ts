/** Validates field sets: names that can be columns, texts in both languages, kinds with what they need. */
import type { Field, Fields } from '../field.ts'
import { CODE_NAMES } from '../code-names.ts'
import { missing, type DefinitionFault } from './faults.ts'
import { validateText } from './text.ts'

const NAME = /^[a-z][A-Za-z0-9]{0,39}$/
const KINDS: readonly Field['kind'][] = ['text', 'integer', 'decimal', 'fen', 'yesNo', 'consent', 'date', 'instant', 'choice', 'choices', 'code', 'region', 'organ', 'subject', 'place', 'file', 'record', 'list', 'form', 'json']

export function validateFields(fields: Fields, at: string): DefinitionFault[] {
  const renamed = Object.entries(fields).flatMap(([name, field]) => field.renamedFrom !== undefined && Object.hasOwn(fields, field.renamedFrom)
    ? [{ path: `${at}.${name}.renamedFrom`, message: `'${field.renamedFrom}' is still a field` }] : [])
  return [...Object.entries(fields).flatMap(([name, field]) => validateField(name, field, `${at}.${name}`)), ...renamed]
}

function validateField(name: string, field: Field, path: string): DefinitionFault[] {
  const faults = NAME.test(name) ? [] : [{ path, message: `'${name}' is not a field name: a small letter, then letters and digits, at most 40` }]
  return [...faults, ...validateKind(field, path)]
}

function validateKind(field: Field, path: string): DefinitionFault[] {
  const faults: DefinitionFault[] = []
  if (!KINDS.includes(field.kind)) return [{ path: `${path}.kind`, message: missing('kind', String(field.kind), 'kinds', KINDS) }]
  faults.push(...validateText(field.title, `${path}.title`))
  if ((field.kind === 'choice' || field.kind === 'choices') && Object.keys(field.choices ?? {}).length === 0) faults.push({ path: `${path}.choices`, message: 'no choices' })
  if (field.kind === 'code' && !CODE_NAMES.includes(field.code!)) faults.push({ path: `${path}.code`, message: missing('code', String(field.code), 'codes', CODE_NAMES) })
  if (field.kind === 'record') faults.push(...validateFields(field.fields ?? {}, `${path}.fields`))
  if (field.kind === 'list') faults.push(...field.items === undefined ? [{ path: `${path}.items`, message: 'a list says what its items are' }] : validateKind(field.items, `${path}.items`))
  if (field.identifies && (field.level ?? 1) < 3) faults.push({ path: `${path}.level`, message: `it identifies a person, so its level is 3 or 4` })
  return faults
}
