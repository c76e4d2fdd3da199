import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { put } from '../../kernel/effect.ts'
import { defineSystem } from '../../kernel/system.ts'
import { text as t } from '../../kernel/text.ts'
import { stateCouncilCalendar } from '../../reference/calendar/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { testDatabase } from '../database/testing.ts'
import { NOW } from '../fixtures/places.ts'
import { holders, registry } from '../fixtures/registry.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { testCity, type TestCity } from '../testing.ts'
import { problemOf, recordOf, write } from '../testing-cases.ts'
import type { Question } from './gateway.ts'
import { departmentSource, type DepartmentTable, type Source } from './source.ts'

/** A system that declares no use of anybody. */
const alone = defineSystem({ id: 'alone', prefix: 'AL', title: t('独立', 'Alone'), policy: ['N一(一)'], owner: t('机关', 'Office') })
const systems = [registry, services, alone]

let city: TestCity
let holder: SignedIn
let absent: SignedIn

beforeAll(async () => {
  city = await testCity({ systems, calendar: stateCouncilCalendar })
  holder = await city.person('持有人', '1960-01-02')
  absent = await city.person('未登记')
  await register(city, holder, { name: '持有人', points: 12 })
})

async function register(where: TestCity, person: SignedIn, values: { readonly name: string | null; readonly points: number }): Promise<void> {
  const { identity } = await where.platform.subjects.find(person.subject)
  await write(where.platform, NOW, put(holders, [{ person: person.subject, idNumber: identity!, birthDate: '1960-01-02', status: 'live', ...values }]))
}

function question(more: Partial<Question> = {}): Question {
  return {
    resource: 'registry.holder', keys: [holder.subject], fields: ['name', 'points'], purpose: '核验', number: 'SV2026', system: 'services',
    actor: holder.subject, actorKind: 'person', trace: crypto.randomUUID(), now: NOW, ...more,
  }
}

async function logged(where: TestCity, trace: string) {
  return (await where.platform.db.queryOnce('select resource, subjects, fields, purpose, number, actor, answers from onevisit.data_use where trace = $1', [trace])).rows
}

async function ask(more: Partial<Question> = {}, where = city) {
  const asked = question(more)
  const answers = await where.platform.gateway.ask(asked)
  const keys = [...new Set(asked.keys)]
  const states = keys.map(key => answers.find(answer => answer.key === key)!.state)
  expect(await logged(where, asked.trace)).toEqual([{ resource: asked.resource, subjects: keys.filter(key => key.length === 36), fields: asked.fields, purpose: asked.purpose, number: asked.number, actor: asked.actor, answers: states }])
  return answers
}

describe('a question to the platform\'s own table', () => {
  test('is answered found or none for each key, in the order of the keys, and logged once', async () => {
    const keys = [absent.subject, holder.subject, absent.subject]
    expect(await ask({ keys })).toEqual([
      { key: absent.subject, state: 'none', asOf: NOW }, { key: holder.subject, state: 'found', row: { name: '持有人', points: 12 }, asOf: NOW }, { key: absent.subject, state: 'none', asOf: NOW },
    ])
    expect(await city.platform.gateway.ask(question({ keys: [] }))).toEqual([])
  })

  test('is refused without a declared use, a case, a purpose, or where nothing is shared', async () => {
    const reason = async (more: Partial<Question>) => (await ask(more)).map(answer => answer.state === 'refused' ? answer.reason : answer.state)
    expect(await reason({ system: 'alone' })).toEqual([`'alone' does not declare the use of 'registry'`])
    expect(await reason({ number: null })).toEqual(['asked without a case'])
    expect(await reason({ purpose: '  ' })).toEqual(['no purpose given'])
    expect(await reason({ resource: 'registry.file', fields: ['remark'] })).toEqual(['not shared'])
    expect(await reason({ resource: 'registry.absent' })).toEqual([`no resource 'registry.absent'`])
    expect(await reason({ fields: ['name', 'salary', '"; drop'] })).toEqual([`no field 'salary', '"; drop'`])
    expect(await reason({ resource: 'registry.price', keys: ['a'], fields: ['fee'], number: null })).toEqual(['none'])
    expect(await reason({ resource: 'registry.file', fields: ['remark'], system: 'registry' })).toEqual(['none'])
  })

  test('is refused, not failed, for keys that are none', async () => {
    const reasons = async (more: Partial<Question>) => (await ask(more)).map(answer => answer.state === 'refused' ? answer.reason : answer.state)
    expect(await reasons({ keys: ['not a uuid', holder.subject] })).toEqual(['a key is no subject', 'a key is no subject'])
    expect(await reasons({ resource: 'registry.visit', fields: ['day'] })).toEqual(['its key has 2 fields; a question names one'])
    expect(await reasons({ resource: 'registry.price', keys: [`'; drop table x`], fields: ['fee'] })).toEqual(['none'])
  })
})

describe('a department\'s own database', () => {
  let department: Awaited<ReturnType<typeof testDatabase>>
  let remote: TestCity
  let known: SignedIn
  let unknown: SignedIn
  const opened: { close(): Promise<void> }[] = []
  const columns = { name: 'xm', idNumber: 'sfzh', birthDate: 'csrq', status: 'zt', points: 'JF"x' }

  function source(table: Partial<DepartmentTable>): Source {
    const made = departmentSource({ connectionString: department.connectionString, table: 'people.person view', key: 'sfzh', keyedBy: 'identity', columns, ...table })
    opened.push(made)
    return made
  }
  const cityWith = (made: Source) => testCity({ systems, calendar: stateCouncilCalendar, sources: new Map([['registry.holder', made]]) })

  beforeAll(async () => {
    department = await testDatabase()
    await department.db.script(`create schema people; create table people.person (sfzh text, xm text, csrq date, zt text, "JF""x" int); create view people."person view" as select * from people.person; create table counted (n int)`)
    remote = await cityWith(source({}))
    known = await remote.person('张部门', '1975-05-06')
    unknown = await remote.person('无记录')
    const { identity } = await remote.platform.subjects.find(known.subject)
    await department.db.queryOnce(`insert into people.person values ($1, '张部门', '1975-05-06', '正常', -4)`, [identity])
  })
  afterAll(async () => { for (const one of opened) await one.close() })

  test('answers by identity number, found or none, in our terms', async () => {
    const answers = await ask({ keys: [known.subject, unknown.subject], fields: ['name', 'birthDate'] }, remote)
    expect(answers).toMatchObject([{ key: known.subject, state: 'found', row: { name: '张部门', birthDate: '1975-05-06' } }, { key: unknown.subject, state: 'none' }])
    expect(answers[0]).toMatchObject({ asOf: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) })
  })

  test('leaves unknown what is no value by the definition', async () => {
    expect(await ask({ keys: [known.subject], fields: ['name', 'status', 'points'] }, remote)).toMatchObject([{ state: 'found', row: { name: '张部门', status: null, points: null } }])
  })

  test('is not asked for somebody whose identity we do not know', async () => {
    expect(await ask({ keys: [crypto.randomUUID(), known.subject] }, remote)).toMatchObject([{ state: 'refused', reason: 'no identity is known under this key' }, { state: 'found' }])
  })

  test('that is down, hangs, refuses us or lacks the table is down, told without values, and logged', async () => {
    const closed = await closedPort()
    const silent = createServer(() => undefined)
    const hanging = `postgresql://u:p@127.0.0.1:${await listening(silent)}/x`
    const wrong = new URL(department.connectionString)
    wrong.pathname = '/no_such_database'
    const sources = { closed: source({ connectionString: `postgresql://u:p@127.0.0.1:${closed}/x` }), hanging: source({ connectionString: hanging, timeoutMs: 300 }), wrong: source({ connectionString: wrong.href }), absent: source({ table: 'people.absent' }), column: source({ columns: { name: 'absent' } }) }
    for (const [why, made] of Object.entries(sources)) {
      const place = await cityWith(made)
      const somebody = await place.person('张部门', '1975-05-06')
      const answers = await ask({ keys: [somebody.subject], fields: ['name'] }, place)
      expect({ why, answers }).toEqual({ why, answers: [{ key: somebody.subject, state: 'down', reason: expect.stringMatching(/^the department's database did not answer \((ECONNREFUSED|no answer in time|3D000|42P01|42703)\)$/) }] })
    }
    silent.close()
  }, 60_000)

  test('is read in a session that cannot write', async () => {
    await expect(source({ table: 'counted', key: 'n', columns: { name: 'n' } }).read(['1'], ['name'])).resolves.toEqual(new Map())
    await department.db.script(`create function people.tick() returns text language sql as 'insert into counted values (1) returning ''x'''; create view people.ticking as select people.tick() as sfzh`)
    await expect(source({ table: 'people.ticking', columns: {} }).read(['x'], [])).rejects.toThrow(/read-only/)
  })
})

describe('an application whose source', () => {
  const request = { matter: cardMatter.code, answers: { kind: 'first' }, consent: true }
  const submit = (where: TestCity, actor: SignedIn, more: Record<string, unknown>) => where.platform.applications.submit(actor, { ...request, values: {}, ...more }, NOW, crypto.randomUUID())

  test('knows everything is decided at once', async () => {
    const { body } = await submit(city, holder, {})
    expect(body).toMatchObject({ state: 'approved', decision: { outcome: 'approve', edition: '1', judged: [{ verdict: 'true', source: 'registry.holder' }, { verdict: 'true' }, { verdict: 'true', source: 'case' }] } })
  })

  test('knows too little, or otherwise, goes to a person and is never refused', async () => {
    const poor = await city.person('积分少')
    await register(city, poor, { name: '积分少', points: 3 })
    const doubtful = await city.person('另一名')
    await register(city, doubtful, { name: '登记名', points: 30 })
    expect((await submit(city, poor, {})).body).toMatchObject({ state: 'submitted', decision: { outcome: 'refer', judged: [{ verdict: 'true' }, { verdict: 'false' }, { verdict: 'true' }] } })
    expect((await submit(city, doubtful, { values: { name: '另一名' } })).body).toMatchObject({ state: 'submitted', decision: { outcome: 'refer' } })
  })

  test('has no record asks for papers', async () => {
    const problem = await problemOf(submit(city, absent, { values: { name: '未登记', idNumber: (await city.platform.subjects.find(absent.subject)).identity } }))
    expect(problem).toMatchObject({ code: 'materials-missing', faults: [{ path: '/uploads/identity' }, { path: '/uploads/standing' }] })
  })

  test('is down makes nothing missing for it: one material is uploaded, the other checked later, and a person decides', async () => {
    const down = await testCity({ systems, calendar: stateCouncilCalendar, sources: new Map([['registry.holder', departmentSource({ connectionString: `postgresql://u:p@127.0.0.1:${await closedPort()}/x`, table: 'x', key: 'x', columns: {} })]]) })
    const person = await down.person('停机者')
    const values = { name: '停机者', idNumber: (await down.platform.subjects.find(person.subject)).identity }
    const prepared = await down.platform.applications.prepare(person, cardMatter.code, { answers: request.answers }, NOW, crypto.randomUUID())
    expect(prepared).toMatchObject({ values: {}, oneCertificate: false, materials: [{ id: 'identity', by: 'upload', status: 'needed', sourceDown: true }, { id: 'standing', by: 'data', checkLater: true, sourceDown: true }], outages: [expect.stringContaining('registry.holder'), expect.stringContaining('registry.holder')] })
    expect(await problemOf(submit(down, person, { values }))).toMatchObject({ code: 'materials-missing', faults: [{ path: '/uploads/identity' }] })
    const { body } = await submit(down, person, { values, uploads: { identity: [crypto.randomUUID()] } })
    expect(body).toMatchObject({ state: 'submitted', decision: { outcome: 'refer', judged: [{ verdict: 'unknown', reason: expect.stringContaining('is down') }, { verdict: 'unknown' }, { verdict: 'unknown' }] } })
    const record = await recordOf(down.platform, (body as { number: string }).number)
    expect(record.values['materials']).toMatchObject([{ id: 'identity', by: 'upload', status: 'satisfied' }, { id: 'standing', by: 'data', checkLater: true }])
  })

  test('was read for a case is told under the number of that case', async () => {
    const reader = await city.person('读数者')
    await register(city, reader, { name: '读数者', points: 50 })
    const trace = crypto.randomUUID()
    const { body } = await city.platform.applications.submit(reader, { ...request, values: {} }, NOW, trace)
    expect(await logged(city, trace)).toMatchObject([{ number: (body as { number: string }).number, subjects: [reader.subject], answers: ['found'], fields: ['idNumber', 'name', 'points', 'status'] }])
  })

  test('is not read before the applicant agreed to it', async () => {
    const careful = await city.person('谨慎者')
    const trace = crypto.randomUUID()
    for (const consent of [undefined, false, 'true', 1]) {
      expect(await problemOf(city.platform.applications.submit(careful, { ...request, values: {}, consent }, NOW, trace))).toMatchObject({ code: 'invalid-request', faults: [{ path: '/consent', code: 'consent-required' }] })
    }
    expect(await logged(city, trace)).toEqual([])
  })
})

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function closedPort(): Promise<number> {
  const server = createServer()
  const port = await listening(server)
  await new Promise(resolve => server.close(resolve))
  return port
}
