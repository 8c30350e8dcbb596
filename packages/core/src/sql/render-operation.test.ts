import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import type { DetachPartition, DropPartition } from '../plan/operation.js'
import { applyOperation } from '../runtime/apply-operation.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { formatMarker } from '../state/marker.js'
import { renderOperation } from './render-operation.js'
import { literal } from './sql.js'

const table = { schema: 'public', name: 'event' }
const partition = { schema: 'public', name: 'event_p2026', bound: { kind: 'list', values: ['a'] } } as const
const marker = {
  table,
  partition: { schema: 'public', name: 'event_p2026' },
  parent: table,
  bound: partition.bound,
  retiredAt: '2026-01-01T00:00:00.000Z',
}
const common = { table, model: 'Event', declaredAt: 'schema.prisma:1:1', reason: 'test', locks: [] } as const
const detach = (oid: string): DetachPartition => ({
  ...common,
  kind: 'detach-partition',
  transactional: false,
  destroysData: false,
  tenant: null,
  parent: table,
  partition: { ...partition, oid },
  retiredAt: marker.retiredAt,
})
const drop = (oid: string): DropPartition => ({
  ...common,
  kind: 'drop-partition',
  transactional: true,
  destroysData: true,
  tenant: null,
  partition: { schema: 'public', name: 'event_p2026', oid, marker },
})
const APPLY = { lockTimeoutMs: 1000, attempts: 1, backoffMs: 1 }

async function eventDatabase() {
  const test = await testDatabase()
  await test.query('CREATE TABLE event (id text) PARTITION BY LIST (id)')
  await test.query(`CREATE TABLE event_p2026 PARTITION OF event FOR VALUES IN ('a')`)
  const oid = async () => String((await test.query(`SELECT 'event_p2026'::regclass::oid::text AS oid`)).rows[0]?.['oid'])
  return { test, database: pgDatabase(test), oid }
}

const stale = expect.objectContaining({ code: 'PLAN_STALE' })

it('a partition is marked, then detached concurrently', () => {
  expect(renderOperation(detach('16384'), { lockTimeoutMs: 2000 })).toEqual([
    `DO $partman$
DECLARE
  previous text := pg_catalog.current_setting('lock_timeout');
BEGIN
  PERFORM pg_catalog.set_config('lock_timeout', '2000ms', true);
  LOCK TABLE ONLY "public"."event" IN SHARE UPDATE EXCLUSIVE MODE;
IF NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = '16384'::oid AND c.oid = '"public"."event_p2026"'::regclass::oid AND c.relispartition AND EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid AND i.inhparent = '"public"."event"'::regclass::oid AND NOT i.inhdetachpending)) THEN
    RAISE EXCEPTION USING ERRCODE = 'PTM01', MESSAGE = 'public.event_p2026 is not what it was when the plan was made';
  END IF;
COMMENT ON TABLE "public"."event_p2026" IS 'partman:retired {"table":{"schema":"public","name":"event"},"partition":{"schema":"public","name":"event_p2026"},"parent":{"schema":"public","name":"event"},"bound":{"kind":"list","values":["a"]},"retiredAt":"2026-01-01T00:00:00.000Z"}';
  PERFORM pg_catalog.set_config('lock_timeout', previous, true);
END
$partman$`,
    `ALTER TABLE "public"."event" DETACH PARTITION "public"."event_p2026" CONCURRENTLY`,
  ])
})

describe('a partition is not dropped', () => {
  it('while it is attached, though it bears the marker', async () => {
    const { test, database, oid } = await eventDatabase()
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
    await expect(applyOperation(database, drop(await oid()), APPLY)).rejects.toEqual(stale)
    expect((await test.query(`SELECT to_regclass('event_p2026') IS NOT NULL AS there`)).rows).toEqual([{ there: true }])
  })

  it('when its marker is gone or another', async () => {
    const { test, database, oid } = await eventDatabase()
    await test.query('ALTER TABLE event DETACH PARTITION event_p2026')
    await expect(applyOperation(database, drop(await oid()), APPLY)).rejects.toEqual(stale)
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker({ ...marker, retiredAt: '2026-01-02T00:00:00.000Z' }))}`)
    await expect(applyOperation(database, drop(await oid()), APPLY)).rejects.toEqual(stale)
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
    await applyOperation(database, drop(await oid()), APPLY)
    expect((await test.query(`SELECT to_regclass('event_p2026') IS NULL AS gone`)).rows).toEqual([{ gone: true }])
  })

  it('when it is another table under the same name', async () => {
    const { test, database, oid } = await eventDatabase()
    const planned = await oid()
    await test.query('DROP TABLE event_p2026')
    await test.query('CREATE TABLE event_p2026 (id text)')
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
    await expect(applyOperation(database, drop(planned), APPLY)).rejects.toEqual(stale)
  })

  it('when it was renamed, nor what has its name now', async () => {
    const { test, database, oid } = await eventDatabase()
    const planned = await oid()
    await test.query('ALTER TABLE event DETACH PARTITION event_p2026')
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
    await test.query('ALTER TABLE event_p2026 RENAME TO kept')
    await test.query('CREATE TABLE event_p2026 (id text)')
    await expect(applyOperation(database, drop(planned), APPLY)).rejects.toEqual(stale)
    expect((await test.query(`SELECT to_regclass('kept') IS NOT NULL AND to_regclass('event_p2026') IS NOT NULL AS there`)).rows).toEqual([
      { there: true },
    ])
  })

  it('while a foreign key refers to it', async () => {
    const { test, database, oid } = await eventDatabase()
    await test.query('ALTER TABLE event DETACH PARTITION event_p2026')
    await test.query('ALTER TABLE event_p2026 ADD PRIMARY KEY (id)')
    await test.query('CREATE TABLE referrer (event_id text REFERENCES event_p2026 (id))')
    await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
    await expect(applyOperation(database, drop(await oid()), APPLY)).rejects.toMatchObject({ code: '2BP01' })
  })
})

describe('a partition is not detached', () => {
  it('when it is another table under the same name, or has another parent', async () => {
    const { test, database, oid } = await eventDatabase()
    const planned = await oid()
    await test.query('DROP TABLE event_p2026')
    await test.query(`CREATE TABLE event_p2026 PARTITION OF event FOR VALUES IN ('a')`)
    await expect(applyOperation(database, detach(planned), APPLY)).rejects.toEqual(stale)
    await test.query('CREATE TABLE other (id text) PARTITION BY LIST (id)')
    await test.query('ALTER TABLE event DETACH PARTITION event_p2026')
    await test.query(`ALTER TABLE other ATTACH PARTITION event_p2026 FOR VALUES IN ('a')`)
    await expect(applyOperation(database, detach(await oid()), APPLY)).rejects.toEqual(stale)
    expect((await test.query(`SELECT obj_description('event_p2026'::regclass) AS comment`)).rows).toEqual([{ comment: null }])
  })
})

it('the mark is not taken off what was detached meanwhile', async () => {
  const { test, database, oid } = await eventDatabase()
  const attached = { ...partition, oid: await oid() }
  const clear = { ...common, kind: 'clear-marker', transactional: true, destroysData: false, parent: table, partition: attached } as const
  await test.query('ALTER TABLE event DETACH PARTITION event_p2026')
  await test.query(`COMMENT ON TABLE event_p2026 IS ${literal(formatMarker(marker))}`)
  await expect(applyOperation(database, clear, APPLY)).rejects.toEqual(stale)
  expect((await test.query(`SELECT obj_description('event_p2026'::regclass) AS comment`)).rows).toEqual([{ comment: formatMarker(marker) }])
})

it('the lock_timeout of the caller is as it was after a step', async () => {
  const { test, database, oid } = await eventDatabase()
  await test.query('BEGIN')
  await test.query(`SET LOCAL lock_timeout = '7s'`)
  await database.query(renderOperation(detach(await oid()), { lockTimeoutMs: 1000 })[0]!)
  expect((await test.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }])
  await test.query('ROLLBACK')
})

it.each([
  // As after a failover, when another one may have been granted what was lost.
  ['has gone to another, with the same token,', `holder = 'another'`],
  ['was granted once more', 'token = 8'],
  ['has run out', `expires_at = clock_timestamp() - interval '1 millisecond'`],
])('a maintainer whose lease %s changes nothing', async (_what, change) => {
  const { test, database, oid } = await eventDatabase()
  await test.query(renderBookkeeping())
  await test.query(
    `INSERT INTO partman.lease (name, holder, token, expires_at) VALUES ('events', 'me', 7, clock_timestamp() + interval '1 hour')`,
  )
  const lease = { lease: 'events', holder: 'me', token: '7', leaseTtlMs: 60_000 }
  const maintainer = { ...lease, longTransactionMs: 1000, knownHolds: new Map<string, string[]>() }
  const [mark] = renderOperation(detach(await oid()), { lockTimeoutMs: 1000, maintainer })
  const found = async () => (await test.query(`SELECT l.*, obj_description('event_p2026'::regclass) AS comment FROM partman.lease l`)).rows
  await test.query(`UPDATE partman.lease SET ${change}`)
  const before = await found()
  await expect(database.query(mark!)).rejects.toMatchObject({ code: 'PTM03' })
  expect(await found()).toEqual(before)
  await test.query(`UPDATE partman.lease SET holder = 'me', token = 7, expires_at = clock_timestamp() + interval '1 hour'`)
  await database.query(mark!)
  expect((await found())[0]?.['comment']).toMatch(/^partman:retired /)
})
