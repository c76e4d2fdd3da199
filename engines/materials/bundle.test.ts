import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BundledMatter, FormElement } from './bundle.ts'
import { uniteMatters } from './bundle.ts'
import type { Material, Way, WhenDown } from './resolve.ts'
import { evidenceKey } from './resolve.ts'

const words = { zh: '材料', en: 'material' }
const ways: Way[] = [
  { by: 'credential', type: 'licence' },
  { by: 'data', resource: 'household', fields: ['address'] },
  { by: 'promise', text: words },
  { by: 'upload', accept: ['application/pdf'] },
]
const material = (id: string, of: readonly Way[], whenDown?: WhenDown): Material => ({ id, title: words, ways: of, ...(whenDown ? { whenDown } : {}) })

/** Element e0 belongs to organ0 and has type t0, wherever it is asked for. */
const anyElement = fc.tuple(fc.nat(5), fc.boolean(), fc.boolean()).map(([i, named, required]): FormElement => ({
  id: `e${i}`, type: `t${i % 2}`, required, ...(named ? { owner: `organ${i}` } : {}),
}))
const anyMaterial = fc.tuple(fc.nat(4), fc.subarray(ways)).map(([i, of]) => material(`m${i}`, of))
const anyMatters = fc
  .array(fc.record({ materials: fc.uniqueArray(anyMaterial, { selector: ({ id }) => id }), form: fc.uniqueArray(anyElement, { selector: ({ id }) => id }) }), { maxLength: 5 })
  .map((raw) => raw.map((matter, i): BundledMatter => ({ id: `matter${i}`, ...matter })))

function unite(matters: readonly BundledMatter[]) {
  const result = uniteMatters(matters)
  if (!result.ok) throw new Error(result.code)
  return result
}

describe('a bundle of matters', () => {
  it('asks for every material and every element once, and for nothing else', () => {
    fc.assert(
      fc.property(anyMatters, (matters) => {
        const { materials, form, asked, united } = unite(matters)
        const ids = (items: readonly { id: string }[]) => items.map(({ id }) => id)
        expect(ids(materials)).toEqual([...new Set(matters.flatMap((matter) => ids(matter.materials)))])
        expect(ids(form)).toEqual([...new Set(matters.flatMap((matter) => ids(matter.form)))])
        expect(united).toEqual({ materials: materials.length, elements: form.length })
        expect(asked.materials).toBe(materials.reduce((sum, one) => sum + one.for.length, 0))
        expect(asked.elements).toBe(form.reduce((sum, one) => sum + one.for.length, 0))
      }),
    )
  })

  it('admits for a shared material only ways that every matter admits', () => {
    fc.assert(
      fc.property(anyMatters, (matters) => {
        for (const { id, ways: shared, disputedWays } of unite(matters).materials) {
          const uses = matters.flatMap((matter) => matter.materials.filter((one) => one.id === id))
          const keys = shared.map((way) => evidenceKey(id, way))
          for (const way of ways) {
            const key = evidenceKey(id, way)
            const admitting = uses.filter((use) => use.ways.includes(way)).length
            expect(keys.includes(key)).toBe(admitting === uses.length)
            expect(disputedWays.includes(key)).toBe(way.by !== 'upload' && admitting > 0 && admitting < uses.length)
          }
        }
      }),
    )
  })

  it('gives an element one owner and makes it required if any matter requires it', () => {
    fc.assert(
      fc.property(anyMatters, (matters) => {
        for (const { id, owner, required } of unite(matters).form) {
          const uses = matters.flatMap(({ form }) => form.filter((one) => one.id === id))
          expect(owner).toBe(uses.find((use) => use.owner)?.owner ?? null)
          expect(required).toBe(uses.some((use) => use.required))
        }
      }),
    )
  })

  it('comes out the same however the matters are ordered, and of one matter is that matter', () => {
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
    fc.assert(
      fc.property(anyMatters, (matters) => {
        const shape = (all: readonly BundledMatter[]) => {
          const { materials, form } = unite(all)
          return {
            materials: [...materials].sort(byId).map((one) => ({ ...one, ways: one.ways.map(({ by }) => by).sort(), disputedWays: [...one.disputedWays].sort(), for: [...one.for].sort() })),
            form: [...form].sort(byId).map((one) => ({ ...one, for: [...one.for].sort() })),
          }
        }
        expect(shape([...matters].reverse())).toEqual(shape(matters))
        for (const matter of matters) expect(unite([matter]).materials.map((one) => one.ways)).toEqual(matter.materials.map((one) => one.ways))
      }),
    )
  })

  it('lets a material come later only where every matter lets it', () => {
    const two = (a?: WhenDown, b?: WhenDown) =>
      unite([
        { id: 'a', materials: [material('m', ways, a)], form: [] },
        { id: 'b', materials: [material('m', ways, b)], form: [] },
      ]).materials[0]!.whenDown
    expect([two('checkLater', 'checkLater'), two('checkLater', 'upload'), two('checkLater'), two()]).toEqual(['checkLater', 'upload', undefined, undefined])
  })

  it('is refused when two matters disagree about an element', () => {
    const matter = (id: string, element: Partial<FormElement>): BundledMatter => ({ id, materials: [], form: [{ id: 'address', type: 'text', ...element }] })
    expect(uniteMatters([matter('a', { owner: 'police' }), matter('b', { owner: 'market' })])).toEqual({
      ok: false, code: 'element-owner-conflict', element: 'address', owners: ['police', 'market'],
    })
    expect(uniteMatters([matter('a', {}), matter('b', { type: 'place' })])).toEqual({
      ok: false, code: 'element-type-conflict', element: 'address', types: ['text', 'place'],
    })
  })
})
