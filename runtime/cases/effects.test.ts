import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { issue, move, notify, open, put, retract, revoke, send, set, wake, type Effect } from '../../kernel/effect.ts'
import { resourceRef } from '../../kernel/reference.ts'
import { text as t } from '../../kernel/text.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { hours, NOW, ORGAN } from '../fixtures/places.ts'
import { badge, entries, say, scripted, stock, tasks } from '../fixtures/script.ts'
import { eventLeaf } from '../ledger/event-leaf.ts'
import { testCity, type TestCity } from '../testing.ts'
import { codeOf, moveCase, openCase, party, problemOf, recordOf } from '../testing-cases.ts'

let city: TestCity
let owner: SignedIn
let worker: SignedIn
let number: string

beforeAll(async () => {
  city = await testCity({ systems: [scripted], calendar: stateCouncilCalendar })
  owner = await city.person('所有者')
  worker = await city.staff('办理者', [{ post: 'script.worker', unit: ORGAN }])
})

beforeEach(async () => {
  number = await opened()
  await city.platform.db.script('truncate script.stock, script.entry')
})

async function opened(): Promise<string> {
  return (await openCase(city.platform, owner, 'script.task', NOW, { region: '330203000000', organ: ORGAN, parties: { owner: party(owner) } })).number
}

function run(...effects: readonly Effect[]) {
  say(() => effects)
  return moveCase(city.platform, worker, number, 'run', hours(1))
}

const query = async <R = Record<string, unknown>>(text: string, values: readonly unknown[] = []) => (await city.platform.db.queryOnce<R>(text, values)).rows
const stored = () => query('select code, place, "order" from script.stock order by code')
const countOf = async (table: string) => (await query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]!.n

/** Everything a failed transition might have left behind. */
async function traces(): Promise<Record<string, number>> {
  const tables = ['onevisit.cases', 'onevisit.events', 'onevisit.inbox', 'onevisit.timer', 'onevisit.message', 'onevisit.credential', 'onevisit.outbox', 'onevisit.ledger_leaf', 'onevisit.case_party', 'script.stock', 'script.entry']
  return Object.fromEntries(await Promise.all(tables.map(async table => [table, await countOf(table)] as const)))
}

/** The work is refused with the code, and nothing of it is written. */
async function undone(code: string, ...effects: readonly Effect[]): Promise<void> {
  const [before, record] = [await traces(), await recordOf(city.platform, number)]
  expect(await codeOf(run(...effects))).toBe(code)
  expect(await traces()).toEqual(before)
  expect(await recordOf(city.platform, number)).toEqual(record)
}

describe('rows of a resource', () => {
  test('are put, replaced whole by their key, and retracted', async () => {
    await run(put(stock, [{ code: 'a', place: 'x', order: 1, keeper: '保管人甲' }, { code: 'b', place: 'x', order: 2 }]))
    expect(await stored()).toEqual([{ code: 'a', place: 'x', order: 1 }, { code: 'b', place: 'x', order: 2 }])
    await run(put(stock, [{ code: 'a', place: 'y' }]), put(stock, [{ code: 'c' }]))
    expect(await stored()).toEqual([{ code: 'a', place: 'y', order: null }, { code: 'b', place: 'x', order: 2 }, { code: 'c', place: null, order: null }])
    expect(await query(`select keeper from script.stock where code = 'a'`)).toEqual([{ keeper: null }])
    await run(retract(stock, ['a', 'c', 'absent']))
    expect(await stored()).toEqual([{ code: 'b', place: 'x', order: 2 }])
  })

  test('of one work are written in the order of the effects, however they meet on one key', async () => {
    await run(put(stock, [{ code: 'a', order: 1 }, { code: 'a', order: 2 }]), put(stock, [{ code: 'a', order: 3 }, { code: 'b', order: 1 }]))
    expect(await stored()).toEqual([{ code: 'a', place: null, order: 3 }, { code: 'b', place: null, order: 1 }])
    await run(retract(stock, ['a']), put(stock, [{ code: 'a', order: 4 }]), retract(stock, ['b']), retract(stock, ['b']))
    expect(await stored()).toEqual([{ code: 'a', place: null, order: 4 }])
    await run(put(stock, [{ code: 'c', place: 'x', order: 5 }]), set(stock, { place: 'x' }, { order: 6 }, { atMost: 1 }), put(stock, [{ code: 'd', place: 'x' }]), retract(stock, ['a']))
    expect(await stored()).toEqual([{ code: 'c', place: 'x', order: 6 }, { code: 'd', place: 'x', order: null }])
  })

  test('are set where they match, up to the bound; one more undoes everything', async () => {
    await run(put(stock, [1, 2, 3].map(n => ({ code: `s${n}`, place: 'x', order: n }))), put(stock, [{ code: 's4' }]))
    await undone('rows-over-bound', set(stock, { place: 'x' }, { order: 0 }, { atMost: 2 }), send('told', 's', {}))
    expect((await stored()).map(row => row['order'])).toEqual([1, 2, 3, null])
    await run(set(stock, { place: 'x' }, { order: 9, keeper: '乙' }, { atMost: 3 }))
    expect((await stored()).map(row => row['order'])).toEqual([9, 9, 9, null])
    await run(set(stock, { place: null }, { place: 'z' }, { atMost: 1 }), set(stock, { place: 'nowhere' }, { order: 1 }, { atMost: 0 }))
    expect((await stored()).map(row => row['place'])).toEqual(['x', 'x', 'x', 'z'])
  })

  test('carry the trace and the time of the move that wrote them last', async () => {
    await run(put(stock, [{ code: 'a', place: 'x' }]))
    say(() => [set(stock, { code: 'a' }, { order: 1 }, { atMost: 1 })])
    const trace = crypto.randomUUID()
    await moveCase(city.platform, worker, number, 'run', hours(5), { trace })
    expect(await query('select _at, _trace from script.stock')).toEqual([{ _at: hours(5), _trace: trace }])
  })

  test('that do not fit their definition are refused, and so are texts made to break the statement', async () => {
    await undone('invalid-request', put(stock, [{ code: 'a' }, { code: 'b', order: 'many' } as never]))
    await undone('invalid-request', put(stock, [{ place: 'x' } as never]))
    await undone('invalid-request', set(stock, { place: 'x' }, { until: '2026-02-30' }, { atMost: 1 }))
    await undone('invalid-request', set(stock, { until: 'today' }, { order: 1 }, { atMost: 1 }))
    await undone('invalid-request', set(stock, { place: 'x' }, { code: null } as never, { atMost: 1 }))
    await undone('effect-invalid', set(stock, {}, { order: 1 }, { atMost: 1 }))
    await undone('effect-invalid', set(stock, { keeper: '甲' }, { order: 1 }, { atMost: 1 }))
    await undone('effect-invalid', put(resourceRef('script.absent'), [{ code: 'a' }]))
    const code = `x'); drop--"`
    await run(put(stock, [{ code, place: '"; select 1' }]), set(stock, { place: '"; select 1' }, { place: `'` }, { atMost: 1 }))
    expect(await stored()).toEqual([{ code, place: `'`, order: null }])
  })

  test('of an append-only resource are neither changed nor put twice', async () => {
    await run(put(entries, [{ code: '1', remark: 'a' }, { code: '2' }]))
    for (const again of [put(entries, [{ code: '2', remark: 'b' }]), put(entries, [{ code: '3' }, { code: '3' }]), retract(entries, ['1']), set(entries, { code: '1' }, { remark: 'c' }, { atMost: 1 })]) {
      expect(await codeOf(run(again))).toBe('effect-invalid')
    }
    expect(await query('select code, remark from script.entry order by code')).toEqual([{ code: '1', remark: 'a' }, { code: '2', remark: null }])
  })
})

describe('other cases', () => {
  test('are moved by the system at the version that was seen, in the same statement', async () => {
    const other = await opened()
    await run(move(tasks, other, 'count', 1), move(tasks, other, 'count', 2), move(tasks, other, 'finish', 3))
    expect(await recordOf(city.platform, other)).toMatchObject({ state: 'done', version: 4, values: { count: 2 } })
    expect(await query('select version, move, actor_role, actor from onevisit.events where number = $1 and version > 1 order by version', [other])).toEqual([
      { version: 2, move: 'count', actor_role: 'system', actor: worker.subject }, { version: 3, move: 'count', actor_role: 'system', actor: worker.subject }, { version: 4, move: 'finish', actor_role: 'system', actor: worker.subject },
    ])
  })

  test('may be the same case: its moves are folded, and each leaves its event', async () => {
    say(ctx => [move(tasks, number, 'count', ctx.case.version), move(tasks, number, 'count', ctx.case.version + 2), put(stock, [{ code: 'a' }])])
    expect(await moveCase(city.platform, worker, number, 'run', hours(1))).toMatchObject({ version: 4, values: { count: 2 } })
    expect((await query('select move from onevisit.events where number = $1 order by version', [number])).map(row => row['move'])).toEqual(['open', 'run', 'count', 'count'])
  })

  test('on a stale version undo all of it', async () => {
    const other = await opened()
    await moveCase(city.platform, worker, other, 'finish', hours(1))
    await undone('version-stale', put(stock, [{ code: 'a' }]), move(tasks, other, 'count', 1), notify('owner', t('题', 'T'), t('文', 'B')))
    await undone('move-not-possible', put(stock, [{ code: 'a' }]), move(tasks, other, 'count', 2))
  })

  test('that somebody moves between the reading and the writing undo all of it too', async () => {
    const [first, second] = [await opened(), await opened()]
    say(ctx => ctx.case.number === number ? [move(tasks, first, 'count', 1), move(tasks, second, 'count', 1), put(stock, [{ code: 'a' }])] : [])
    const before = await traces()
    const { refused } = await city.platform.db.transaction(async tx => {
      await tx.query('hold', 'select 1 from onevisit.cases where number = $1 for update', [second])
      const work = codeOf(moveCase(city.platform, worker, number, 'run', hours(1)))
      await until(async () => (await query(`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`)).length > 0)
      await tx.query('meanwhile', 'update onevisit.cases set version = version + 1 where number = $1', [second])
      return { refused: work }
    })
    expect(await refused).toBe('version-stale')
    expect(await traces()).toEqual(before)
    expect([await recordOf(city.platform, number), await recordOf(city.platform, first)]).toMatchObject([{ version: 1 }, { version: 1 }])
  })

  test('are not moved past what is for people', async () => {
    const other = await opened()
    await undone('effect-invalid', { ...move(tasks, other, 'count', 1), move: 'run' } as Effect)
    await undone('effect-invalid', wake('run', hours(2), other))
    await undone('effect-invalid', move({ ...tasks, ref: 'script.other' }, other, 'count', 1))
    await undone('case-unknown', move(tasks, 'SC20260302000000000', 'count', 1))
  })

  test('are opened with parties of this one or others, and take part in the same work', async () => {
    const friend = await city.person('朋友')
    await run(open({ ...tasks }, { title: '子' }, { parties: { owner: 'owner' } }), open(tasks, { title: '友' }, { parties: { owner: friend.subject } }))
    const rows = await query('select parties, state, version from onevisit.cases c where number in (select number from onevisit.events where trace = (select trace from onevisit.events where number = $1 and version = 2)) and number <> $1 order by number', [number])
    expect(rows).toEqual([{ parties: { owner: party(owner) }, state: 'open', version: 1 }, { parties: { owner: party(friend) }, state: 'open', version: 1 }])
    await undone('effect-invalid', open(tasks, {}, { parties: { owner: 'nobody' } }))
    await undone('subject-unknown', open(tasks, {}, { parties: { owner: crypto.randomUUID() } }))
    await undone('effect-invalid', open(tasks, {}, { child: 'part' }))
    await undone('case-type-unknown', open({ ...tasks, ref: 'script.absent' }, {}))
    await undone('invalid-request', open(tasks, { title: 7 } as never))
  })
})

describe('credentials', () => {
  test('are issued to a party, signed, with their claims sealed, and change their status', async () => {
    await run(issue(badge, 'owner', { name: '王明', grade: 2 }, '2027-03-02'))
    const [row] = await query<{ id: string; holder: string; issuer: string; claims: Record<string, unknown>; signed: string }>('select id, holder, issuer, claims, signed from onevisit.credential where number = $1', [number])
    expect(row).toMatchObject({ holder: owner.subject, issuer: ORGAN, claims: { name: expect.stringMatching(/^v1\./), grade: 2 }, signed: expect.stringMatching(/^v1\./) })
    await run(revoke(row!.id, 'suspended', t('核查', 'Checked')), revoke(row!.id, 'revoked', t('注销', 'Ended')))
    expect(await query('select status, reason, changed_at from onevisit.credential where id = $1', [row!.id])).toEqual([{ status: 'revoked', reason: t('注销', 'Ended'), changed_at: hours(1) }])
  })

  test('of claims that do not fit, or that do not exist, undo everything', async () => {
    await undone('effect-invalid', put(stock, [{ code: 'a' }]), issue(badge, 'owner', { name: null } as never, null))
    await undone('effect-invalid', issue({ ...badge, ref: 'script.absent' }, 'owner', { name: '王明' }, null))
    await undone('credential-unknown', put(stock, [{ code: 'a' }]), revoke('1.2.3', 'revoked', t('无', 'None')))
  })
})

describe('messages, events and wakes', () => {
  test('go to a party, to the holders of a post, to a subject, and to nobody where there is none', async () => {
    const friend = await city.person('收信人')
    const bare = (await openCase(city.platform, worker, 'script.task', NOW, { region: '330203000000', organ: ORGAN })).number
    await run(notify('owner', t('一', '1'), t('甲', 'A')), notify('post:worker', t('二', '2'), t('乙', 'B')), notify(friend.subject, t('三', '3'), t('丙', 'C')))
    expect(await query('select recipient, title from onevisit.message where number = $1 order by id', [number])).toEqual([
      { recipient: owner.subject, title: t('一', '1') }, { recipient: worker.subject, title: t('二', '2') }, { recipient: friend.subject, title: t('三', '3') },
    ])
    number = bare
    await run(notify('owner', t('一', '1'), t('甲', 'A')))
    expect(await query('select 1 from onevisit.message where number = $1', [bare])).toEqual([])
    await undone('effect-invalid', notify('post:absent', t('一', '1'), t('甲', 'A')))
    await undone('effect-invalid', notify('somebody', t('一', '1'), t('甲', 'A')))
  })

  test('leave by the outbox with their source', async () => {
    await run(send('city.task.told', 's-1', { level: 2 }))
    expect((await query<{ event: unknown }>('select event from onevisit.outbox order by id desc limit 1'))[0]!.event).toEqual({ type: 'city.task.told', subject: 's-1', data: { level: 2 }, time: hours(1), source: `/api/v1/cases/${number}` })
  })

  test('wake a case at its time, once, by the last word', async () => {
    const other = await opened()
    await run(wake('finish', hours(4), other), wake('finish', hours(3), other))
    expect(await query('select kind, move, due from onevisit.timer where number = $1', [other])).toEqual([{ kind: 'wake', move: 'finish', due: hours(3) }])
    await city.platform.timers.runDue(hours(2))
    expect(await recordOf(city.platform, other)).toMatchObject({ state: 'open' })
    await city.platform.timers.runDue(hours(3))
    expect(await recordOf(city.platform, other)).toMatchObject({ state: 'done', closedAt: hours(3) })
  })
})

test('the ledger has a leaf for each event, which its row gives again', async () => {
  await run(put(stock, [{ code: 'a' }]))
  const events = await query('select system, number, version, type, move, from_state, to_state, tracks, outcome, actor, actor_kind, actor_role, at, trace, note, given, effects, due_legal, due_promised from onevisit.events where number = $1', [number])
  const leaves = (await query<{ hash: Buffer }>(`select hash from onevisit.ledger_leaf where trace in (select trace from onevisit.events where number = $1) and kind = 'event'`, [number])).map(row => row.hash.toString('hex'))
  expect(leaves.sort()).toEqual(events.map(event => eventLeaf(event as never)).sort())
})

test('a runaway definition is stopped', async () => {
  const others = await Promise.all([opened(), opened()])
  say(ctx => ctx.case.number === number ? Array.from({ length: 10_002 }, (_, i) => move(tasks, others[i % 2]!, 'count', 1 + Math.floor(i / 2))) : [])
  const problem = await problemOf(moveCase(city.platform, worker, number, 'run', hours(1)))
  expect(problem.code).toBe('effect-invalid')
  expect(await recordOf(city.platform, number)).toMatchObject({ version: 1 })
})

async function until(done: () => Promise<boolean>): Promise<void> {
  while (!await done()) await new Promise(resolve => setTimeout(resolve, 20))
}
