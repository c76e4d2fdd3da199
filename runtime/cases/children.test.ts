import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { bundles } from '../fixtures/bundle.ts'
import { COUNTY, hours, NOW, ORGAN } from '../fixtures/places.ts'
import type { Platform } from '../platform.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, openCase, party, recordOf } from '../testing-cases.ts'

let city: TestCity
let other: Platform
let owner: SignedIn
let approver: SignedIn

beforeAll(async () => {
  city = await testCity({ systems: [bundles], calendar: stateCouncilCalendar })
  other = await city.another()
  owner = await city.person('申请者')
  approver = await city.staff('审批', [{ post: 'bundles.approver', unit: ORGAN }])
})

async function submitted(): Promise<string> {
  const { number } = await openCase(city.platform, owner, 'bundles.bundle', NOW, { region: COUNTY, organ: ORGAN, parties: { owner: party(owner) } })
  await moveCase(city.platform, owner, number, 'submit', NOW)
  return number
}

async function parts(bundle: string): Promise<ReadonlyMap<string, { readonly number: string; readonly state: string; readonly version: number }>> {
  const { rows } = await city.platform.db.queryOnce<{ child: string; number: string; state: string; version: number }>('select child, number, state, version from onevisit.cases where parent = $1 order by number', [bundle])
  expect(new Set(rows.map(row => row.child)).size).toBe(rows.length)
  return new Map(rows.map(({ child, ...row }) => [child, row]))
}

async function decide(bundle: string, part: string, move: 'grant' | 'refuse', platform = city.platform): Promise<void> {
  await moveCase(platform, approver, (await parts(bundle)).get(part)!.number, move, hours(1))
}

const settle = () => city.platform.timers.runDue(hours(1))
const stateOf = async (bundle: string) => (await recordOf(city.platform, bundle)).state

describe('a case that consists of others', () => {
  test('opens each part when what it waits for is through, and ends when all are', async () => {
    const bundle = await submitted()
    expect([...(await parts(bundle)).keys()]).toEqual(['base'])
    await decide(bundle, 'base', 'grant')
    expect([...(await parts(bundle)).keys()]).toEqual(['base'])
    await settle()
    expect([...(await parts(bundle)).keys()]).toEqual(['base', 'left', 'right'])
    for (const part of ['left', 'right']) await decide(bundle, part, 'grant')
    await settle()
    expect([...(await parts(bundle)).keys()]).toEqual(['base', 'left', 'right', 'top'])
    await decide(bundle, 'top', 'grant')
    expect(await stateOf(bundle)).toBe('running')
    await settle()
    expect(await recordOf(city.platform, bundle)).toMatchObject({ state: 'done', outcome: 'done', closedAt: hours(1) })
  })

  test('ends as the parts did, whatever is granted and refused in whatever order', async () => {
    await fc.assert(fc.asyncProperty(fc.record({ base: fc.boolean(), left: fc.boolean(), right: fc.boolean(), top: fc.boolean() }), fc.infiniteStream(fc.nat(3)), async (grants, picks) => {
      const bundle = await submitted()
      for (const pick of picks) {
        const living = [...await parts(bundle)].filter(([, { state }]) => state === 'open')
        if (living.length === 0) break
        const [part] = living[pick % living.length]!
        await decide(bundle, part, grants[part as keyof typeof grants] ? 'grant' : 'refuse')
        await settle()
      }
      // `left` lets those that wait go on when it is refused, `right` and `base` do not.
      const opened = ['base', ...grants.base ? ['left', 'right', ...grants.right ? ['top'] : []] : []]
      const granted = opened.filter(part => grants[part as keyof typeof grants])
      expect([...(await parts(bundle)).keys()].sort()).toEqual([...opened].sort())
      expect(await stateOf(bundle)).toBe(granted.length === 4 ? 'done' : granted.length > 0 ? 'partly' : 'failed')
    }), { numRuns: 16 })
  })

  test('does not lose a part that closed while it could not take it in', async () => {
    const bundle = await submitted()
    await moveCase(city.platform, owner, bundle, 'rest', NOW)
    await decide(bundle, 'base', 'grant')
    await settle()
    expect([await stateOf(bundle), [...(await parts(bundle)).keys()]]).toEqual(['resting', ['base']])
    await moveCase(city.platform, owner, bundle, 'wake', hours(1))
    await settle()
    expect([await stateOf(bundle), [...(await parts(bundle)).keys()]]).toEqual(['running', ['base', 'left', 'right']])
  })

  test('takes its living parts with it when it is withdrawn', async () => {
    const bundle = await submitted()
    await decide(bundle, 'base', 'grant')
    await settle()
    await decide(bundle, 'left', 'grant')
    await moveCase(city.platform, owner, bundle, 'withdraw', hours(1))
    expect([...(await parts(bundle))].map(([part, { state }]) => `${part} ${state}`)).toEqual(['base granted', 'left granted', 'right stopped'])
    await settle()
    expect(await stateOf(bundle)).toBe('withdrawn')
    expect(await codeOf(decide(bundle, 'right', 'grant'))).toBe('move-not-possible')
  })

  test('refuses to withdraw over a part that somebody is just deciding', async () => {
    const bundle = await submitted()
    const [withdrawn, granted] = await Promise.allSettled([moveCase(city.platform, owner, bundle, 'withdraw', hours(1)), decide(bundle, 'base', 'grant', other)])
    const { state } = (await parts(bundle)).get('base')!
    if (withdrawn.status === 'fulfilled') expect(state).toBe(granted.status === 'fulfilled' ? 'granted' : 'stopped')
    else expect([(withdrawn.reason as { code: string }).code, state]).toEqual(['version-stale', 'granted'])
  })
})

test('two parts closing at the very same time in two processes lose nothing', async () => {
  for (let round = 0; round < 50; round++) {
    const bundle = await submitted()
    await decide(bundle, 'base', 'grant')
    await settle()
    const { left, right } = Object.fromEntries(await parts(bundle)) as Record<string, { number: string }>
    const close = async (platform: Platform, number: string) => {
      await platform.desk.move({ actor: approver, number, move: 'grant', given: {}, note: null, version: 1, now: hours(1) })
      await platform.timers.runDue(hours(1))
    }
    await Promise.all([close(city.platform, left!.number), close(other, right!.number)])
    // Whoever held a claim has let go of it by now; what was put off is due a little later.
    await city.platform.timers.runDue(hours(2))
    expect([...(await parts(bundle)).keys()], `round ${round}`).toEqual(['base', 'left', 'right', 'top'])
    await Promise.all([decide(bundle, 'top', 'grant'), other.timers.runDue(hours(2))])
    await Promise.all([city.platform.timers.runDue(hours(2)), other.timers.runDue(hours(2))])
    await city.platform.timers.runDue(hours(3))
    expect(await stateOf(bundle), `round ${round}`).toBe('done')
    const { rows } = await city.platform.db.queryOnce<{ n: number }>('select count(*)::int as n from onevisit.timer where number = $1', [bundle])
    expect(rows[0]!.n).toBe(0)
  }
}, 120_000)
