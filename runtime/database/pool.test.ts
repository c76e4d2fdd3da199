import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openPool, type Db, type PoolOptions, type Queryable } from './pool.ts'
import { isRetryable, sqlState } from './sql-errors.ts'
import { eventually, testDatabase } from './testing.ts'
import { until } from './testing-embedded.ts'
import { relay } from './testing-relay.ts'

const { db, connectionString } = await testDatabase()
await db.script('create table item (id int primary key, name text); create table counter (n int); insert into counter values (0)')

function pool(options: Partial<PoolOptions> = {}): Db {
  const opened = openPool({ connectionString, ...options })
  onTestFinished(() => opened.close())
  return opened
}

const failure = async (work: Promise<unknown>): Promise<Error & { code?: string }> =>
  work.then(
    () => Promise.reject(new Error('expected it to fail')),
    (error: unknown) => error as Error,
  )

/** Ends the sessions with this application name, as an administrator or a dying server would. */
async function terminate(applicationName: string): Promise<void> {
  await db.queryOnce('select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1', [applicationName])
}

describe('statements', () => {
  test('are prepared once a session, under a name made of the given one and the text', async () => {
    const one = pool({ max: 1 })
    const prepared = async () => (await one.queryOnce<{ name: string; statement: string }>('select name, statement from pg_prepared_statements order by prepare_time')).rows
    for (const id of [1, 2, 3]) await one.query('item.read', 'select name from item where id = $1', [id])
    await one.query('item.read', 'select id from item where name = $1', ['x'])
    await one.query('another name, same text', 'select name from item where id = $1', [4])
    const rows = await prepared()
    expect(rows.map(({ statement }) => statement)).toEqual(['select name from item where id = $1', 'select id from item where name = $1'])
    for (const { name } of rows) expect(name).toMatch(/^item\.read:[0-9a-f]{12}$/)
  })

  test('may have any name, however long', async () => {
    const one = pool({ max: 1 })
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 100, unit: 'grapheme' }), fc.nat(), async (name, n) => {
        expect((await one.query(name, `select ${n}::int8 as n`)).rows).toEqual([{ n }])
      }),
      { numRuns: 30 },
    )
  })

  test('tell how many rows they changed', async () => {
    expect(await db.query('insert', `insert into item select n, 'many' from generate_series(100, 109) n`)).toEqual({ rows: [], rowCount: 10 })
    expect((await db.query('delete', `delete from item where name = 'many' returning id`)).rows).toHaveLength(10)
  })

  test('that fail leave the session usable and in the pool', async () => {
    const one = pool({ max: 1 })
    const pid = async () => (await one.queryOnce('select pg_backend_pid() as pid')).rows[0]
    const before = await pid()
    expect(sqlState(await failure(one.query('bad', 'select from absent')))).toBe('42P01')
    expect(sqlState(await failure(one.query('bad value', 'select $1::int', ['x'])))).toBe('22P02')
    expect(await pid()).toEqual(before)
  })

  test('work on after a column was added to their table', async () => {
    const three = pool({ max: 3 })
    await db.script('create table grown (a int); insert into grown values (1)')
    const read = () => three.query('grown', 'select * from grown, pg_sleep(0.05)')
    await Promise.all([read(), read(), read()])
    expect(three.stats().total).toBe(3)
    await db.script('alter table grown add column b int default 2')
    for (let i = 0; i < 4; i++) expect((await read()).rows).toMatchObject([{ a: 1, b: 2 }])
  })

  test('are seen by the hook, each round trip once, also those that fail', async () => {
    const seen: [string, string, readonly unknown[]][] = []
    const watched = pool({ onStatement: (name, text, values, ms) => void (ms >= 0 && seen.push([name, text, values])) })
    await watched.query('a', 'select $1::int', [1])
    await failure(watched.query('b', 'select from absent'))
    await watched.transaction(async (tx) => {
      await tx.query('c', 'select 2')
      await tx.queryOnce('select 3')
    })
    await failure(watched.transaction(() => Promise.reject(new Error('no')), { isolation: 'serializable', readOnly: true }))
    await watched.script('select 4; select 5')
    expect(seen).toEqual([
      ['a', 'select $1::int', [1]],
      ['b', 'select from absent', []],
      ['begin', 'begin', []],
      ['c', 'select 2', []],
      ['once', 'select 3', []],
      ['commit', 'commit', []],
      ['begin', 'begin isolation level serializable read only', []],
      ['rollback', 'rollback', []],
      ['script', 'select 4; select 5', []],
    ])
  })

  test('read texts in UTC whatever the server says', async () => {
    await db.script(`do $$ begin execute format('alter database %I set timezone to %L', current_database(), 'Asia/Shanghai'); execute format('alter database %I set datestyle to %L', current_database(), 'German'); end $$`)
    const fresh = pool()
    expect((await fresh.queryOnce(`select '2026-01-01 00:00'::timestamptz as t, '2026-02-03'::date as d, current_setting('timezone') as zone`)).rows).toEqual([
      { t: '2026-01-01T00:00:00.000Z', d: '2026-02-03', zone: 'UTC' },
    ])
  })
})

describe('a transaction', () => {
  test('keeps all or nothing', async () => {
    const result = await db.transaction(async (tx) => {
      await tx.query('item.add', 'insert into item values ($1, $2)', [1, 'kept'])
      return 'done'
    })
    expect(result).toBe('done')
    const error = await failure(
      db.transaction(async (tx) => {
        await tx.query('item.add', 'insert into item values ($1, $2)', [2, 'lost'])
        throw new Error('changed my mind')
      }),
    )
    expect(error.message).toBe('changed my mind')
    expect((await db.queryOnce('select id from item order by id')).rows).toEqual([{ id: 1 }])
  })

  test('in which a failed statement was ignored does not pretend to have committed', async () => {
    const error = await failure(
      db.transaction(async (tx) => {
        await tx.query('item.add', 'insert into item values ($1, $2)', [3, 'lost'])
        await tx.queryOnce('select from absent').catch(() => undefined)
      }),
    )
    expect(error).toMatchObject({ code: 'transaction-aborted', message: 'A statement of the transaction had failed, so it was not committed.' })
    expect((await db.queryOnce('select id from item where id = 3')).rows).toEqual([])
  })

  test('takes statements that were not waited for one after the other, not leaving it to the queue that pg gives up', async () => {
    const warnings: string[] = []
    const onWarning = ({ message }: Error) => void warnings.push(message)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const order: number[] = []
    const take = async (tx: Queryable, n: number) => {
      await tx.queryOnce('select pg_sleep($1)', [n / 100])
      order.push(n)
    }
    await db.transaction((tx) => Promise.all([4, 3, 2, 1].map((n) => take(tx, n))))
    expect(order).toEqual([4, 3, 2, 1])
    expect(warnings).toEqual([])
  })

  test('that is over takes no more statements', async () => {
    let escaped: (() => Promise<unknown>) | undefined
    await db.transaction((tx) => Promise.resolve(void (escaped = () => tx.query('late', `insert into item values (9, 'late')`))))
    expect(await failure(escaped!())).toMatchObject({ code: 'transaction-finished', message: 'The transaction is over; statement late cannot run in it.' })
    expect((await db.queryOnce('select id from item where id = 9')).rows).toEqual([])
  })

  test('that loses against another is repeated as often as asked, and counts right', async () => {
    const increments = Array.from({ length: 8 }, () =>
      db.transaction(
        async (tx) => {
          const { rows } = await tx.query<{ n: number }>('counter.read', 'select n from counter')
          await tx.query('counter.write', 'update counter set n = $1', [rows[0]!.n + 1])
        },
        { isolation: 'serializable', attempts: 100 },
      ),
    )
    await Promise.all(increments)
    expect((await db.queryOnce('select n from counter')).rows).toEqual([{ n: 8 }])
  })

  test('that loses and was not to be repeated fails with an error that may be retried', async () => {
    const meet = () => {
      let arrived = 0
      let open: () => void
      const both = new Promise<void>((resolve) => (open = resolve))
      return () => (++arrived === 2 ? open() : undefined, both)
    }
    const rendezvous = meet()
    const rival = () =>
      db.transaction(
        async (tx) => {
          const { rows } = await tx.queryOnce<{ n: number }>('select n from counter')
          await rendezvous()
          await tx.queryOnce('update counter set n = $1', [rows[0]!.n + 1])
        },
        { isolation: 'serializable' },
      )
    const outcomes = await Promise.allSettled([rival(), rival()])
    const lost = outcomes.filter((o) => o.status === 'rejected').map((o) => o.reason as unknown)
    expect(lost).toHaveLength(1)
    expect(sqlState(lost[0])).toBe('40001')
    expect(isRetryable(lost[0])).toBe(true)
  })

  test('whose session dies in the middle fails with an error that may be retried; the pool recovers', async () => {
    const one = pool({ max: 1, applicationName: 'doomed' })
    const error = await failure(
      one.transaction(async (tx) => {
        await tx.queryOnce(`insert into item values (50, 'lost')`)
        await terminate('doomed')
        await tx.queryOnce('select 1')
      }),
    )
    expect(isRetryable(error)).toBe(true)
    expect((await one.queryOnce('select id from item where id = 50')).rows).toEqual([])
  })

  test.each([0, 10])('left open does not leak into the next use, also when the server says so %i ms after the error', async (apartMs) => {
    const slow = await relay(connectionString, apartMs)
    const one = pool({ max: 1, connectionString: slow.connectionString })
    await one.withClient((client) => client.query(`begin; insert into item values (60, 'forgotten')`))
    expect((await one.queryOnce('select id from item where id = 60')).rows).toEqual([])
    for (const text of ['begin; select from absent', `begin; insert into item values (61, 'forgotten'); select 1/0`]) {
      for (const work of [() => one.withClient((client) => client.query(text)), () => one.script(text), () => one.queryOnce(text)]) {
        expect(sqlState(await failure(work()))).toMatch(/^(42P01|22012)$/)
        expect((await one.queryOnce('select id from item where id >= 60')).rows).toEqual([])
      }
    }
  })

  test('given up on a raw session while a statement runs takes the session along', async () => {
    const one = pool({ max: 1 })
    const pid = async () => (await one.queryOnce('select pg_backend_pid() as pid')).rows[0]
    const before = await pid()
    const error = await failure(
      one.withClient((client) => {
        client.query('select pg_sleep(60)').catch(() => undefined)
        throw new Error('gave up')
      }),
    )
    expect(error.message).toBe('gave up')
    expect(await pid()).not.toEqual(before)
  })
})

describe('errors', () => {
  test('lead to who asked', async () => {
    const askForNonsense = async () => await db.query('nonsense', 'select nonsense')
    expect((await failure(askForNonsense())).stack).toContain('askForNonsense')
    expect((await failure(db.transaction(async (tx) => await askIn(tx)))).stack).toContain('askIn')
  })

  const askIn = async (tx: { script(text: string): Promise<void> }) => await tx.script('select nonsense')

  test('that may pass are told from those that will not', async () => {
    const idle = pool({ max: 1, applicationName: 'idle' })
    await idle.queryOnce('select 1')
    const busy = failure(pool({ applicationName: 'busy' }).queryOnce('select pg_sleep(30)'))
    await eventually(async () => (await db.queryOnce(`select from pg_stat_activity where application_name = 'busy' and state = 'active'`)).rowCount).toBe(1)
    await terminate('busy')
    expect(sqlState(await busy)).toBe('57P01')
    const nobodyThere = new URL(connectionString)
    nobodyThere.port = '1'
    const full = pool({ max: 1, connectTimeoutMs: 50 })
    await until(() => full.queryOnce('select 1').then(() => true, () => false))
    const blocking = full.queryOnce('select pg_sleep(0.5)')
    const passing = [await busy, await failure(openPool({ connectionString: nobodyThere.href }).queryOnce('select 1')), await failure(full.queryOnce('select 1'))]
    await blocking
    for (const error of passing) expect(isRetryable(error), error.message).toBe(true)

    const noDatabase = new URL(connectionString)
    noDatabase.pathname = '/absent'
    const lasting = [
      await failure(db.queryOnce(`insert into item values (1, 'twice')`)),
      await failure(db.queryOnce('selec')),
      await failure(db.queryOnce('select 1/0')),
      await failure(openPool({ connectionString: noDatabase.href }).queryOnce('select 1')),
      new Error('our own'),
    ]
    for (const error of lasting) expect(isRetryable(error), error.message).toBe(false)
    expect(lasting.map(sqlState)).toEqual(['23505', '42601', '22012', '3D000', undefined])
    for (const thing of [undefined, null, 'text', { code: 5 }]) expect([isRetryable(thing), sqlState(thing)]).toEqual([false, undefined])
  })

  test('an idle session that is lost is replaced without anybody noticing', async () => {
    const warnings: string[] = []
    const one = pool({ max: 1, applicationName: 'idler', log: { info() {}, error() {}, warn: (_, message) => void warnings.push(message) } })
    await one.queryOnce('select 1')
    await terminate('idler')
    await eventually(() => warnings).toEqual(['an idle database session was lost'])
    expect((await one.queryOnce('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})
