/** The city: all systems, validated and indexed once at start. Read-only. */
import { createHash } from 'node:crypto'
import type { Calendar } from '../engines/legal-clock/index.ts'
import { plain, type PlainCaseType } from '../kernel/case.ts'
import type { AnyAction } from '../kernel/action.ts'
import type { AnyCredential } from '../kernel/credential.ts'
import { Problem } from '../kernel/errors/problem.ts'
import type { AnyResource } from '../kernel/resource.ts'
import { ruleInForce, type RuleEdition } from '../kernel/rule.ts'
import type { System } from '../kernel/system.ts'
import { validateCity } from '../kernel/validate/city.ts'

export interface CaseEntry {
  /** `system.type` */
  readonly ref: string
  readonly system: string
  readonly name: string
  readonly prefix: string
  readonly type: PlainCaseType
  /** Digest of the definition, kept with each case it opened. */
  readonly edition: string
}

export interface ResourceEntry {
  readonly ref: string
  readonly system: string
  readonly name: string
  readonly resource: AnyResource
}

export interface CredentialEntry {
  readonly ref: string
  readonly system: string
  readonly name: string
  readonly credential: AnyCredential
}

export interface City {
  readonly systems: readonly System[]
  readonly calendar: Calendar
  readonly cases: ReadonlyMap<string, CaseEntry>
  readonly resources: ReadonlyMap<string, ResourceEntry>
  readonly credentials: ReadonlyMap<string, CredentialEntry>
  readonly actions: ReadonlyMap<string, { readonly system: string; readonly action: AnyAction }>
  system(id: string): System
  caseEntry(ref: string): CaseEntry
  /** The system whose case numbers begin so. */
  systemOfNumber(number: string): System | undefined
  rule(system: string, id: string, on: string): RuleEdition<unknown>
}

/** @throws Problem `definition-invalid`, naming every fault by its path */
export function cityOf(systems: readonly System[], tables: { readonly calendar: Calendar }): City {
  const faults = [...validateCity(systems), ...systems.flatMap(storageFaults)]
  if (faults.length > 0) throw new Problem('definition-invalid', { detail: faults.join('\n'), more: { faults } })
  const sorted = [...systems].sort((a, b) => a.id < b.id ? -1 : 1)
  const byId = new Map(sorted.map(system => [system.id, system]))
  const byPrefix = new Map(sorted.map(system => [system.prefix, system]))
  const cases = new Map(sorted.flatMap(system => Object.entries(system.cases ?? {}).map(([name, definition]) => {
    const ref = `${system.id}.${name}`
    const type = plain(definition)
    return [ref, { ref, system: system.id, name, prefix: system.prefix, type, edition: editionOf(type) }] as const
  })))
  return {
    systems: sorted,
    calendar: tables.calendar,
    cases,
    resources: new Map(sorted.flatMap(system => Object.entries(system.resources ?? {}).map(([name, resource]) => [`${system.id}.${name}`, { ref: `${system.id}.${name}`, system: system.id, name, resource }] as const))),
    credentials: new Map(sorted.flatMap(system => Object.entries(system.credentials ?? {}).map(([name, credential]) => [`${system.id}.${name}`, { ref: `${system.id}.${name}`, system: system.id, name, credential }] as const))),
    actions: new Map(sorted.flatMap(system => Object.entries(system.actions ?? {}).map(([name, action]) => [`${system.id}.${name}`, { system: system.id, action }] as const))),
    system(id) {
      const found = byId.get(id)
      if (!found) throw new Problem('system-unknown', { detail: id })
      return found
    },
    caseEntry(ref) {
      const found = cases.get(ref)
      if (!found) throw new Problem('case-type-unknown', { detail: ref })
      return found
    },
    systemOfNumber: number => byPrefix.get(/^[A-Z]{2,4}/.exec(number)?.[0] ?? ''),
    rule(system, id, on) {
      const rule = byId.get(system)?.rules?.[id]
      const edition = rule && ruleInForce(rule, on)
      if (!edition) throw new Problem('effect-invalid', { detail: `no rule '${system}.${id}' in force on ${on}` })
      return edition
    },
  }
}

const TAKEN_SCHEMAS = ['onevisit', 'public', 'information_schema']
const LONGEST_ID = 40

/** What could not be stored: ids and keys that the database or the vault has no room for. */
function storageFaults(system: System): readonly string[] {
  const schema = schemaOf(system.id)
  const sealedKeys = Object.entries(system.resources ?? {}).flatMap(([name, resource]) => (resource.key as readonly string[])
    .filter(field => resource.fields[field]?.identifies)
    .map(field => `${system.id}.resources.${name}.key: '${field}' identifies a person and is stored sealed, so nothing can be found by it; use a subject`))
  return [
    ...(TAKEN_SCHEMAS.includes(schema) || schema.startsWith('pg_') ? [`${system.id}: this id is taken by the database`] : []),
    ...(system.id.length > LONGEST_ID ? [`${system.id}: an id has at most ${LONGEST_ID} characters`] : []),
    ...sealedKeys,
  ]
}

function editionOf(type: PlainCaseType): string {
  const source = JSON.stringify(type, (_key, value: unknown) => typeof value === 'function' ? value.toString() : value)
  return createHash('sha256').update(source).digest('hex').slice(0, 12)
}

/** The schema name of a system in the database. */
export function schemaOf(system: string): string {
  return system.replaceAll('-', '_')
}
