/** A case moved by people and by the system through the whole platform, then asked why. */
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyInclusion } from '../../engines/merkle/index.ts'
import { composeUscc } from '../../kernel/codes/uscc.ts'
import { defineCase } from '../../kernel/case.ts'
import { defineCredential } from '../../kernel/credential.ts'
import { issue, notify, open, put, send } from '../../kernel/effect.ts'
import { isProblem } from '../../kernel/errors/problem.ts'
import { textField } from '../../kernel/field.ts'
import { caseRef, credentialRef, resourceRef } from '../../kernel/reference.ts'
import { defineResource } from '../../kernel/resource.ts'
import { defineSystem } from '../../kernel/system.ts'
import { text as t } from '../../kernel/text.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import { openLedger } from '../ledger/ledger.ts'
import { openSequencer } from '../ledger/sequencer.ts'
import { openDeliveryWorker } from '../webhooks/delivery.ts'
import { openFanOut } from '../webhooks/fan-out.ts'
import { openOutward } from '../webhooks/outward.ts'
import { receiver, until } from '../webhooks/testing.ts'
import { openWebhookBook } from '../webhooks/webhooks.ts'
import { testCity, type SignedIn, type TestCity } from '../testing.ts'
import type { Why } from './reasons.ts'
import { renderWhy } from './render.ts'
import { openWhy } from './why.ts'

const ORGAN = composeUscc({ registrar: '1', category: '1', region: '330203', organBody: '00294205' })

const registerFields = { code: textField(t('代码', 'Code'), { required: true }), note: textField(t('备注', 'Note')) }
const register = resourceRef('beta.register', registerFields)
const visitFields = { place: textField(t('地点', 'Place'), { required: true }) }
const visit = caseRef('alpha.visit', visitFields)
const permitFields = { holder: textField(t('持有人', 'Holder'), { required: true, identifies: true, level: 3 }) }
const permit = credentialRef('alpha.permit', permitFields)

const alpha = defineSystem({
  id: 'alpha', prefix: 'AL', title: t('甲', 'Alpha'), policy: ['N一(一)'], owner: t('甲局', 'Office A'), uses: ['beta'],
  resources: { log: defineResource({ title: t('记录', 'Log'), fields: { code: textField(t('代码', 'Code'), { required: true }) }, key: ['code'], owner: t('甲局', 'Office A'), level: 1 }) },
  credentials: { permit: defineCredential({ title: t('许可证', 'Permit'), typeNumber: '001', definedBy: ORGAN, fields: permitFields, face: ['holder'] }) },
  cases: {
    request: defineCase({
      title: t('申请', 'Request'),
      fields: { name: textField(t('姓名', 'Name'), { required: true, identifies: true, level: 3 }), code: textField(t('代码', 'Code'), { required: true }), opinion: textField(t('意见', 'Opinion')) },
      parties: { applicant: { title: t('申请人', 'Applicant'), classes: ['person'], required: true } },
      posts: { clerk: { title: t('经办人', 'Clerk'), at: 'organ' } },
      sees: { applicant: 'all', 'post:clerk': 'all' },
      states: { open: { title: t('审查中', 'Examined') }, granted: { title: t('准予', 'Granted'), outcome: 'granted' }, refused: { title: t('不予', 'Refused'), outcome: 'refused' } },
      opening: {
        title: t('提交', 'Submit'), by: 'applicant', asks: ['name', 'code'], to: 'open',
        effects: async (values, ctx) => {
          await ctx.ask(register, [values.code, 'absent'], { fields: ['note'], purpose: 'is it registered' })
          return [notify('applicant', t('已收到', 'Received'), t(`${values.name}，已收到`, `${values.name}, received`)), open(visit, { place: 'gate' }, { parties: { applicant: 'applicant' } })]
        },
      },
      moves: {
        decide: {
          title: t('决定', 'Decide'), from: 'open', by: 'post:clerk', asks: ['opinion'], note: 'required', within: { workingDays: 2 }, remind: { workingDays: 1 },
          to: { yes: 'granted', no: 'refused' }, decide: values => values.opinion === null ? 'no' : 'yes',
          effects: values => [
            issue(permit, 'applicant', { holder: values.name }, null), put(resourceRef('alpha.log', { code: textField(t('代码', 'Code'), { required: true }) }), [{ code: values.code }]),
            send('city.granted', 'gate-7', { code: values.code }), notify('applicant', t('已准予', 'Granted'), t('已准予', 'Granted')),
          ],
        },
      },
    }),
    visit: defineCase({
      title: t('走访', 'Visit'), fields: visitFields,
      parties: { applicant: { title: t('申请人', 'Applicant'), classes: ['person'], required: true } }, posts: { clerk: { title: t('经办人', 'Clerk'), at: 'organ' } }, sees: { 'post:clerk': 'all' },
      states: { waiting: { title: t('待走访', 'Waiting') }, done: { title: t('已走访', 'Visited'), outcome: 'done' } },
      opening: { title: t('安排', 'Arrange'), by: 'system', asks: ['place'], to: 'waiting' },
      moves: { go: { title: t('走访', 'Go'), from: 'waiting', by: 'post:clerk', to: 'done' } },
    }),
  },
})
const beta = defineSystem({
  id: 'beta', prefix: 'BE', title: t('乙', 'Beta'), policy: ['N一(一)'], owner: t('乙局', 'Office B'),
  resources: { register: defineResource({ title: t('登记', 'Register'), fields: registerFields, key: ['code'], owner: t('乙局', 'Office B'), level: 1, sharing: 'unconditional' }) },
})

const REGION = '330203000000'
const OPENED = '2026-03-02T02:00:00.000Z'
const DECIDED = '2026-03-02T03:00:00.000Z'
const SECRETS = ['王小明', 'C-4711', 'a very private opinion', 'because of the neighbours', 'gate-7']

let city: TestCity
let applicant: SignedIn
let clerk: SignedIn
let number: string

const desk = () => openWhy({ db: city.platform.db, city: city.platform.city, ledger: openLedger({ db: city.platform.db }) })

async function numberAll(): Promise<void> {
  const { db } = city.platform
  await until(async () => (await db.queryOnce('select 1 from onevisit.ledger_leaf where position is null limit 1')).rowCount === 0, async () => { await openSequencer({ db }).number() })
}

beforeAll(async () => {
  city = await testCity({ systems: [alpha, beta], calendar: stateCouncilCalendar })
  applicant = await city.person('王小明')
  clerk = await city.staff('李经办', [{ post: 'alpha.clerk', unit: ORGAN }])
  const { desk: cases, db, vault } = city.platform
  const answer = await cases.open({
    actor: applicant, type: 'alpha.request', matter: null, given: { name: '王小明', code: 'C-4711' }, parties: { applicant: { subject: applicant.subject, class: 'person' } },
    region: REGION, acceptingRegion: REGION, organ: ORGAN, now: OPENED, answer: (_work, working) => ({ status: 201, body: { number: working.record.number } }),
  })
  number = (answer.body as { number: string }).number
  const server = await receiver()
  const outward = openOutward({ allowPrivate: true })
  await openWebhookBook({ db, vault, outward }).register({ account: applicant.account, url: server.url, types: ['onevisit.', 'city.'] }, OPENED)
  await cases.move({ actor: clerk, number, move: 'decide', given: { opinion: 'a very private opinion' }, note: 'because of the neighbours', version: 1, now: DECIDED })
  // The opening of the request and of its visit, the decision, and what it sent.
  await until(() => server.received.length >= 4, async () => {
    await openFanOut({ db }).run(DECIDED)
    await openDeliveryWorker({ db, vault, outward, log: city.platform.log }).run(DECIDED)
  })
})

describe('why', () => {
  test('shows each request with what it moved, by whom in which role, and what came of it', async () => {
    await numberAll()
    const why = await desk().why(number)
    expect(why).toMatchObject({ number, type: 'alpha.request', title: { en: 'Request' }, state: 'granted', stateTitle: { zh: '准予' }, outcome: 'granted', version: 2, openedAt: OPENED, closedAt: DECIDED, parent: null })
    const [opened, decided] = why.requests
    expect(why.requests.length).toBe(2)
    expect(opened).toMatchObject({
      at: OPENED,
      moves: [{ version: 1, name: 'open', title: { en: 'Submit' }, from: null, to: 'open', by: { kind: 'person', role: 'applicant', roleTitle: { zh: '申请人' } }, noted: false, effects: [{ kind: 'notify', ref: null }, { kind: 'open', ref: 'alpha.visit' }] }],
      elsewhere: [{ type: 'alpha.visit', move: 'open', version: 1 }],
      dataUses: [{ at: OPENED, resource: 'beta.register', fields: ['note'], purpose: 'is it registered', answers: { none: 2 } }],
      messages: [{ to: 'applicant', createdAt: OPENED, readAt: null }],
      deliveries: [{ type: 'onevisit.case.open', event: `${number}-1` }], credentials: [],
    })
    expect(opened!.elsewhere[0]!.number).not.toBe(number)
    expect(decided).toMatchObject({
      at: DECIDED,
      moves: [{ version: 2, name: 'decide', from: 'open', to: 'granted', toTitle: { en: 'Granted' }, outcome: 'yes', by: { kind: 'staff', role: 'post:clerk', roleTitle: { en: 'Clerk' } }, noted: true, effects: [{ kind: 'issue', ref: 'alpha.permit' }, { kind: 'put', ref: 'alpha.log' }, { kind: 'send', ref: null }, { kind: 'notify', ref: null }] }],
      elsewhere: [], dataUses: [], messages: [{ to: 'applicant', createdAt: DECIDED }], credentials: [{ type: 'alpha.permit', status: 'valid' }],
    })
    expect(decided!.deliveries).toMatchObject([{ type: 'onevisit.case.decide', event: `${number}-2`, attempts: 1, deliveredAt: DECIDED, failedAt: null, lastStatus: 204 }, { type: 'city.granted', deliveredAt: DECIDED }])
    expect(opened!.trace).not.toBe(decided!.trace)
    expect(why.beside).toEqual({ messages: [], dataUses: [] })
  })

  test('proves every move and the credential to be in the ledger, all under the same root', async () => {
    await numberAll()
    const { requests } = await desk().why(number)
    const root = (await openLedger({ db: city.platform.db }).checkpoint()).rootHash
    const leaves = requests.flatMap(request => request.leaves)
    expect(leaves.map(leaf => leaf.kind).sort()).toEqual(['credential', 'event', 'event', 'event'])
    for (const { hash, position, inclusion } of leaves) {
      expect(inclusion!.rootHash).toBe(root)
      const bytes = (base64: string) => Buffer.from(base64, 'base64')
      expect(verifyInclusion({ index: position!, size: inclusion!.size, leafHash: bytes(hash), path: inclusion!.path.map(bytes), root: bytes(root) })).toBe(true)
    }
    for (const { moves, leaves: own } of requests) for (const move of moves) expect(own).toContainEqual(move.leaf)
    const positions = requests.flatMap(request => request.moves.map(move => move.leaf!.position))
    expect(new Set(positions).size).toBe(2)
  })

  test('has no leaf for a row that was changed afterwards', async () => {
    const { db } = city.platform
    await db.queryOnce(`update onevisit.events set outcome = 'no' where number = $1 and version = 2`, [number])
    const changed = await desk().why(number)
    await db.queryOnce(`update onevisit.events set outcome = 'yes' where number = $1 and version = 2`, [number])
    expect(changed.requests.map(request => request.moves[0]!.leaf !== null)).toEqual([true, false])
    expect(renderWhy(changed, 'en')).toContain('no leaf fits this record')
  })

  test('shows leaves that are not numbered yet, without a proof', async () => {
    const visitNumber = (await desk().why(number)).requests[0]!.elsewhere[0]!.number
    await numberAll()
    await city.platform.desk.move({ actor: clerk, number: visitNumber, move: 'go', given: {}, note: null, version: 1, now: DECIDED })
    const { requests } = await desk().why(visitNumber)
    expect(requests.map(request => request.moves[0]!.leaf!.position === null)).toEqual([false, true])
    expect(requests[1]!.moves[0]!.leaf!.inclusion).toBeNull()
  })

  test('shows timers that wait, and what belongs to no move: reminders, and questions of requests that came to nothing', async () => {
    const { desk: cases, db, gateway, timers } = city.platform
    const answer = await cases.open({
      actor: applicant, type: 'alpha.request', matter: null, given: { name: '王小明', code: 'C-4712' }, parties: { applicant: { subject: applicant.subject, class: 'person' } },
      region: REGION, acceptingRegion: REGION, organ: ORGAN, now: OPENED, answer: (_work, working) => ({ status: 201, body: { number: working.record.number } }),
    })
    const waiting = (answer.body as { number: string }).number
    const before = await desk().why(waiting)
    expect(before.timers).toMatchObject([{ kind: 'remind', move: 'decide', provisional: false, attempts: 0 }])
    await gateway.ask({ resource: 'beta.register', keys: ['C-4712'], fields: ['note'], purpose: 'asked by a request that failed', number: waiting, system: 'alpha', actor: null, actorKind: 'staff', trace: randomUUID(), now: DECIDED })
    await timers.runDue(before.timers[0]!.due)
    const { beside, timers: left } = await desk().why(waiting)
    expect(left.map(timer => timer.kind)).not.toContain('remind')
    expect(beside).toMatchObject({
      messages: [{ to: 'other', createdAt: before.timers[0]!.due }],
      dataUses: [{ purpose: 'asked by a request that failed', answers: { none: 1 } }],
    })
  })

  test.each(['', 'x', 'AL202603020000000', 'AL20260302999999991', 'ZZ20260302000000011', `AL1'; --`])('of %j is unknown', async text => {
    await expect(desk().why(text)).rejects.toSatisfy(error => isProblem(error, 'case-unknown'))
  })

  test('holds nothing personal, as data and as text', async () => {
    const why = await desk().why(number)
    for (const shown of [JSON.stringify(why), renderWhy(why, 'zh'), renderWhy(why, 'en')]) {
      for (const secret of [...SECRETS, '李经办', applicant.subject, applicant.account, clerk.subject, clerk.account]) expect(shown).not.toContain(secret)
    }
  })
})

describe('as text', () => {
  let why: Why
  beforeAll(async () => {
    await numberAll()
    why = await desk().why(number)
  })

  test('says in English what happened, in order', () => {
    const lines = renderWhy(why, 'en').split('\n')
    const at = (part: string) => lines.findIndex(line => line.includes(part))
    expect(lines[0]).toBe(`${number}  Request (alpha.request)`)
    expect(lines[1]).toBe(`Granted, version 2, opened ${OPENED}, closed ${DECIDED}: granted`)
    const order = ['request ' + why.requests[0]!.trace, '1. Submit: — → open (Examined), by a person (Applicant)', 'effects: notify, open alpha.visit', 'ledger: leaf', 'alpha.visit: \'open\'', 'data: beta.register [note] for "is it registered": none × 2', 'message to applicant', 'request ' + why.requests[1]!.trace, '2. Decide: open → granted (Granted), outcome yes, by staff (Clerk), with a reason', 'credential: alpha.permit', `onevisit.case.decide, delivered ${DECIDED} (204)`].map(at)
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('says the same in Chinese', () => {
    const text = renderWhy(why, 'zh')
    for (const part of ['申请 (alpha.request)', '状态：准予，版本 2', '1. 提交：— → open（审查中），由个人 (申请人)', '效果：通知、开办件 alpha.visit', '用途“is it registered”：无 × 2', '2. 决定：open → granted（准予），结果 yes，由工作人员 (经办人)，写有理由', '证照：alpha.permit', '账本：第 ', '发给 applicant，未读']) expect(text).toContain(part)
    expect(text.split('\n').length).toBe(renderWhy(why, 'en').split('\n').length)
  })
})
