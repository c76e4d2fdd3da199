import fc from 'fast-check'
import { expect, test } from 'vitest'
import { text as t } from '../text.ts'
import { openReady, readyChildren, settledChildren, type Children } from './children.ts'
import { notify, type Effect } from '../effect.ts'

const title = t('分项', 'Part')
const granted = (outcome: string) => outcome === 'granted'

/** Parts in a random order of waiting: each waits for some that come before it. */
const bundles = fc.array(fc.record({ after: fc.array(fc.nat(), { maxLength: 3 }), onRefused: fc.constantFrom('stopDependants', 'continue', undefined), grant: fc.boolean() }), { minLength: 1, maxLength: 8 }).map(parts => ({
  children: Object.fromEntries(parts.map(({ after, onRefused }, i) => [`p${i}`, { title, opens: 'a.b', ...(onRefused ? { onRefused } : {}), after: i === 0 ? [] : [...new Set(after.map(n => `p${n % i}`))] }])) as unknown as Children,
  grants: Object.fromEntries(parts.map(({ grant }, i) => [`p${i}`, grant])),
}))

test('every part opens once, when what it waits for is through, and the end follows from the grants, in any order of closing', () => {
  fc.assert(fc.property(bundles, fc.infiniteStream(fc.nat()), ({ children, grants }, picks) => {
    const parts: { child: string; outcome: string | null }[] = []
    for (const pick of picks) {
      for (const child of readyChildren(children, parts, granted)) {
        for (const before of children[child]!.after ?? []) expect(parts.find(part => part.child === before)!.outcome).not.toBeNull()
        parts.push({ child, outcome: null })
      }
      const living = parts.filter(part => part.outcome === null)
      if (living.length === 0) break
      expect(settledChildren(children, parts, granted)).toBe('waiting')
      const closing = living[pick % living.length]!
      closing.outcome = grants[closing.child] ? 'granted' : 'refused'
    }
    const goesOn = (name: string) => grants[name] || children[name]!.onRefused === 'continue'
    const reached = (name: string): boolean => (children[name]!.after ?? []).every(before => reached(before) && goesOn(before))
    const names = Object.keys(children)
    expect(parts.map(part => part.child).sort()).toEqual(names.filter(reached).sort())
    const through = names.filter(name => reached(name) && grants[name]).length
    expect(settledChildren(children, parts, granted)).toBe(through === names.length ? 'all' : through > 0 ? 'some' : 'none')
  }))
})

test('what opens a part is asked for each that is ready, and for no other', () => {
  const children: Children = { a: { title, opens: 'x.y' }, b: { title, opens: 'x.y' }, c: { title, opens: 'x.y', after: ['a'] } }
  const opening = (child: string): Effect => notify(child, title, title)
  expect(openReady(children, { children: [] }, granted, opening)).toEqual([opening('a'), opening('b')])
  expect(openReady(children, { children: [{ child: 'a', outcome: 'granted' }, { child: 'b', outcome: null }] }, granted, opening)).toEqual([opening('c')])
  expect(openReady(children, { children: [{ child: 'a', outcome: 'refused' }, { child: 'b', outcome: null }] }, granted, opening)).toEqual([])
})
