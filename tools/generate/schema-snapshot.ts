// Keeps systems/<id>/schema.snapshot.json: the fields and states that live data are stored under. Additions are taken over; anything that would lose data fails until the definition says what became of it.
import { plain } from '../../kernel/case.ts'
import type { Field, Fields } from '../../kernel/field.ts'
import type { System } from '../../kernel/system.ts'

interface Snapshot {
  readonly cases: Readonly<Record<string, { readonly fields: Readonly<Record<string, string>>; readonly states: readonly string[] }>>
  readonly resources: Readonly<Record<string, { readonly fields: Readonly<Record<string, string>>; readonly key: readonly string[] }>>
}

export function snapshotPath(system: System): string {
  return `systems/${system.id}/schema.snapshot.json`
}

/** @throws Error with a line for each change that is no pure addition */
export function renderSnapshot(system: System, committed: string | undefined): string {
  const next = snapshotOf(system)
  const faults = committed === undefined ? [] : changesThatLose(system, JSON.parse(committed) as Snapshot)
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return `${JSON.stringify(next, null, 2)}\n`
}

function snapshotOf(system: System): Snapshot {
  return {
    cases: Object.fromEntries(Object.entries(system.cases ?? {}).map(([name, type]) => [name, { fields: kindsOf(plain(type).fields), states: Object.keys(plain(type).states) }])),
    resources: Object.fromEntries(Object.entries(system.resources ?? {}).map(([name, resource]) => [name, { fields: kindsOf(resource.fields as Fields), key: resource.key }])),
  }
}

function kindsOf(fields: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, storedAs(field)]))
}

/** What the stored form depends on: the kind, and whether it is encrypted. */
function storedAs(field: Field): string {
  return field.identifies ? `${field.kind}, encrypted` : field.kind
}

export function changesThatLose(system: System, before: Snapshot): readonly string[] {
  const cases = Object.entries(before.cases).flatMap(([name, was]) => {
    const at = `${system.id}.cases.${name}`
    const definition = system.cases?.[name]
    if (definition === undefined) return [`${at}: the case type is gone; keep it until no case of it is left, or write a migration`]
    const type = plain(definition)
    const renamed = Object.values(type.renamedStates ?? {})
    return [
      ...fieldChanges(was.fields, type.fields, `${at}.fields`),
      ...was.states.filter(state => !Object.hasOwn(type.states, state) && !renamed.includes(state)).map(state => `${at}.states.${state}: the state is gone; name it in renamedStates, or keep it`),
    ]
  })
  const resources = Object.entries(before.resources).flatMap(([name, was]) => {
    const at = `${system.id}.resources.${name}`
    const resource = system.resources?.[name]
    if (resource === undefined) return [`${at}: the resource is gone; keep it, or write a migration that moves its rows`]
    return [
      ...fieldChanges(was.fields, resource.fields as Fields, `${at}.fields`),
      ...(was.key.join() === resource.key.join() ? [] : [`${at}.key: the key changed from ${was.key.join(', ')} to ${resource.key.join(', ')}; that needs a migration`]),
    ]
  })
  return [...cases, ...resources]
}

function fieldChanges(was: Readonly<Record<string, string>>, fields: Fields, at: string): readonly string[] {
  return Object.entries(was).flatMap(([name, kind]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field !== undefined) return storedAs(field) === kind ? [] : [`${at}.${name}: it was ${kind} and is now ${storedAs(field)}; add a new field instead`]
    const heir = Object.entries(fields).find(([, one]) => one.renamedFrom === name)
    if (heir === undefined) return [`${at}.${name}: the field is gone; if it was renamed, give the new one renamedFrom: '${name}'`]
    return storedAs(heir[1]) === kind ? [] : [`${at}.${heir[0]}: renamed from '${name}', which was ${kind}, but is ${storedAs(heir[1])}`]
  })
}
