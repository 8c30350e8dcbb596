import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { byTime, declare, documentOf } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { HOSTILE, PLAIN, webhookDocument } from '../fixtures/webhook-tables.js'
import { type PartmanDocument, parseDocument } from '../policy/document.js'
import { renderRegistration } from '../sql/render-registration.js'
import { literal, qualified, sql } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { addHold } from './record-hold.js'
import { removeTenant } from './record-removal.js'
import type { HookDecision, RetiringPartition } from './retirement-hook.js'

const DAY_1 = '2026-03-01T12:00:00Z'
const DAY_2 = '2026-03-02T12:30:00Z'
const REMOVAL = { tenants: 'Project', key: 'a', reason: 'it has left', by: 'somebody' }

describe.each([PLAIN, HOSTILE])('a tenant that is removed, with $label', (names) => {
  const start = async (document: PartmanDocument = webhookDocument(names)) => {
    const tables = await retiringTables(names)
    const { test, rows, database } = tables
    // Nobody has ever approved of any retention, and at most none of a table's partitions may go in one run.
    const strict = parseDocument({ ...document, retireAtMost: 0.0001 })
    const maintainer = (options: Parameters<typeof tables.maintainer>[0] = {}) => tables.maintainer({ document: strict, ...options })
    const tenants = async () =>
      (
        await rows<{
          bound: string
        }>(`SELECT pg_get_expr(relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid
        WHERE inhparent = ${literal(qualified(names.attempts))}::regclass ORDER BY 1`)
      ).map(({ bound }) => bound)
    const count = async (tenant: string) =>
      (await rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${qualified(names.attempts)} a WHERE a::text LIKE '%,${tenant},%'`))[0]!.n
    tables.clock.set(DAY_1)
    return { ...tables, test, database, document: strict, maintainer, tenants, count }
  }
  const short = (steps: string[]) => steps.map((step) => step.replace(/ .* /, ' '))

  it('loses all its partitions, and no other does, after everybody who has a say was asked', async () => {
    const { rows, database, document, maintainer, tenants, count, clock } = await start()
    const partitions = await removeTenant(database, document, REMOVAL)
    expect(partitions).toHaveLength(1)
    const asked: string[] = []
    const archived: unknown[] = []
    const hook = async (partition: RetiringPartition): Promise<HookDecision> => {
      asked.push(`${partition.phase} ${partition.tenant}`)
      for await (const row of partition.rows()) archived.push(row)
      return 'proceed'
    }
    const hooks = { beforeDetach: hook, beforeDrop: hook }
    expect(short(retirements(await maintainer({ hooks }).runOnce()))).toEqual(['detach done'])
    expect([await tenants(), await count('a'), await count('b')]).toEqual([[`FOR VALUES IN ('b')`], 0, 2000])
    // Its row is there still, and brings nothing back; its partitions stand detached for a day.
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual([])
    expect(await tenants()).toEqual([`FOR VALUES IN ('b')`])
    clock.set(DAY_2)
    expect(short(retirements(await maintainer({ hooks }).runOnce()))).toEqual(['drop done'])
    expect(asked).toEqual(['before-detach a', 'before-drop a'])
    expect(archived).toHaveLength(4000)
    expect(await rows('SELECT actor, act, reason FROM partman.audit ORDER BY id')).toEqual([
      { actor: 'somebody', act: 'remove-tenant', reason: 'it has left' },
      { actor: expect.any(String), act: 'detach', reason: 'its tenant "a" was removed' },
      { actor: expect.any(String), act: 'drop', reason: expect.stringContaining('of a tenant that was removed, retired at ') },
    ])
    expect(await count('b')).toBe(2000)
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual([])
  })

  it('stays while a hold is on it', async () => {
    const { database, document, maintainer, tenants } = await start()
    await addHold(database, { table: names.attempts, tenant: 'a', lower: null, upper: null, reason: 'law', until: null, by: 'us' })
    await removeTenant(database, document, REMOVAL)
    const report = await maintainer().runOnce()
    expect(retirements(report)).toEqual([])
    expect('findings' in report && report.findings.map(({ code }) => code)).toContain('HOLD_KEEPS')
    expect(await tenants()).toHaveLength(2)
  })

  it('comes back when it is registered again, before its partitions are detached', async () => {
    const { database, document, maintainer, tenants } = await start()
    await removeTenant(database, document, REMOVAL)
    await database.query(renderRegistration(document, 'Project', 'a', { now: Date.parse(DAY_1), lockTimeoutMs: 1000 }))
    expect(retirements(await maintainer().runOnce())).toEqual([])
    expect(await tenants()).toHaveLength(2)
  })

  it('comes back when that happens between the plan and the step, and its detached partitions are kept when it does so later', async () => {
    const { database, document, maintainer, tenants, clock, rows } = await start()
    await removeTenant(database, document, REMOVAL)
    const register = () => rows(`UPDATE partman.tenant SET removed_at = NULL`)
    const hooks = {
      beforeDetach: async (): Promise<HookDecision> => {
        await register()
        return 'proceed'
      },
    }
    expect(short(retirements(await maintainer({ hooks }).runOnce()))).toEqual(['detach failed'])
    expect(await tenants()).toHaveLength(2)

    await removeTenant(database, document, REMOVAL)
    expect(short(retirements(await maintainer().runOnce()))).toEqual(['detach done'])
    clock.set(DAY_2)
    const late = { beforeDrop: hooks.beforeDetach }
    expect(short(retirements(await maintainer({ hooks: late }).runOnce()))).toEqual(['drop failed'])
    const [kept] = await rows<{ there: boolean }>(`SELECT EXISTS (SELECT FROM partman.audit WHERE act = 'drop') AS there`)
    expect(kept).toEqual({ there: false })
  })

  it('has to be one', async () => {
    const { database, document, rows } = await start()
    const nobody = { ...REMOVAL, key: 'nobody' }
    await expect(removeTenant(database, document, nobody)).rejects.toMatchObject({ code: 'TENANT_UNKNOWN' })
    await expect(removeTenant(database, document, { ...REMOVAL, tenants: 'Nobody' })).rejects.toMatchObject({ code: 'TENANT_SET_UNKNOWN' })
    expect(await rows('SELECT FROM partman.audit')).toEqual([])
  })
})

describe('a tenant that is removed', () => {
  it('loses all its windows where they stand beside those of others, the present and those ahead too', async () => {
    const policy = byTime({ prefix: { by: { field: 'tenant', column: 'tenant', type: 'text' }, tenants: 'Tenant' } })
    const document = parseDocument({ ...documentOf(declare(policy)), retireAtMost: 0.0001 })
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
    expect(await removeTenant(database, document, { ...REMOVAL, tenants: 'Tenant' })).toHaveLength(4)
    const report = await maintainer.runOnce()
    expect('steps' in report && report.steps.map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(
      Array(4).fill('detach-partition done'),
    )
    const { rows } = await test.query(
      `SELECT DISTINCT substr(pg_get_expr(relpartbound, oid), 1, 22) AS begin FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1`,
    )
    expect(rows).toEqual([{ begin: `FOR VALUES FROM ('b', ` }])
    expect(await maintainer.runOnce()).toMatchObject({ outcome: 'done', steps: [] })
  })

  it('loses what was retired before, too', async () => {
    const { rows, database, document, maintainer, clock } = await retiringTables()
    clock.set('2026-04-01T00:00:00Z')
    expect(retirements(await maintainer().runOnce())).toContain('detach a_p20260301 done')
    await removeTenant(database, document, REMOVAL)
    expect(retirements(await maintainer().runOnce()).filter((step) => step.includes('detach'))).toHaveLength(1)
    clock.set('2026-04-02T01:00:00Z')
    const dropped = retirements(await maintainer().runOnce())
    expect(dropped.filter((step) => step.startsWith('drop'))).toHaveLength(3)
    expect(dropped).toContain('drop a_p20260301 done')
    expect(await rows(`SELECT relname FROM pg_class WHERE relname LIKE 'DeliveryAttempt_a%' AND relkind IN ('r', 'p')`)).toEqual([])
  })
})
