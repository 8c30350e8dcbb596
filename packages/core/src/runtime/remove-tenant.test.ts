import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { observeState } from '../catalog/observe-state.js'
import { observeTenants } from '../catalog/observe-tenants.js'
import { cutOffDetach } from '../fixtures/cut-off-detach.js'
import { openSession } from '../fixtures/filled-tables.js'
import { byTenant, byTime, byValues, declare, documentOf } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import { renderFirstPartitions } from '../migration/first-partitions.js'
import { type PartmanDocument, parseDocument } from '../policy/document.js'
import type { RetentionPolicy } from '../policy/policy.js'
import { renderOperation } from '../sql/render-operation.js'
import { renderRegistration } from '../sql/render-registration.js'
import { literal, qualified, sql } from '../sql/sql.js'
import { removalEnd } from '../state/removal.js'
import { explainRemoved } from './explain-removed.js'
import { foreseeRemoval } from './foresee-removal.js'
import { acquireLease, leaseName } from './lease.js'
import { createMaintainer } from './maintainer.js'
import { observeTenantsApart } from './observe-tenants-apart.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'
import { addHold } from './record-hold.js'
import { removeTenant } from './remove-tenant.js'
import { restoreDetached } from './restore-detached.js'
import { restoreTenant } from './restore-tenant.js'
import type { HookDecision, RetiringPartition } from './retirement-hook.js'

const DAY_1 = '2026-03-01T12:00:00Z'
const DAY_2 = '2026-03-02T12:30:00Z'
const REMOVAL = { tenants: 'Project', key: 'a', reason: 'it has left', by: 'somebody' }
const RETURN = { ...REMOVAL, reason: 'it is back' }
const OPTIONS = { lockTimeoutMs: 100, attempts: 2, backoffMs: 1, waitMs: 0 }

/** Two tenants with rows, of whom one is removed by the clock of the test. */
async function start(names = PLAIN, document: PartmanDocument = webhookDocument(names)) {
  const tables = await retiringTables(names)
  const { rows, database, clock, test } = tables
  // Nobody has ever approved of any retention, and next to none of a table's partitions may go in one run.
  const strict = parseDocument({ ...document, retireAtMost: 0.0001 })
  const maintainer = (options: Parameters<typeof tables.maintainer>[0] = {}) => tables.maintainer({ document: strict, ...options })
  const bounds = async () =>
    (
      await rows<{ bound: string }>(`SELECT pg_get_expr(relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid
        WHERE inhparent = ${literal(qualified(names.attempts))}::regclass ORDER BY 1`)
    ).map(({ bound }) => bound)
  const count = async (tenant: string) =>
    (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${qualified(names.attempts)} a WHERE a::text LIKE '%,${tenant},%'`))[0]!.n
  const setRemovedAt = (at: string) => test.query(`UPDATE partman.removal SET removed_at = '${at}', grace_from = '${at}'`)
  const remove = async (at = clock.now().toISOString()) => {
    const removed = await removeTenant(database, strict, REMOVAL)
    await setRemovedAt(at)
    return removed
  }
  const restore = (request = RETURN) => restoreTenant(database, strict, request, { ...OPTIONS, now: clock.now().getTime() })
  const register = () => database.query(renderRegistration(strict, 'Project', 'a', { now: clock.now().getTime(), lockTimeoutMs: 1000 }))
  clock.set(DAY_1)
  return { ...tables, document: strict, maintainer, bounds, count, setRemovedAt, remove, restore, register }
}

const short = (steps: string[]) => steps.map((step) => step.replace(/ .* /, ' '))

/** The document with another retention of the days of a tenant. */
function withRetention(names: typeof PLAIN, retention: RetentionPolicy | null): PartmanDocument {
  const document = webhookDocument(names)
  const [attempts, ...others] = document.tables
  const policy = attempts!.policy as Extract<typeof attempts, object>['policy'] & { subpartition: object }
  return parseDocument({
    ...document,
    tables: [{ ...attempts, policy: { ...policy, subpartition: { ...policy.subpartition, retention } } }, ...others],
  })
}

describe.each([PLAIN, HOSTILE])('a tenant that is removed, with $label', (names) => {
  it('loses all its partitions, and no other does, after everybody who has a say was asked', async () => {
    const { rows, maintainer, bounds, count, clock, remove } = await start(names)
    expect(await remove()).toMatchObject({ going: [{ table: names.attempts }], staying: [] })
    const asked: string[] = []
    const archived: unknown[] = []
    const hook = async (partition: RetiringPartition): Promise<HookDecision> => {
      asked.push(`${partition.phase} ${partition.tenant}: ${partition.reason.replace(/at \S+Z/g, 'at ...')}`)
      for await (const row of partition.rows()) archived.push(row)
      return 'proceed'
    }
    const hooks = { beforeDetach: hook, beforeDrop: hook }
    expect(short(retirements(await maintainer({ hooks }).runOnce()))).toEqual(['detach done'])
    expect([await bounds(), await count('a'), await count('b')]).toEqual([[`FOR VALUES IN ('b')`], 0, 2000])
    // Its row is there still, and brings nothing back; its partitions stand detached for a day.
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual([])
    expect(await bounds()).toEqual([`FOR VALUES IN ('b')`])
    clock.set(DAY_2)
    expect(short(retirements(await maintainer({ hooks }).runOnce()))).toEqual(['drop done'])
    expect(asked).toEqual([
      'before-detach a: its tenant "a" was removed',
      'before-drop a: its tenant "a" was removed at ...; retired at ..., and its grace period of 24 hours is over',
    ])
    expect(archived).toHaveLength(4000)
    expect(await rows('SELECT actor, act, reason FROM partman.audit ORDER BY id')).toEqual([
      { actor: 'somebody', act: 'remove-tenant', reason: 'it has left' },
      { actor: expect.any(String), act: 'detach', reason: 'its tenant "a" was removed' },
      { actor: expect.any(String), act: 'drop', reason: expect.stringContaining('its tenant "a" was removed at ') },
    ])
    expect(await count('b')).toBe(2000)
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual([])
  })

  it('is foreseen to lose what it loses, until when it says, and foreseeing changes nothing', async () => {
    const { database, document, clock, maintainer, remove, rows } = await start()
    const foreseen = await foreseeRemoval(database, document, REMOVAL)
    expect([foreseen.key, await rows('SELECT FROM partman.removal')]).toEqual(['a', []])
    const [attempts] = foreseen.tables
    const { going } = await remove()
    expect(attempts?.attached.map(({ oid: _, ...partition }) => ({ table: attempts.table, partition }))).toEqual(going)
    expect(foreseen.tables.flatMap(({ stays, detached }) => [stays, ...detached])).toEqual([null])
    await maintainer().runOnce()
    const { tenants } = REMOVAL
    const { removed } = await observeTenants(database, document, await observeState(database, document))
    const [retired] = (await observeState(database, document)).state.detached.filter(({ marker }) => marker.removed === tenants)
    const end = removalEnd(removed.get(tenants)!.get('a')!, attempts!.terms, Date.parse(retired!.marker.retiredAt))!
    clock.set(new Date(end - 1).toISOString())
    expect(retirements(await maintainer().runOnce())).toEqual([])
    clock.set(new Date(end).toISOString())
    expect(retirements(await maintainer().runOnce()).map((step) => step.split(' ')[0])).toEqual(['drop'])
  })

  it('comes back as it was, detached or not', async () => {
    const { maintainer, bounds, count, remove, restore, clock, rows } = await start(names)
    await remove()
    expect(await restore()).toEqual({ wasRemoved: true, attached: [] })
    expect(retirements(await maintainer().runOnce())).toEqual([])
    expect([await bounds(), await count('a')]).toEqual([[`FOR VALUES IN ('a')`, `FOR VALUES IN ('b')`], 2000])

    await remove()
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach done'])
    expect(await count('a')).toBe(0)
    expect(await restore()).toMatchObject({ wasRemoved: true, attached: [{ table: names.attempts }] })
    expect([await bounds(), await count('a')]).toEqual([[`FOR VALUES IN ('a')`, `FOR VALUES IN ('b')`], 2000])
    clock.set(DAY_2)
    expect(retirements(await maintainer().runOnce())).toEqual([])
    expect(await count('a')).toBe(2000)
    // Nothing would take it again.
    expect(await rows('SELECT * FROM partman.hold')).toEqual([])
    expect(
      await rows(
        `SELECT actor, reason, details->'attached' <> '[]' AS attached FROM partman.audit WHERE act = 'restore-tenant' ORDER BY id`,
      ),
    ).toEqual([
      { actor: 'somebody', reason: 'it is back', attached: false },
      { actor: 'somebody', reason: 'it is back', attached: true },
    ])
    expect(await restore()).toEqual({ wasRemoved: false, attached: [] })
  })
})

describe('a tenant that is removed', () => {
  it('cannot be registered, before and after its partitions are detached and dropped, until it is taken back', async () => {
    const { maintainer, bounds, remove, restore, register, clock, count } = await start()
    const refused = {
      code: 'TENANT_REMOVED',
      message: expect.stringMatching(/^The tenant "a" of Project was removed at 2026-03-01T12:00:00.000Z: /),
    }
    const attempt = () => register().catch((error: unknown) => Promise.reject(explainRemoved(error)))
    await remove()
    await expect(attempt()).rejects.toMatchObject(refused)
    await maintainer().runOnce()
    await expect(attempt()).rejects.toMatchObject(refused)
    clock.set(DAY_2)
    await maintainer().runOnce()
    await expect(attempt()).rejects.toMatchObject(refused)
    expect(await bounds()).toEqual([`FOR VALUES IN ('b')`])
    expect(await restore()).toEqual({ wasRemoved: true, attached: [] })
    expect([await bounds(), await count('a')]).toEqual([[`FOR VALUES IN ('a')`, `FOR VALUES IN ('b')`], 0])
    await attempt()
  })

  it('keeps everything where it is taken back between the plan and the step', async () => {
    const { maintainer, bounds, count, remove, clock, rows, setRemovedAt } = await start()
    const hooks = (change: () => Promise<unknown>) => {
      const hook = async (): Promise<HookDecision> => {
        await change()
        return 'proceed'
      }
      return { beforeDetach: hook, beforeDrop: hook }
    }
    const returns = hooks(() => rows('DELETE FROM partman.removal'))
    await remove()
    expect(short(retirements(await maintainer({ hooks: returns }).runOnce()))).toEqual(['detach failed'])
    expect([await bounds(), await count('a')]).toEqual([[`FOR VALUES IN ('a')`, `FOR VALUES IN ('b')`], 2000])
    // Also where it was removed once more since: then its time begins anew.
    await remove()
    await maintainer().runOnce()
    clock.set(DAY_2)
    expect(short(retirements(await maintainer({ hooks: returns }).runOnce()))).toEqual(['drop failed'])
    await remove('2026-03-01T12:00:00Z')
    const again = hooks(() => setRemovedAt(DAY_2))
    expect(short(retirements(await maintainer({ hooks: again }).runOnce()))).toEqual(['drop failed'])
    expect(await rows(`SELECT FROM partman.audit WHERE act = 'drop'`)).toEqual([])
    expect(retirements(await maintainer().runOnce())).toEqual([])
  })

  it('is not taken back while a maintainer is at work', async () => {
    const { remove, restore, maintainer, database, document, rows, count } = await start()
    await remove()
    await maintainer().runOnce()
    await acquireLease(database, leaseName(document), 'another', 60_000)
    await expect(restore()).rejects.toMatchObject({ code: 'LEASE_HELD' })
    expect(await rows(`SELECT key, grace_from > removed_at + interval '1 day' AS again FROM partman.removal`)).toEqual([
      { key: 'a', again: true },
    ])
    expect(await count('a')).toBe(0)
  })

  it('is taken back whole where a detach was cut off', async () => {
    const { remove, restore, count, test } = await start()
    const { going } = await remove()
    await cutOffDetach(test, PLAIN.attempts, going[0]!.partition)
    expect(await count('a')).toBe(0)
    await expect(restore()).resolves.toMatchObject({ wasRemoved: true, attached: [{ table: PLAIN.attempts }] })
    expect(await count('a')).toBe(2000)
  })

  it('has a detach that was cut off ended, and none begun beside it', async () => {
    const { remove, maintainer, test } = await start()
    const { going } = await remove()
    await cutOffDetach(test, PLAIN.attempts, going[0]!.partition)
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['finalize-detach done'])
  })

  it('waits out its grace period from the moment it was removed, what was retired before too', async () => {
    const { maintainer, remove, clock, rows } = await start()
    const approved = maintainer({ document: webhookDocument() })
    clock.set('2026-04-01T00:00:00Z')
    expect(retirements(await approved.runOnce())).toContain('detach a_p20260301 done')
    clock.set('2026-04-01T20:00:00Z')
    await remove()
    const early = retirements(await approved.runOnce())
    expect(early.filter((step) => step.includes('detach'))).toHaveLength(1)
    clock.set('2026-04-02T01:00:00Z')
    expect(retirements(await approved.runOnce()).filter((step) => step.includes('drop a'))).toEqual([])
    clock.set('2026-04-02T21:00:00Z')
    // What was detached from it goes first: without it nothing would tell whose that is.
    expect(retirements(await approved.runOnce()).filter((step) => step.startsWith('drop a'))).toEqual(['drop a_p20260301 done'])
    await approved.runOnce()
    expect(await rows(`SELECT relname FROM pg_class WHERE relname LIKE 'DeliveryAttempt_a%' AND relkind IN ('r', 'p')`)).toEqual([])
  })

  it.each([
    ['stays detached', { kind: 'keep' } as const, []],
    ['is moved', { kind: 'move', schema: 'archive' } as const, ['move done']],
  ])('%s where the retention of the table says so', async (_, afterGrace, steps) => {
    const retention: RetentionPolicy = { kind: 'age', after: '30 days', grace: '2 days', afterGrace }
    const { maintainer, remove, clock, rows } = await start(PLAIN, withRetention(PLAIN, retention))
    await remove()
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach done'])
    clock.set(DAY_2)
    expect(retirements(await maintainer().runOnce())).toEqual([])
    clock.set('2026-03-03T12:30:00Z')
    expect(short(retirements(await maintainer().runOnce()))).toEqual(steps)
    const left = await rows(`SELECT FROM pg_class WHERE relname LIKE 'DeliveryAttempt_a%' AND relkind = 'r'`)
    expect(left.length).toBeGreaterThanOrEqual(4)
  })

  it('is not dropped by a clock that no row confirms', async () => {
    const { maintainer, remove, clock } = await start()
    await remove()
    await maintainer().runOnce()
    clock.set('2036-01-01T00:00:00Z')
    const report = await maintainer({ document: parseDocument({ ...webhookDocument(), retireAtMost: 0.5 }) }).runOnce()
    expect(retirements(report)).toEqual([])
    expect('findings' in report && report.findings.map(({ code }) => code)).toContain('CLOCK_DOUBTED')
  })

  it('stays while a hold is on it', async () => {
    const { database, maintainer, bounds, remove, clock } = await start()
    const table = PLAIN.attempts
    const hold = { table, tenant: 'a', lower: null, upper: null, reason: 'law', until: '2026-03-02T00:00:00Z', by: 'us' }
    await addHold(database, hold)
    await remove()
    const report = await maintainer().runOnce()
    expect(retirements(report)).toEqual([])
    expect('findings' in report && report.findings.map(({ code }) => code)).toContain('HOLD_KEEPS')
    expect(await bounds()).toHaveLength(2)
    clock.set(DAY_2)
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach done'])
    await addHold(database, { ...hold, until: null })
    clock.set('2026-03-04T12:30:00Z')
    expect(retirements(await maintainer().runOnce())).toEqual([])
  })

  it('is asked about anew, whatever a hook has said before', async () => {
    const { maintainer, remove, restore, rows } = await start()
    let asked = 0
    const keep = async (): Promise<HookDecision> => {
      asked += 1
      return asked === 1 ? { decision: 'keep', reason: 'not yet' } : 'proceed'
    }
    await remove()
    expect(short(retirements(await maintainer({ hooks: { beforeDetach: keep } }).runOnce()))).toEqual(['detach skipped'])
    expect(short(retirements(await maintainer({ hooks: { beforeDetach: keep } }).runOnce()))).toEqual(['detach skipped'])
    expect(asked).toBe(1)
    await restore()
    expect(await rows('SELECT decision, stale FROM partman.hook_call')).toEqual([{ decision: 'keep', stale: true }])
    // Where no hook is there to be asked, what it has said counts still.
    await remove()
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach skipped'])
    await restore()
    await remove()
    expect(short(retirements(await maintainer({ hooks: { beforeDetach: keep } }).runOnce()))).toEqual(['detach done'])
    expect(asked).toBe(2)
  })

  it('is kept as a hook has said until that says something else, also where it fails when it is asked anew', async () => {
    const { maintainer, remove, rows } = await start()
    const asked = (hook: () => Promise<HookDecision>) => maintainer({ hooks: { beforeDetach: hook } }).runOnce()
    await remove()
    await asked(async () => ({ decision: 'keep', reason: 'law' }))
    await remove()
    const fail = () => Promise.reject(new Error('no network'))
    expect(short(retirements(await asked(fail)))).toEqual(['detach failed'])
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach skipped'])
    expect(await rows('SELECT decision, reason, stale FROM partman.hook_call')).toEqual([{ decision: 'keep', reason: 'law', stale: true }])
    expect(short(retirements(await asked(async () => 'proceed')))).toEqual(['detach done'])
  })

  it('stays beside a DEFAULT partition, and that is told', async () => {
    const { maintainer, remove, test, bounds } = await start()
    await test.query('CREATE TABLE others PARTITION OF "DeliveryAttempt" DEFAULT')
    await remove()
    const report = await maintainer().runOnce()
    expect(retirements(report)).toEqual([])
    expect('findings' in report && report.findings.map(({ code }) => code)).toContain('REMOVED_TENANT_KEPT')
    expect(await bounds()).toHaveLength(3)
  })

  it('has to be one', async () => {
    const { database, document, rows, restore } = await start()
    const nobody = { ...REMOVAL, key: 'nobody' }
    await expect(removeTenant(database, document, nobody)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
    await expect(removeTenant(database, document, { ...REMOVAL, tenants: 'Nobody' })).rejects.toMatchObject({ code: 'TENANT_SET_UNKNOWN' })
    await expect(restore(nobody)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
    expect(await rows('SELECT FROM partman.audit')).toEqual([])
  })
})

describe('a tenant that is removed from windows that stand beside those of others', () => {
  const policy = byTime({ prefix: { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } })
  const document = parseDocument({ ...documentOf(declare(policy)), retireAtMost: 0.0001 })
  const removal = { ...REMOVAL, tenants: 'Tenant' }

  async function flat() {
    const test = await testDatabase()
    const database = await prepareDatabase(
      test,
      document,
      [sql`CREATE TABLE "Event" (tenant text NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (tenant, at)`],
      { firstPartitions: false },
    )
    const maintainer = createMaintainer({ document, database, clock: { now: () => new Date(DAY_1) } })
    await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'a'), ('Tenant', 'b')`)
    await maintainer.runOnce()
    const tenants = async () =>
      (
        await test.query<{ begin: string; n: number }>(
          `SELECT substr(pg_get_expr(relpartbound, oid), 1, 22) AS begin, count(*)::int AS n FROM pg_class WHERE relispartition AND relkind = 'r' GROUP BY 1 ORDER BY 1`,
        )
      ).rows
    return { test, database, maintainer, tenants }
  }

  it('loses all of its own, the present and those ahead too, and gets them back', async () => {
    const { test, database, maintainer, tenants } = await flat()
    const before = await tenants()
    await test.query(`INSERT INTO "Event" VALUES ('a', '${DAY_1}'), ('b', '${DAY_1}')`)
    expect((await removeTenant(database, document, removal)).going).toHaveLength(4)
    const report = await maintainer.runOnce()
    expect('steps' in report && report.steps.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(
      Array(4).fill('detach-partition done'),
    )
    expect(await tenants()).toEqual([{ begin: `FOR VALUES FROM ('b', `, n: 4 }])
    expect(await maintainer.runOnce()).toMatchObject({ outcome: 'done', steps: [] })
    expect(
      (await restoreTenant(database, document, { ...removal, reason: 'back' }, { ...OPTIONS, now: Date.parse(DAY_1) })).attached,
    ).toHaveLength(4)
    expect(await tenants()).toEqual(before)
    expect((await test.query('SELECT count(*)::int AS n FROM "Event"')).rows).toEqual([{ n: 2 }])
  })
})

it('a plan to be sent by hand takes nothing of a tenant that was taken back since', async () => {
  const { remove, restore, database, document, clock, test } = await start()
  await remove()
  const { plan } = await planMaintenance(database, document, { clock })
  const detach = plan.operations.find(({ kind }) => kind === 'detach-partition')!
  await restore()
  const [mark] = renderOperation(detach, { lockTimeoutMs: 100 })
  await expect(pgDatabase(test).query(mark!)).rejects.toMatchObject({ code: 'PTM01' })
})

describe('what a removal was recorded with', () => {
  it('is not shortened by a retention that is declared later, or taken away', async () => {
    const kept: RetentionPolicy = { kind: 'age', after: '30 days', grace: '30 days', afterGrace: { kind: 'keep' } }
    const { maintainer, remove, clock, rows } = await start(PLAIN, withRetention(PLAIN, kept))
    await remove()
    clock.set(DAY_2)
    for (const retention of [null, { kind: 'age', after: '30 days', grace: '1 hour' } as const]) {
      const shorter = maintainer({ document: withRetention(PLAIN, retention) })
      await shorter.runOnce()
      clock.advance({ days: 40 })
      const steps = retirements(await shorter.runOnce()).filter((step) => step.startsWith('drop'))
      expect(steps).toEqual([])
    }
    expect(await rows(`SELECT FROM pg_class WHERE relname LIKE 'DeliveryAttempt_a%' AND relkind = 'p'`)).toHaveLength(1)
  })

  it('is of one document alone, and not of another one in the database with a set of the same name', async () => {
    const { maintainer, remove, document, bounds, database } = await start()
    await remove()
    const other = { ...document, partitionSchema: 'other_partitions' }
    expect(retirements(await maintainer({ document: other }).runOnce())).toEqual([])
    expect(await bounds()).toHaveLength(2)
    await database.query(sql`CREATE SCHEMA other_partitions`)
    await database.query(renderRegistration(other, 'Project', 'a', { now: Date.parse(DAY_1), lockTimeoutMs: 1000 }))
  })

  it('hides what a first retention would take, so that one is not accepted unseen', async () => {
    const { maintainer, remove, restore, clock, test, rows } = await start()
    const whole = { document: webhookDocument() }
    const [other] = await rows<{
      name: string
    }>(`SELECT c.oid::regclass::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid
      WHERE inhparent = '"DeliveryAttempt"'::regclass AND pg_get_expr(relpartbound, c.oid) LIKE '%b%'`)
    await test.query(
      `DROP TABLE ${other!.name} CASCADE; DELETE FROM "Project" WHERE id = 'b'; DELETE FROM partman.tenant; DELETE FROM partman.approval`,
    )
    await remove()
    clock.set('2026-04-10T00:00:00Z')
    await maintainer(whole).runOnce()
    await restore()
    const report = await maintainer(whole).runOnce()
    expect('findings' in report && report.findings.map(({ code }) => code)).toContain('RETENTION_UNAPPROVED')
    expect(retirements(report)).toEqual([])
  })

  it('keeps its partitions from what a first migration makes, and is gone once the tables are', async () => {
    const { remove, document, test, rows } = await start()
    await remove()
    await test.query('DROP TABLE "DeliveryAttempt" CASCADE')
    for (const statement of webhookTables(PLAIN, document).filter((one) => one.includes('"DeliveryAttempt"'))) await test.query(statement)
    await test.query(renderFirstPartitions(document, document.tables.slice(0, 1)))
    const made = `SELECT pg_get_expr(relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = '"DeliveryAttempt"'::regclass`
    expect(await rows(made)).toEqual([{ bound: `FOR VALUES IN ('b')` }])
    await test.query(renderBookkeeping(document.tenantSets, 'of_another_document'))
    expect(await rows('SELECT key FROM partman.removal')).toEqual([{ key: 'a' }])
    await test.query(renderBookkeeping(document.tenantSets))
    expect(await rows('SELECT FROM partman.removal')).toEqual([])
  })
})

describe('a tenant that is taken back', () => {
  it('gets back what was moved', async () => {
    const retention: RetentionPolicy = { kind: 'age', after: '30 days', grace: '1 hour', afterGrace: { kind: 'move', schema: 'archive' } }
    const { maintainer, remove, restore, clock, count } = await start(PLAIN, withRetention(PLAIN, retention))
    await remove()
    await maintainer().runOnce()
    clock.set(DAY_2)
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['move done'])
    expect(await restore()).toMatchObject({ attached: [{ table: PLAIN.attempts }] })
    expect(await count('a')).toBe(2000)
  })

  it('stays removed where not all of it can be attached, and has its whole grace period again', async () => {
    const { remove, restore, maintainer, rows, test, count } = await start()
    const { going } = await remove()
    await maintainer().runOnce()
    const { schema, name } = going[0]!.partition
    await test.query(`ALTER TABLE ${schema}."${name}" ADD COLUMN extra int`)
    await expect(restore()).rejects.toMatchObject({ code: 'RESTORE_REFUSED', hint: expect.stringContaining('counts anew') })
    expect(await rows(`SELECT grace_from > removed_at + interval '1 day' AS again FROM partman.removal`)).toEqual([{ again: true }])
    expect(retirements(await maintainer().runOnce())).toEqual([])
    await test.query(`ALTER TABLE ${schema}."${name}" DROP COLUMN extra`)
    expect(await restore()).toMatchObject({ wasRemoved: true, attached: [{ table: PLAIN.attempts }] })
    expect(await count('a')).toBe(2000)
  })

  it('gets nothing attached that somebody else has made and marked as if it were ours, nor is in the way of anything', async () => {
    const { remove, restore, maintainer, rows, test, count } = await start()
    await remove()
    await maintainer().runOnce()
    const role = `stranger_${test.name.replace(/\W/g, '_')}`.slice(0, 63)
    await test.query(`CREATE ROLE "${role}"`)
    onTestFinished(async () => {
      await test.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`)
    })
    const [real] = await rows<{ name: string; comment: string }>(
      `SELECT oid::regclass::text AS name, obj_description(oid, 'pg_class') AS comment FROM pg_class WHERE obj_description(oid, 'pg_class') LIKE 'partman:retired%'`,
    )
    const forged = { ...JSON.parse(real!.comment.slice('partman:retired '.length)), partition: { schema: 'public', name: 'forged' } }
    await test.query(`CREATE TABLE forged (LIKE "DeliveryAttempt"); ALTER TABLE forged OWNER TO "${role}"`)
    await test.query(`COMMENT ON TABLE forged IS ${literal(`partman:retired ${JSON.stringify(forged)}`)}`)
    expect((await restore()).attached).toHaveLength(1)
    expect(await count('a')).toBe(2000)
    expect(await rows(`SELECT FROM pg_constraint WHERE conrelid = 'forged'::regclass AND contype = 'c'`)).toEqual([])
    // By its name, somebody may want just that; it is not read, nor altered, all the same.
    await test.query(`ALTER TABLE "DeliveryAttempt" DETACH PARTITION ${real!.name}`)
    const byName = restoreDetached(pgDatabase(test), webhookDocument(), { name: 'public.forged', until: null, by: 'us' }, OPTIONS)
    await expect(byName).rejects.toMatchObject({ code: 'RESTORE_REFUSED', message: expect.stringContaining('belongs to somebody else') })
    expect(await rows(`SELECT FROM pg_constraint WHERE conrelid = 'forged'::regclass AND contype = 'c'`)).toEqual([])
  })

  it('is not overruled where somebody removes it anew while it is taken back', async () => {
    const { remove, maintainer, database, document, rows } = await start()
    await remove()
    await maintainer().runOnce()
    const query: typeof database.query = async (text, values) => {
      if (text.includes('restore-tenant')) await removeTenant(database, document, { ...REMOVAL, reason: 'for good' })
      return database.query(text, values)
    }
    await expect(restoreTenant({ query }, document, RETURN, OPTIONS)).rejects.toMatchObject({ code: 'RESTORE_REFUSED' })
    expect(await rows('SELECT reason FROM partman.removal')).toEqual([{ reason: 'for good' }])
  })

  it('is not overruled by a restoration that has waited for its turn meanwhile', async () => {
    const { remove, maintainer, database, document, rows } = await start()
    await remove()
    await maintainer().runOnce()
    let isRemoved = false
    const query: typeof database.query = async (text, values) => {
      if (text.includes('INSERT INTO partman.lease') && !isRemoved) {
        isRemoved = true
        await removeTenant(database, document, { ...REMOVAL, reason: 'for good' })
      }
      return database.query(text, values)
    }
    await expect(restoreTenant({ query }, document, RETURN, OPTIONS)).rejects.toMatchObject({ code: 'RESTORE_REFUSED' })
    expect(await rows('SELECT reason FROM partman.removal')).toEqual([{ reason: 'for good' }])
  })

  it('comes back where two take it back at the same time', async () => {
    const { remove, maintainer, database, document, rows, count } = await start()
    await remove()
    await maintainer().runOnce()
    let second: ReturnType<typeof restoreTenant> | undefined
    const query: typeof database.query = async (text, values) => {
      if (text.includes('restore-tenant')) {
        const begun = new Promise<void>((resolve) => {
          const waiting: typeof database = {
            query: (statement, given) => {
              if (statement.includes('INSERT INTO partman.lease')) resolve()
              return database.query(statement, given)
            },
          }
          second = restoreTenant(waiting, document, RETURN, { ...OPTIONS, waitMs: 60_000 })
        })
        await begun
      }
      return database.query(text, values)
    }
    expect(await restoreTenant({ query }, document, RETURN, OPTIONS)).toMatchObject({ wasRemoved: true })
    expect(await second).toEqual({ wasRemoved: false, attached: [] })
    expect([await count('a'), await rows('SELECT key FROM partman.removal')]).toEqual([2000, []])
  })

  it('stays removed where the lease goes to another one on the way', async () => {
    const { remove, maintainer, database, document, test, count, rows, bounds } = await start()
    await remove()
    await maintainer().runOnce()
    for (const mark of ['LOCK TABLE ONLY', 'partman_restore_', 'restore-tenant']) {
      const query: typeof database.query = async (text, values) => {
        if (text.includes(mark)) await test.query('UPDATE partman.lease SET token = token + 1')
        return database.query(text, values)
      }
      await expect(restoreTenant({ query }, document, RETURN, OPTIONS)).rejects.toMatchObject({ code: 'LEASE_HELD' })
      expect(await rows('SELECT key FROM partman.removal')).toEqual([{ key: 'a' }])
      // What is not its to do any more is not done; what it had done is there.
      expect(await bounds()).toHaveLength(mark === 'restore-tenant' ? 2 : 1)
      await test.query('DELETE FROM partman.lease')
    }
    expect(await count('a')).toBe(2000)
  })

  it('waits for a detach that a killed maintainer has left in the queue, and brings back what that takes', async () => {
    const { remove, restore, test, count } = await start()
    const { going } = await remove()
    const [locker, victim] = [await openSession(test), await openSession(test)]
    await locker.query('BEGIN')
    await locker.query('LOCK TABLE ONLY "DeliveryAttempt" IN SHARE UPDATE EXCLUSIVE MODE')
    const { schema, name } = going[0]!.partition
    const late = victim.query(`ALTER TABLE "DeliveryAttempt" DETACH PARTITION ${schema}."${name}" CONCURRENTLY`)
    const marker = {
      table: PLAIN.attempts,
      partition: { schema, name },
      parent: PLAIN.attempts,
      bound: { kind: 'list', values: ['a'] },
      tenant: 'a',
      removed: 'Project',
      retiredAt: DAY_1,
    }
    await test.query(`COMMENT ON TABLE ${schema}."${name}" IS ${literal(`partman:retired ${JSON.stringify(marker)}`)}`)
    const restored = restore()
    await expect(restored).rejects.toMatchObject({ code: '55P03' })
    await locker.query('COMMIT')
    await late
    expect(await restore()).toMatchObject({ wasRemoved: true, attached: [{ table: PLAIN.attempts }] })
    expect(await count('a')).toBe(2000)
  })
})

it('goes with what was detached from it at whatever depth, and only after that', async () => {
  const days = byTime({ retention: { kind: 'age', after: '2 days', grace: '1 hour' } })
  const document = documentOf(declare(byTenant(byValues([['eu']], { subpartition: days }))))
  const test = await testDatabase()
  const table = sql`CREATE TABLE "Event" (tenant text NOT NULL, region text, at timestamptz NOT NULL) PARTITION BY LIST (tenant)`
  const database = await prepareDatabase(test, document, [table], { firstPartitions: false })
  const clock = simulatedClock(DAY_1)
  const runOnce = async () => retirements(await createMaintainer({ document, database, clock }).runOnce()).map((step) => step.split(' ')[0])
  await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', 'a')`)
  await runOnce()
  clock.set('2026-03-04T12:00:00Z')
  expect(await runOnce()).toEqual(['detach'])
  await removeTenant(database, document, { ...REMOVAL, tenants: 'Tenant' })
  await test.query(`UPDATE partman.removal SET removed_at = '2026-03-04T12:00:00Z', grace_from = '2026-03-04T12:00:00Z'`)
  expect(await runOnce()).toEqual(['detach'])
  clock.set('2026-03-04T14:00:00Z')
  expect(await runOnce()).toEqual(['drop'])
  expect((await test.query(`SELECT FROM pg_class WHERE relname LIKE 'Event!_%' ESCAPE '!' AND relkind = 'p'`)).rows).toHaveLength(2)
  expect(await runOnce()).toEqual(['drop'])
  expect((await test.query(`SELECT FROM pg_class WHERE relname LIKE 'Event!_%' ESCAPE '!' AND relkind IN ('r', 'p')`)).rows).toEqual([])
})

it('hides no tenant of another set where the sets are read one by one', async () => {
  const { document, database, remove } = await start()
  await remove()
  const unreadable = { model: 'Gone', table: { schema: 'public', name: 'Gone' }, key: { field: 'id', column: 'id', type: 'text' as const } }
  const both = { ...document, tenantSets: [...document.tenantSets, { name: 'Gone', type: 'text' as const, source: unreadable }] }
  const observation = await observeState(database, both)
  const { tenants } = await observeTenantsApart(database, both, { ...observation, tenantSources: new Set(['Project', 'Gone']) })
  expect(tenants).toEqual(
    new Map([
      ['Project', ['b']],
      ['Gone', []],
    ]),
  )
})
