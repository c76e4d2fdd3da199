import { expect, onTestFinished, test } from 'vitest'
import { openPool } from './pool.ts'
import { eventually, testDatabase } from './testing.ts'

const { db, connectionString } = await testDatabase()

function listening(applicationName: string) {
  const own = openPool({ connectionString, applicationName })
  onTestFinished(() => own.close())
  return own
}

const notify = (channel: string, payload: string) => db.query('notify', 'select pg_notify($1, $2)', [channel, payload])

const sessions = async (applicationName: string) =>
  (await db.queryOnce<{ pid: number }>('select pid from pg_stat_activity where application_name = $1', [`${applicationName} listener`])).rows.map(({ pid }) => pid)

test('each listener gets what was notified on its channel, in order', async () => {
  const own = listening('several')
  const heard: Record<string, string[]> = { a: [], b: [], odd: [] }
  const odd = 'Ünlike "names"; 通知'
  await Promise.all([own.listen('a', (p) => heard['a']!.push(p)), own.listen('b', (p) => heard['b']!.push(p)), own.listen(odd, (p) => heard['odd']!.push(p))])
  for (const n of [1, 2, 3]) await notify('a', String(n))
  await notify('b', '办结')
  await notify(odd, '')
  await eventually(() => heard).toEqual({ a: ['1', '2', '3'], b: ['办结'], odd: [''] })
  expect(await sessions('several')).toHaveLength(1)
})

test('a broken connection is opened again, the gap is told, and notifications go on', async () => {
  const own = listening('broken')
  const heard: string[] = []
  let gaps = 0
  await own.listen('events', (payload) => heard.push(payload), () => void gaps++)
  await notify('events', 'before')
  await eventually(() => heard).toEqual(['before'])
  for (const round of [1, 2]) {
    const [pid] = await sessions('broken')
    await db.queryOnce('select pg_terminate_backend($1, 5000)', [pid])
    await eventually(() => gaps).toBe(round)
    await notify('events', `after ${round}`)
    await eventually(() => heard.at(-1)).toBe(`after ${round}`)
  }
  expect(heard).toEqual(['before', 'after 1', 'after 2'])
})

test('a listener that fails does not keep the others from hearing', async () => {
  const errors: string[] = []
  const own = openPool({ connectionString, log: { info() {}, warn() {}, error: (_, message) => void errors.push(message) } })
  onTestFinished(() => own.close())
  const heard: string[] = []
  await own.listen('c', () => {
    throw new Error('mine')
  })
  await own.listen('c', (payload) => heard.push(payload))
  await notify('c', 'x')
  await eventually(() => heard).toEqual(['x'])
  expect(errors).toEqual(['a listener to database notifications failed'])
})

test('after the end of listening nothing is heard, and the connection closes with the last listener', async () => {
  const own = listening('ending')
  const heard: string[] = []
  const first = await own.listen('d', (payload) => heard.push(`first ${payload}`))
  const second = await own.listen('d', (payload) => heard.push(`second ${payload}`))
  await first()
  await first()
  await notify('d', '1')
  await eventually(() => heard).toEqual(['second 1'])
  await second()
  await eventually(() => sessions('ending')).toEqual([])
  await own.listen('d', (payload) => heard.push(`third ${payload}`))
  await notify('d', '2')
  await eventually(() => heard).toEqual(['second 1', 'third 2'])
})

test('that cannot begin fails, and does not try on behind the back', async () => {
  const nobodyThere = new URL(connectionString)
  nobodyThere.port = '1'
  const own = openPool({ connectionString: nobodyThere.href })
  await expect(own.listen('e', () => undefined)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await own.close()
})

test('closing the pool ends the connection', async () => {
  const own = openPool({ connectionString, applicationName: 'closing' })
  await own.listen('f', () => undefined)
  expect(await sessions('closing')).toHaveLength(1)
  await own.close()
  await eventually(() => sessions('closing')).toEqual([])
})
