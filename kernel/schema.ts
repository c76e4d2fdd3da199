/** JSON Schema (2020-12) of fields, for forms, OpenAPI and the catalogue. */
import type { Field, Fields } from './field.ts'
import type { Language } from './text.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

export interface SchemaOptions {
  readonly required?: readonly string[]
  readonly language?: Language
  readonly form?: Fields
}

export function schemaOf(fields: Fields, options: SchemaOptions = {}): JsonSchema {
  const required = options.required ?? Object.keys(fields).filter(name => fields[name]!.required)
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, required.includes(name) ? filled(schemaOfField(field, options)) : schemaOfField(field, options)])),
    ...(required.length > 0 ? { required } : {}),
  }
}

export function schemaOfField(field: Field, options: SchemaOptions = {}): JsonSchema {
  const language = options.language ?? 'zh'
  return {
    ...shapes[field.kind](field, options),
    title: field.title[language],
    ...(field.help ? { description: field.help[language] } : {}),
    'x-title': field.title,
    'x-kind': field.kind,
    ...(field.level ? { 'x-level': field.level } : {}),
  }
}

const shapes: Record<Field['kind'], (field: Field, options: SchemaOptions) => JsonSchema> = {
  text: field => ({ type: 'string', maxLength: field.maxLength ?? 2_000 }),
  integer: field => ({ type: 'integer', ...bounds(field) }),
  fen: field => ({ type: 'integer', ...bounds(field), 'x-unit': 'fen' }),
  decimal: field => ({ type: 'string', pattern: `^-?(0|[1-9]\\d{0,17})${field.scale === 0 ? '' : `(\\.\\d{1,${field.scale ?? 9}})?`}$`, ...(field.unit ? { 'x-unit': field.unit } : {}) }),
  yesNo: () => ({ type: 'boolean' }),
  consent: () => ({ type: 'boolean', enum: [true] }),
  date: () => ({ type: 'string', format: 'date' }),
  instant: () => ({ type: 'string', format: 'date-time' }),
  choice: field => ({ type: 'string', enum: Object.keys(field.choices ?? {}), 'x-choices': field.choices }),
  choices: field => ({ type: 'array', uniqueItems: true, items: { type: 'string', enum: Object.keys(field.choices ?? {}) }, 'x-choices': field.choices }),
  code: field => ({ type: 'string', maxLength: 64, 'x-code': field.code }),
  region: () => ({ type: 'string', pattern: '^\\d{12}$' }),
  organ: () => ({ type: 'string', maxLength: 18 }),
  subject: () => ({ type: 'string', format: 'uuid' }),
  place: () => ({
    type: 'object', additionalProperties: false, required: ['crs', 'lon', 'lat'],
    properties: { crs: { enum: ['CGCS2000', 'WGS84', 'GCJ02'] }, lon: { type: 'number', minimum: -180, maximum: 180 }, lat: { type: 'number', minimum: -90, maximum: 90 } },
  }),
  file: field => ({ type: 'string', format: 'uuid', ...(field.accept ? { 'x-accept': field.accept } : {}) }),
  record: (field, options) => schemaOf(field.fields ?? {}, within(options)),
  list: (field, options) => ({ type: 'array', maxItems: field.maxLength ?? 200, items: schemaOfField(field.items!, options) }),
  json: () => ({}),
  form: (_field, options) => options.form ? schemaOf(options.form, { language: options.language ?? 'zh' }) : { type: 'object' },
}

/** An empty text is no answer. */
function filled(schema: JsonSchema): JsonSchema {
  return schema['type'] === 'string' ? { ...schema, minLength: 1 } : schema
}

/** What the fields inside a record keep of the options: which names are required is asked of the outermost only. */
function within({ language, form }: SchemaOptions): SchemaOptions {
  return { ...(language ? { language } : {}), ...(form ? { form } : {}) }
}

function bounds(field: Field): JsonSchema {
  return { ...(field.min !== undefined ? { minimum: field.min } : {}), ...(field.max !== undefined ? { maximum: field.max } : {}) }
}
