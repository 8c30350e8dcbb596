import { testDatabase } from '@partman/testing/vitest'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { byHash, byTime, declare, documentOf } from '../fixtures/policies.js'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { retirements, retiringTables } from '../fixtures/retiring-tables.js'
import { HOSTILE, PLAIN } from '../fixtures/webhook-tables.js'
import type { Database } from '../sql/database.js'
import { type Sql, sql } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import type { MaintenanceReport } from './maintenance-report.js'
import type { HookDecision, RetiringPartition } from './retirement-hook.js'

const DAY_1 = '2026-04-01T00:00:00Z'
const DAY_2 = '2026-04-02T00:00:00Z'

/** Hooks that note when they are called, and answer by the tenant and the day of the partition. */
function hooksThat(answer: (name: string, partition: RetiringPartition) => HookDecision | Promise<HookDecision> = () => 'proceed') {
  const calls: string[] = []
  const hook = async (partition: RetiringPartition): Promise<HookDecision> => {
    const name = `${partition.tenant}${/_p\d+$/.exec(partition.name)?.[0]}`
    calls.push(`${partition.phase} ${name} ${partition.attempt}`)
    return answer(name, partition)
  }
  return { calls, hooks: { beforeDetach: hook, beforeDrop: hook } }
}

function hookReports(report: MaintenanceReport): unknown[] {
  return 'steps' in report ? report.steps.flatMap(({ hook, error }) => (hook ? [{ ...hook, ...(error ? { error } : {}) }] : [])) : []
}

const withoutTenant = (step: string) => step.replace(/ .*_p/, ' p')
const never = () => new Promise<never>(() => undefined)

describe.each([PLAIN, HOSTILE])('hooks with $label', (names) => {
  it('are called before a partition is detached and before it is dropped, once each, and may read every row', async () => {
    const { clock, maintainer, rows } = await retiringTables(names)
    const seen: Record<string, unknown>[] = []
    const { calls, hooks } = hooksThat(async (_name, partition): Promise<HookDecision> => {
      let [count, sum] = [0, 0]
      for await (const row of partition.rows<{ id: string; status: number }>({ batchBytes: 10_000 })) {
        count++
        sum += row.status
      }
      const { phase, schema, parent, model, table, tenant, bound, bytes } = partition
      seen.push({ phase, schema, parent: parent.schema, model, table, tenant, bound: bound.kind, count, sum, isLarge: bytes > 30_000 })
      return 'proceed'
    })
    clock.set(DAY_1)
    const detached = await maintainer({ hooks }).runOnce()
    expect(retirements(detached).map(withoutTenant)).toEqual(Array(2).fill('detach p20260301 done'))
    expect(hookReports(detached)).toEqual(Array(2).fill({ phase: 'before-detach', decision: 'proceed', attempt: 1 }))
    expect(calls).toEqual(['before-detach a_p20260301 1', 'before-detach b_p20260301 1'])
    expect(await rows('SELECT decision FROM partman.hook_call')).toEqual([{ decision: 'proceed' }, { decision: 'proceed' }])

    clock.set(DAY_2)
    const dropped = await maintainer({ hooks }).runOnce()
    expect(retirements(dropped).map(withoutTenant)).toEqual([
      ...Array(2).fill('detach p20260302 done'),
      ...Array(2).fill('drop p20260301 done'),
    ])
    expect(calls.filter((call) => call.includes('p20260301'))).toEqual([
      'before-detach a_p20260301 1',
      'before-detach b_p20260301 1',
      'before-drop a_p20260301 1',
      'before-drop b_p20260301 1',
    ])
    const place = { schema: names.partitionSchema, parent: names.partitionSchema, model: 'DeliveryAttempt', table: names.attempts }
    const read = { bound: 'range', count: 500, sum: 125_250, isLarge: true }
    expect(seen.filter(({ phase }) => phase === 'before-drop')).toEqual(
      ['a', 'b'].map((tenant) => ({ phase: 'before-drop', ...place, tenant, ...read })),
    )
    expect(seen).toHaveLength(6)
    // What is gone is forgotten.
    expect(await rows('SELECT DISTINCT phase FROM partman.hook_call')).toEqual([{ phase: 'before-detach' }])
  })
})

describe('a hook', () => {
  it('that throws, or takes too long, or says nothing, keeps the rows, holds up no other partition, and is called again later', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    const signals: AbortSignal[] = []
    const { calls, hooks } = hooksThat((name, { signal }) => {
      signals.push(signal)
      if (name === 'a_p20260301') throw new Error('no bucket')
      if (name === 'a_p20260302') return never()
      return name === 'b_p20260301' ? (undefined as unknown as HookDecision) : 'proceed'
    })
    clock.set(DAY_2)
    const options = { hooks, hookTimeoutMs: 50 }
    const first = await maintainer(options).runOnce()
    const failed = ['detach a_p20260301 failed', 'detach a_p20260302 failed', 'detach b_p20260301 failed', 'detach b_p20260302 done']
    expect([first.outcome, retirements(first)]).toEqual(['failed', failed])
    expect('steps' in first && first.steps.filter(({ outcome }) => outcome === 'failed').map(({ error }) => error)).toEqual([
      'the before-detach hook failed: no bucket',
      'the before-detach hook failed: the before-detach hook took longer than 50 ms',
      'the before-detach hook failed: it returned undefined, which is no decision',
    ])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true])
    const waits = `SELECT round(extract(epoch FROM retry_at - finished_at))::int AS seconds FROM partman.hook_call WHERE decision IS NULL`
    expect(await rows(waits)).toEqual(Array(3).fill({ seconds: 60 }))

    const second = await maintainer(options).runOnce()
    expect([second.outcome, retirements(second), calls.length]).toEqual([
      'done',
      failed.slice(0, 3).map((step) => step.replace('failed', 'skipped')),
      4,
    ])
    expect('steps' in second && second.steps[0]?.error).toMatch(/^put off by the before-detach hook until \d{4}-.*Z: no bucket$/)

    await rows('UPDATE partman.hook_call SET retry_at = clock_timestamp()')
    await maintainer(options).runOnce()
    expect(calls.slice(4)).toEqual(['before-detach a_p20260301 2', 'before-detach a_p20260302 2', 'before-detach b_p20260301 2'])
    expect(await rows(waits)).toEqual(Array(3).fill({ seconds: 120 }))
    expect(await rows(`SELECT count(*)::int AS rows FROM "DeliveryAttempt" WHERE "createdAt" < '2026-03-02Z'`)).toEqual([{ rows: 1000 }])
  })

  it('that throws leaves others of the same parent their second round', async () => {
    const { clock, maintainer, database } = await retiringTables()
    let met = 0
    const busy: Database = {
      query: async <Row extends object>(statement: Sql, values?: readonly unknown[]) => {
        if (statement.startsWith('DO') && statement.includes('DeliveryAttempt_a_ca978112ca_p20260302') && met++ < 1) {
          throw Object.assign(new Error('canceling statement due to lock timeout'), { code: '55P03' })
        }
        return database.query<Row>(statement, values)
      },
    }
    const { hooks } = hooksThat((name) => {
      if (name === 'a_p20260301') throw new Error('no bucket')
      return 'proceed'
    })
    clock.set(DAY_2)
    const report = await maintainer({ hooks, database: busy }).runOnce()
    expect([met, retirements(report).slice(0, 2)]).toEqual([2, ['detach a_p20260301 failed', 'detach a_p20260302 done']])
  })

  it('may ask for another call, when it likes', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    const { calls, hooks } = hooksThat((name) =>
      name.startsWith('a') ? { decision: 'retry', after: '1 quarter', reason: 'busy' } : { decision: 'retry' },
    )
    clock.set(DAY_1)
    const report = await maintainer({ hooks }).runOnce()
    expect([report.outcome, retirements(report)]).toEqual(['done', ['detach a_p20260301 skipped', 'detach b_p20260301 skipped']])
    expect(hookReports(report)[0]).toMatchObject({ decision: 'retry', attempt: 1, reason: 'busy', retryAt: expect.stringMatching(/Z$/) })
    expect(
      await rows(
        `SELECT retry_at - finished_at BETWEEN interval '80 days' AND interval '95 days' AS long, retry_at - finished_at <= interval '1 minute' AS short FROM partman.hook_call ORDER BY partition`,
      ),
    ).toEqual([
      { long: true, short: false },
      { long: false, short: true },
    ])
    await maintainer({ hooks }).runOnce()
    expect(calls).toHaveLength(2)
    await rows('UPDATE partman.hook_call SET retry_at = clock_timestamp()')
    await maintainer({ hooks }).runOnce()
    expect(calls.slice(2)).toEqual(['before-detach a_p20260301 2', 'before-detach b_p20260301 2'])
  })

  it('that keeps a partition keeps it for good, also from a maintainer without hooks, and takes no place in the history', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    const { calls, hooks } = hooksThat((name, { phase }) =>
      name === 'a_p20260301' || phase === 'before-drop' ? { decision: 'keep', reason: 'a lawsuit' } : 'proceed',
    )
    clock.set(DAY_1)
    const first = await maintainer({ hooks }).runOnce()
    expect(retirements(first)).toEqual(['detach a_p20260301 skipped', 'detach b_p20260301 done'])
    expect(hookReports(first)[0]).toEqual({
      phase: 'before-detach',
      decision: 'keep',
      attempt: 1,
      reason: 'a lawsuit',
      error: 'kept by the before-detach hook: a lawsuit',
    })
    clock.set('2026-04-01T12:00:00Z')
    const runs = 'SELECT count(*)::int AS runs FROM partman.run'
    const [before] = await rows(runs)
    for (const options of [{}, { hooks }]) expect(retirements(await maintainer(options).runOnce())).toEqual(['detach a_p20260301 skipped'])
    expect(await rows(runs)).toEqual([before])

    clock.set(DAY_2)
    await maintainer({ hooks }).runOnce()
    const last = await maintainer().runOnce()
    expect(retirements(last)).toContain('drop b_p20260301 skipped')
    expect(calls.filter((call) => call.includes('p20260301'))).toEqual([
      'before-detach a_p20260301 1',
      'before-detach b_p20260301 1',
      'before-drop b_p20260301 1',
    ])
  })

  it('that has not let a partition go keeps it also from a maintainer without hooks, until it answers or its row is deleted', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    const { hooks } = hooksThat((name) => {
      if (name === 'a_p20260301') throw new Error('no bucket')
      return name === 'b_p20260301' ? { decision: 'retry', after: '1 minute' } : 'proceed'
    })
    clock.set(DAY_1)
    await maintainer({ hooks }).runOnce()
    // Long past the time when it was to be asked again, and though its tenant was removed or restored since.
    await rows(`UPDATE partman.hook_call SET retry_at = clock_timestamp() - interval '1 day', stale = relation LIKE '%\\_a\\_%'`)
    const [before] = await rows('SELECT count(*)::int AS runs FROM partman.run')
    const bare = await maintainer().runOnce()
    expect([bare.outcome, retirements(bare)]).toEqual(['done', ['detach a_p20260301 skipped', 'detach b_p20260301 skipped']])
    const todo = 'a maintainer with hooks (`--hooks <module>`) has to run, or its row in partman.hook_call to be deleted'
    expect(hookReports(bare)).toMatchObject([
      { attempt: 1, error: `the before-detach hook of the application was asked and has not answered \`proceed\`: no bucket; ${todo}` },
      { attempt: 1, error: `the before-detach hook of the application was asked and has not answered \`proceed\`; ${todo}` },
    ])
    expect(await rows('SELECT count(*)::int AS runs FROM partman.run')).toEqual([before])

    expect(retirements(await maintainer({ hooks: hooksThat().hooks }).runOnce())).toContain('detach b_p20260301 done')
    await rows(`UPDATE partman.hook_call SET decision = NULL WHERE relation LIKE '%\\_a\\_%'`)
    clock.set(DAY_2)
    const { hooks: failing } = hooksThat(() => {
      throw new Error('no bucket')
    })
    await maintainer({ hooks: failing }).runOnce()
    expect(retirements(await maintainer().runOnce()).every((step) => step.endsWith('skipped'))).toBe(true)
    await rows('DELETE FROM partman.hook_call')
    const freed = retirements(await maintainer().runOnce())
    expect([freed.length, freed.every((step) => step.endsWith('done'))]).toEqual([4, true])
  })

  it('that said yes is not called again where its partition then meets a lock, in this run or the next', async () => {
    const { test, clock, maintainer } = await retiringTables()
    const { calls, hooks } = hooksThat()
    const other = new pg.Client({ connectionString: test.url })
    await other.connect()
    onTestFinished(() => other.end())
    await other.query('BEGIN; LOCK TABLE ONLY partman_partitions."DeliveryAttempt_a_ca978112ca" IN SHARE UPDATE EXCLUSIVE MODE')
    clock.set('2026-03-31T00:00:00Z')
    await other.query('COMMIT')
    await maintainer().runOnce()
    await other.query('BEGIN; LOCK TABLE ONLY partman_partitions."DeliveryAttempt_a_ca978112ca" IN SHARE UPDATE EXCLUSIVE MODE')
    clock.set(DAY_2)
    // What is to come is there already, so that only the detaches meet the lock.
    const run = () => maintainer({ hooks, document: documentWithoutPremake }).runOnce()
    const { document } = await retiringTables()
    const documentWithoutPremake = JSON.parse(JSON.stringify(document).replaceAll('"premake":3', '"premake":1')) as typeof document
    for (let n = 0; n < 2; n++) {
      expect(retirements(await run()).slice(0, 2)).toEqual(['detach a_p20260301 failed', 'detach a_p20260302 skipped'])
    }
    await other.query('COMMIT')
    expect(retirements(await run())).toEqual(['detach a_p20260301 done', 'detach a_p20260302 done'])
    expect(calls.sort()).toEqual(['a_p20260301', 'a_p20260302', 'b_p20260301', 'b_p20260302'].map((name) => `before-detach ${name} 1`))
  })

  it('is told to stop with the maintainer, and nothing goes; the next run calls it again', async () => {
    const { clock, maintainer } = await retiringTables()
    let told: unknown
    const { calls, hooks } = hooksThat((_name, { signal }) => {
      if (told) return 'proceed'
      signal.addEventListener('abort', () => {
        told = 'stopped'
      })
      void stopped.stop()
      return never()
    })
    const stopped = maintainer({ hooks })
    clock.set(DAY_1)
    expect(retirements(await stopped.runOnce())).toEqual(['detach a_p20260301 skipped', 'detach b_p20260301 skipped'])
    expect(told).toBe('stopped')
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual(['detach a_p20260301 done', 'detach b_p20260301 done'])
    expect(calls).toEqual(['before-detach a_p20260301 1', 'before-detach a_p20260301 2', 'before-detach b_p20260301 1'])
  })

  it.each(['at once', 'when it is told', 'never'])(
    'whose maintainer loses its lease meanwhile lets nothing go, though it answers %s',
    async (when) => {
      const { clock, maintainer, rows } = await retiringTables()
      const { hooks } = hooksThat(async (_name, { signal }): Promise<HookDecision> => {
        await rows(
          `UPDATE partman.lease SET holder = 'somebody else', token = token + 1, expires_at = clock_timestamp() + interval '1 hour'`,
        )
        if (when === 'never') await never()
        if (when === 'when it is told') await new Promise((resolve) => signal.addEventListener('abort', resolve))
        return 'proceed'
      })
      clock.set(DAY_1)
      const report = await maintainer({ hooks, leaseTtlMs: 400 }).runOnce()
      expect([report.outcome, retirements(report)]).toEqual(['failed', ['detach a_p20260301 skipped', 'detach b_p20260301 skipped']])
      expect(await rows('SELECT attempts, decision, finished_at FROM partman.hook_call')).toEqual([
        { attempts: 1, decision: null, finished_at: null },
      ])
      expect(await rows(`SELECT count(*)::int AS rows FROM "DeliveryAttempt" WHERE "createdAt" < '2026-03-02Z'`)).toEqual([{ rows: 1000 }])
    },
  )

  it('whose answer could not be written down is called again, and told that it is', async () => {
    const { clock, maintainer, database } = await retiringTables()
    const crashing: Database = {
      query: async <Row extends object>(statement: Sql, values?: readonly unknown[]) => {
        if (statement.startsWith('UPDATE partman.hook_call')) throw new Error('Connection terminated unexpectedly')
        return database.query<Row>(statement, values)
      },
    }
    const { calls, hooks } = hooksThat()
    clock.set(DAY_1)
    expect(retirements(await maintainer({ hooks, database: crashing }).runOnce())).toEqual([
      'detach a_p20260301 failed',
      'detach b_p20260301 failed',
    ])
    expect(retirements(await maintainer({ hooks }).runOnce())).toEqual(['detach a_p20260301 done', 'detach b_p20260301 done'])
    expect(calls).toEqual([1, 2].flatMap((attempt) => ['a', 'b'].map((tenant) => `before-detach ${tenant}_p20260301 ${attempt}`)))
  })

  it('does not count for another partition that has got the object id of one that is gone', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    await rows(`INSERT INTO partman.hook_call (partition, relation, phase, attempts, decision)
      SELECT oid, 'partman_partitions.another', 'before-detach', 7, 'proceed' FROM pg_class WHERE relname LIKE 'DeliveryAttempt%_p20260301'`)
    const { calls, hooks } = hooksThat()
    clock.set(DAY_1)
    await maintainer({ hooks }).runOnce()
    expect(calls).toEqual(['before-detach a_p20260301 1', 'before-detach b_p20260301 1'])
  })

  it('is called again for a partition that somebody has attached again, and filled, and detached again', async () => {
    const { clock, maintainer, rows } = await retiringTables()
    const leaf = 'partman_partitions."DeliveryAttempt_a_ca978112ca_p20260301"'
    const parent = 'partman_partitions."DeliveryAttempt_a_ca978112ca"'
    const attach = `ALTER TABLE ${parent} ATTACH PARTITION ${leaf} FOR VALUES FROM ('2026-03-01Z') TO ('2026-03-02Z')`
    const { calls, hooks } = hooksThat()
    const run = async () => retirements(await maintainer({ hooks }).runOnce()).filter((step) => step.includes(' a_p20260301 '))
    const last = () => calls.filter((call) => call.includes('a_p20260301')).at(-1)
    clock.set(DAY_1)
    expect([await run(), last()]).toEqual([['detach a_p20260301 done'], 'before-detach a_p20260301 1'])
    await rows(attach)
    expect([await run(), last()]).toEqual([['detach a_p20260301 done'], 'before-detach a_p20260301 2'])

    // A view keeps it from being dropped.
    await rows(`CREATE VIEW old AS SELECT * FROM ${leaf}`)
    clock.set(DAY_2)
    expect([await run(), last()]).toEqual([['drop a_p20260301 failed'], 'before-drop a_p20260301 1'])
    expect([await run(), last()]).toEqual([['drop a_p20260301 failed'], 'before-drop a_p20260301 1'])
    await rows(attach)
    await rows(`DROP VIEW old; ALTER TABLE ${parent} DETACH PARTITION ${leaf}`)
    expect([await run(), last()]).toEqual([['drop a_p20260301 done'], 'before-drop a_p20260301 2'])
  })

  it('is called no longer once a run has been slow for its time, and the next run goes on', async () => {
    const { clock, maintainer } = await retiringTables()
    const { calls, hooks } = hooksThat(async (): Promise<HookDecision> => {
      const since = performance.now()
      await expect.poll(() => performance.now() - since).toBeGreaterThan(1)
      return 'proceed'
    })
    clock.set(DAY_1)
    expect(retirements(await maintainer({ hooks, slowBudgetMs: 0 }).runOnce())).toEqual([
      'detach a_p20260301 done',
      'detach b_p20260301 skipped',
    ])
    expect(retirements(await maintainer({ hooks, slowBudgetMs: 0 }).runOnce())).toEqual(['detach b_p20260301 done'])
    expect(calls).toEqual(['before-detach a_p20260301 1', 'before-detach b_p20260301 1'])
  })
})

describe('the rows of a partition with partitions', () => {
  async function halves(setUp: string = 'SELECT') {
    const test = await testDatabase()
    const policy = byTime({
      retention: { kind: 'age', after: '3 days', grace: '1 day' },
      subpartition: byHash(2, { by: [{ field: 'id', column: 'id', type: 'bigint' }] }),
    })
    const document = documentOf(declare(policy))
    const table = sql`CREATE TABLE "Event" (id bigint NOT NULL, at timestamptz NOT NULL, payload text) PARTITION BY RANGE (at)`
    const database = await prepareDatabase(test, document, [table], { firstPartitions: false })
    let now = '2026-03-01T12:00:00Z'
    const run = (beforeDetach: (partition: RetiringPartition) => Promise<HookDecision>) =>
      createMaintainer({ document, database, clock: { now: () => new Date(now) }, hooks: { beforeDetach } }).runOnce()
    await run(async () => 'proceed')
    await test.query(
      `INSERT INTO "Event" SELECT n, '2026-03-01 06:00Z', (SELECT string_agg(md5((n * 100 + k)::text), '') FROM generate_series(1, 100) k) FROM generate_series(1, 1000) n`,
    )
    await test.query(setUp)
    now = '2026-03-06T00:00:00Z'
    return run
  }

  it('come in batches of about the size that was asked for', async () => {
    const run = await halves()
    const [sizes, ids]: [number[], Set<string>] = [[], new Set()]
    const report = await run(async ({ batches, name }) => {
      if (!name.includes('20260301')) return 'proceed'
      for await (const rows of batches<{ id: string; payload: string }>({ columns: ['id', 'payload'], batchBytes: 200_000 })) {
        sizes.push(rows.reduce((sum, { payload }) => sum + payload.length, 0))
        for (const { id } of rows) ids.add(id)
      }
      return 'proceed'
    })
    expect(report.outcome).toBe('done')
    expect([ids.size, sizes.reduce((sum, size) => sum + size, 0), sizes.length >= 8, Math.max(...sizes) < 400_000]).toEqual([
      1000,
      3_200_000,
      true,
      true,
    ])
  })
})
