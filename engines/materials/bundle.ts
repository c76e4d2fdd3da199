/**
 * One thing (一件事): several matters applied for at once. Each material is asked for once, by its standard id; each data
 * element is filled in once and has one owner (sheet A1 5d).
 */
import type { Material, Way, WhenDown } from './resolve.ts'
import { evidenceKey } from './resolve.ts'

export interface FormElement {
  /** Standard id of the data element, the same in every matter that asks for it. */
  readonly id: string
  readonly type: string
  /** The organ whose data it is; absent when the matter does not say. */
  readonly owner?: string
  readonly required?: boolean
}

export interface BundledMatter {
  readonly id: string
  readonly materials: readonly Material[]
  readonly form: readonly FormElement[]
}

export interface UnitedMaterial extends Material {
  readonly for: readonly string[]
  /** Ways only some of the matters admit; a steward should settle them, they cannot serve all. */
  readonly disputedWays: readonly string[]
}

export interface UnitedElement {
  readonly id: string
  readonly type: string
  readonly owner: string | null
  readonly required: boolean
  readonly for: readonly string[]
}

export type BundleResult =
  | {
      readonly ok: true
      readonly materials: readonly UnitedMaterial[]
      readonly form: readonly UnitedElement[]
      /** Materials and elements asked for apart, and together. */
      readonly asked: { readonly materials: number; readonly elements: number }
      readonly united: { readonly materials: number; readonly elements: number }
    }
  | { readonly ok: false; readonly code: 'element-owner-conflict'; readonly element: string; readonly owners: readonly string[] }
  | { readonly ok: false; readonly code: 'element-type-conflict'; readonly element: string; readonly types: readonly string[] }

/** Ways of a shared material are those every matter admits, since one paper then serves all of them. */
export function uniteMatters(matters: readonly BundledMatter[]): BundleResult {
  const elements = groupById(matters, ({ form }) => form)
  for (const [id, uses] of elements) {
    const types = [...new Set(uses.map(({ item }) => item.type))]
    if (types.length > 1) return { ok: false, code: 'element-type-conflict', element: id, types }
    const owners = [...new Set(uses.flatMap(({ item }) => item.owner ?? []))]
    if (owners.length > 1) return { ok: false, code: 'element-owner-conflict', element: id, owners }
  }
  const materials = [...groupById(matters, (matter) => matter.materials).values()].map(uniteMaterial)
  const form = [...elements].map(([id, uses]): UnitedElement => ({
    id,
    type: uses[0]!.item.type,
    owner: uses.find(({ item }) => item.owner !== undefined)?.item.owner ?? null,
    required: uses.some(({ item }) => item.required === true),
    for: mattersOf(uses),
  }))
  const asked = {
    materials: matters.reduce((sum, matter) => sum + matter.materials.length, 0),
    elements: matters.reduce((sum, matter) => sum + matter.form.length, 0),
  }
  return { ok: true, materials, form, asked, united: { materials: materials.length, elements: form.length } }
}

interface Use<T> {
  readonly matter: string
  readonly item: T
}

function uniteMaterial(uses: readonly Use<Material>[]): UnitedMaterial {
  const { id, title } = uses[0]!.item
  const keysOf = (ways: readonly Way[]) => new Set(ways.map((way) => evidenceKey(id, way)))
  const admitted = uses.map(({ item }) => keysOf(item.ways))
  const byKey = new Map<string, Way>()
  for (const way of uses.flatMap(({ item }) => item.ways)) {
    const key = evidenceKey(id, way)
    if (!byKey.has(key)) byKey.set(key, way)
  }
  const isShared = (key: string) => admitted.every((keys) => keys.has(key))
  const whenDown = strictest(uses.map(({ item }) => item.whenDown))
  return {
    id,
    title,
    ways: [...byKey].filter(([key]) => isShared(key)).map(([, way]) => way),
    ...(whenDown ? { whenDown } : {}),
    for: mattersOf(uses),
    // An upload is possible everywhere, declared or not.
    disputedWays: [...byKey].filter(([key, way]) => way.by !== 'upload' && !isShared(key)).map(([key]) => key),
  }
}

/** A paper may come later only if it may in every matter that says something. */
function strictest(settings: readonly (WhenDown | undefined)[]): WhenDown | undefined {
  if (settings.includes('upload')) return 'upload'
  return settings.every((setting) => setting === 'checkLater') ? 'checkLater' : undefined
}

function groupById<T extends { readonly id: string }>(matters: readonly BundledMatter[], itemsOf: (matter: BundledMatter) => readonly T[]): Map<string, Use<T>[]> {
  const groups = new Map<string, Use<T>[]>()
  for (const matter of matters) {
    for (const item of itemsOf(matter)) {
      const uses = groups.get(item.id) ?? []
      uses.push({ matter: matter.id, item })
      groups.set(item.id, uses)
    }
  }
  return groups
}

function mattersOf(uses: readonly Use<unknown>[]): string[] {
  return [...new Set(uses.map(({ matter }) => matter))]
}
