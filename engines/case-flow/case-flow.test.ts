import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineCase, plain, type PlainCaseType, type PlainMove, type Sight } from '../../kernel/case.ts'
import { integerField } from '../../kernel/field.ts'
import { text as t } from '../../kernel/text.ts'
import { dutiesAt, timersAt } from './duties.ts'
import { advance, endOf, firstSteps, guard, list, obstacle, ONLY, opened, possibleMoves, stepOf, type Position } from './position.ts'

const permit = plain(defineCase({
  title: t('许可', 'Permit'), fields: { days: integerField(t('天数', 'Days')) },
  parties: { firm: { title: t('企业', 'Firm'), classes: ['enterprise'] } }, posts: { fire: { title: t('消防', 'Fire'), at: 'organ' }, plan: { title: t('规划', 'Planning'), at: 'organ' }, chief: { title: t('首席', 'Chief'), at: 'organ' } },
  states: { open: { title: t('审查', 'Open') }, granted: { title: t('准予', 'Granted'), outcome: 'granted' }, refused: { title: t('不准', 'Refused'), outcome: 'refused' } },
  tracks: { fire: { title: t('消防', 'Fire'), steps: ['asked', 'passed', 'failed'] }, plan: { title: t('规划', 'Plan'), steps: ['asked', 'passed'] } },
  opening: { title: t('申请', 'Apply'), by: 'firm', to: { now: 'granted', later: 'open' }, decide: () => 'later' },
  moves: {
    passFire: { title: t('通过', 'Pass'), from: 'open', to: 'open', by: 'post:fire', needs: { fire: 'asked' }, sets: { fire: 'passed' }, within: { workingDays: 3 }, remind: { workingDays: 1 }, escalate: 'post:chief' },
    failFire: { title: t('不通过', 'Fail'), from: 'open', to: 'open', by: 'post:fire', needs: { fire: 'asked' }, sets: { fire: 'failed' }, within: { workingDays: 3 } },
    passPlan: { title: t('通过', 'Pass'), from: 'open', to: 'open', by: 'post:plan', needs: { plan: 'asked' }, sets: { plan: 'passed' } },
    decide: { title: t('决定', 'Decide'), from: 'open', to: { yes: 'granted', no: 'refused' }, by: 'post:chief', needs: { fire: ['passed', 'failed'], plan: 'passed' }, decide: () => 'no' },
    lapse: { title: t('失效', 'Lapse'), from: 'open', to: 'refused', by: 'system', on: 'timer', within: { days: 30 } },
    withdraw: { title: t('撤回', 'Withdraw'), from: 'open', to: 'refused', by: ['firm', 'post:chief'], optional: true, when: values => values.days === 0 ? t('不可', 'not now') : null },
  },
}))
const keys = (position: Position) => dutiesAt(permit, position).map(duty => duty.key)

describe('a case that departments advance side by side', () => {
  const start = opened(permit, 'later')

  test('opens where its opening decides, with its tracks at their first steps', () => {
    expect(start).toEqual({ state: 'open', tracks: { fire: 'asked', plan: 'asked' } })
    expect(opened(permit, 'now').state).toBe('granted')
    expect(() => opened(permit, 'never')).toThrow(`no outcome 'never'; outcomes are now, later`)
  })

  test('what one department does leaves the to-do of the other as it was', () => {
    expect(keys(start)).toEqual(['open&fire=asked/fire', 'open&plan=asked/plan'])
    const passed = advance(permit, start, 'passFire', ONLY)
    expect(passed.tracks).toEqual({ fire: 'passed', plan: 'asked' })
    expect(keys(passed)).toEqual(['open&plan=asked/plan'])
    expect(keys(advance(permit, passed, 'passPlan', ONLY))).toEqual(['open&fire=passed&plan=passed/chief'])
  })

  test('says what stands in the way, in both languages', () => {
    expect(obstacle(permit, start, 'approve')).toEqual({ code: 'move-unknown', detail: { zh: '没有动作 approve', en: `there is no move 'approve'` } })
    expect(obstacle(permit, start, 'constructor')?.code).toBe('move-unknown')
    expect(obstacle(permit, start, 'decide')).toEqual({ code: 'move-not-possible', detail: { zh: '“消防”处于 asked，须为 passed 或 failed', en: `track 'fire' is at 'asked'; this move needs 'passed' or 'failed'` } })
    expect(obstacle(permit, { ...start, state: 'granted' }, 'lapse')).toEqual({ code: 'move-not-possible', detail: { zh: '办件处于“准予”，此动作须在“审查”时进行', en: `the case is at 'Granted'; this move starts from 'Open'` } })
    expect(obstacle(permit, { ...start, state: 'gone' }, 'lapse')?.detail.en).toBe(`the case is at 'gone'; this move starts from 'Open'`)
    expect(obstacle(permit, start, 'passPlan')).toBeNull()
  })

  test('an outcome that the move does not have is refused, whatever objects inherit', () => {
    expect(endOf({ yes: 'granted' }, 'yes')).toBe('granted')
    expect(endOf('open', 'anything')).toBe('open')
    for (const outcome of ['no', 'constructor', 'toString']) expect(() => endOf({ yes: 'granted' }, outcome)).toThrow(`no outcome '${outcome}'; outcomes are yes`)
  })

  test('two moves of one post on one occasion are one to-do; rights, parties and the system have none', () => {
    expect(dutiesAt(permit, start)[0]).toEqual({ key: 'open&fire=asked/fire', post: 'fire', moves: ['passFire', 'failFire'], within: [{ workingDays: 3 }, { workingDays: 3 }], tracks: ['fire'] })
    expect(dutiesAt(permit, start).flatMap(duty => duty.moves)).not.toContain('withdraw')
  })

  test('timers: the system\'s own move, a reminder to who must act, and who is told of delay', () => {
    expect(timersAt(permit, start)).toEqual([
      { key: 'open&fire=asked/passFire/remind', move: 'passFire', kind: 'remind', within: { workingDays: 3 }, before: { workingDays: 1 }, to: ['post:fire'], tracks: ['fire'] },
      { key: 'open&fire=asked/passFire/escalate', move: 'passFire', kind: 'escalate', within: { workingDays: 3 }, to: ['post:chief'], tracks: ['fire'] },
      { key: 'open/lapse', move: 'lapse', kind: 'move', within: { days: 30 }, to: [], tracks: [] },
    ])
    expect(timersAt(permit, { ...start, state: 'granted' })).toEqual([])
  })

  test('a track that came with a later edition stands at its first step, in keys too', () => {
    const old: Position = { state: 'open', tracks: {} }
    expect(stepOf(permit, old, 'fire')).toBe('asked')
    expect(dutiesAt(permit, old)).toEqual(dutiesAt(permit, start))
    expect(timersAt(permit, old)).toEqual(timersAt(permit, start))
    expect(advance(permit, old, 'passFire', ONLY).tracks).toEqual({ fire: 'passed', plan: 'asked' })
  })

  test('a guard speaks for itself, and a move without one is free', () => {
    const sight = {} as Sight
    expect(guard(permit.moves['withdraw']!, { days: 0 }, sight)).toEqual({ zh: '不可', en: 'not now' })
    expect(guard(permit.moves['withdraw']!, { days: 1 }, sight)).toBeNull()
    expect(guard(permit.moves['decide']!, {}, sight)).toBeNull()
  })
})

/** Any case type at all: names that exist, and nothing else promised. */
const T = t('a', 'a')
const STATES = ['s0', 's1', 's2', 's3']
const STEPS: Readonly<Record<string, readonly string[]>> = { x: ['x0', 'x1', 'x2'], y: ['y0', 'y1'], z: ['z0'] }
const some = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined })
const steps = fc.record({ x: fc.constantFrom(...STEPS['x']!), y: fc.constantFrom(...STEPS['y']!), z: fc.constantFrom('z0') }, { requiredKeys: [] })
const anyMove: fc.Arbitrary<PlainMove> = fc.record({
  from: fc.uniqueArray(fc.constantFrom(...STATES), { minLength: 1 }),
  to: fc.oneof(fc.constantFrom(...STATES), fc.record({ yes: fc.constantFrom(...STATES), no: fc.constantFrom(...STATES) })),
  by: fc.uniqueArray(fc.constantFrom('firm', 'system', 'post:p', 'post:q'), { minLength: 1 }),
  needs: some(steps), sets: some(steps), optional: some(fc.boolean()), within: some(fc.constant({ days: 1 })), remind: some(fc.constant({ workingDays: 1 })), escalate: some(fc.constant('post:q')), on: some(fc.constant('timer' as const)),
}).map(move => ({ title: T, ...Object.fromEntries(Object.entries(move).filter(([, value]) => value !== undefined)) }) as unknown as PlainMove)
const anyType: fc.Arbitrary<PlainCaseType> = fc.array(anyMove, { minLength: 1, maxLength: 8 }).map(moves => ({
  title: T, fields: {}, parties: { firm: { title: T, classes: ['enterprise'] } }, posts: { p: { title: T, at: 'organ' }, q: { title: T, at: 'organ' } },
  states: Object.fromEntries(STATES.map(name => [name, { title: T }])), tracks: Object.fromEntries(Object.entries(STEPS).map(([name, of]) => [name, { title: T, steps: of }])),
  opening: { title: T, by: 'firm', to: 's0' }, moves: Object.fromEntries(moves.map((move, i) => [`m${i}`, move])),
}))

/** Positions reached by possible moves picked at random. */
function walk(type: PlainCaseType, picks: readonly number[]): readonly Position[] {
  const positions = [opened(type, ONLY)]
  for (const pick of picks) {
    const at = positions.at(-1)!
    const names = possibleMoves(type, at)
    if (names.length === 0) break
    const name = names[pick % names.length]!
    const { to } = type.moves[name]!
    positions.push(advance(type, at, name, typeof to === 'string' ? ONLY : pick % 2 === 0 ? 'yes' : 'no'))
  }
  return positions
}
const walks = fc.tuple(anyType, fc.array(fc.nat(), { maxLength: 15 }))

describe('of any case type, wherever possible moves lead', () => {
  test('the case stands in a state and at steps that its type has', () => {
    fc.assert(fc.property(walks, ([type, picks]) => {
      for (const { state, tracks } of walk(type, picks)) {
        expect(Object.keys(type.states)).toContain(state)
        expect(Object.keys(tracks).sort()).toEqual(Object.keys(type.tracks!).sort())
        for (const [track, step] of Object.entries(tracks)) expect(type.tracks![track]!.steps).toContain(step)
      }
    }))
  })

  test('a move is possible exactly when it starts from the state and every track is at a step it needs', () => {
    fc.assert(fc.property(walks, ([type, picks]) => {
      for (const position of walk(type, picks)) {
        const possible = Object.entries(type.moves).filter(([, move]) => move.from.includes(position.state) && Object.entries(move.needs ?? {}).every(([track, of]) => of.includes(position.tracks[track]!))).map(([name]) => name)
        expect(possibleMoves(type, position)).toEqual(possible)
      }
    }))
  })

  test('every duty of a post is in one to-do of it, and nothing else is', () => {
    fc.assert(fc.property(walks, ([type, picks]) => {
      for (const position of walk(type, picks)) {
        const owed = possibleMoves(type, position).filter(name => !type.moves[name]!.optional).flatMap(name => list(type.moves[name]!.by).filter(who => who.startsWith('post:')).map(who => `${who.slice(5)} ${name}`))
        const duties = dutiesAt(type, position)
        expect(duties.flatMap(duty => duty.moves.map(name => `${duty.post} ${name}`)).sort()).toEqual(owed.sort())
        for (const one of [duties, timersAt(type, position)]) expect(new Set(one.map(({ key }) => key)).size).toBe(one.length)
      }
    }))
  })

  test('what hangs on no changed track keeps its key and its content, and a key never means two things', () => {
    fc.assert(fc.property(walks, ([type, picks]) => {
      const seen = new Map<string, string>()
      const positions = walk(type, picks)
      positions.forEach((position, i) => {
        for (const one of [...dutiesAt(type, position).map(duty => ['duty', duty] as const), ...timersAt(type, position).map(timer => ['timer', timer] as const)]) {
          const [key, content] = [`${one[0]} ${one[1].key}`, JSON.stringify(one[1])]
          expect(seen.get(key) ?? content).toBe(content)
          seen.set(key, content)
        }
        const before = positions[i - 1]
        if (before?.state !== position.state) return
        const changed = Object.keys(position.tracks).filter(track => position.tracks[track] !== before.tracks[track])
        const untouched = (at: Position) => dutiesAt(type, at).filter(duty => !duty.tracks.some(track => changed.includes(track)))
        expect(untouched(position)).toEqual(untouched(before))
      })
    }))
  })

  test('a position is judged, not changed', () => {
    fc.assert(fc.property(walks, ([type, picks]) => {
      for (const position of walk(type, picks)) {
        const before = structuredClone(position)
        for (const name of possibleMoves(type, position)) advance(type, position, name, 'yes')
        dutiesAt(type, position)
        expect(position).toEqual(before)
        expect(firstSteps(type)).toEqual({ x: 'x0', y: 'y0', z: 'z0' })
      }
    }))
  })
})
