import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { describe, expect, it } from 'vitest'
import { prepareDatabase } from '../fixtures/prepare-database.js'
import { HOSTILE, PLAIN, webhookDocument, webhookTables } from '../fixtures/webhook-tables.js'
import { qualified } from '../sql/sql.js'
import { createMaintainer } from './maintainer.js'
import { planMaintenance } from './plan-maintenance.js'

describe.each([PLAIN, HOSTILE])('a maintainer with $label', (names) => {
  const document = webhookDocument(names)

  it('makes what is coming for tables and tenants, and has nothing to do the second time', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme'), ('ACME'), ('O''Neil; --')`)
    const clock = simulatedClock('2026-03-01T12:00:00Z')
    const maintainer = createMaintainer({ document, database, clock })

    const first = await maintainer.runOnce()
    expect(first).toMatchObject({ outcome: 'done', findings: [] })
    expect('steps' in first && first.steps.map((step) => [step.kind, step.outcome])).toEqual(
      Array(3 + 4).fill(['create-partition', 'done']),
    )
    expect(await maintainer.runOnce()).toEqual({ outcome: 'done', now: '2026-03-01T12:00:00.000Z', steps: [], findings: [] })

    await test.query(
      `INSERT INTO ${qualified(names.attempts)} VALUES ('1', 'ACME', '2026-03-04T23:59:59.999999Z'), ('2', 'acme', '2026-03-01T00:00:00Z')`,
    )
    await test.query(`INSERT INTO ${qualified(names.audit)} VALUES (1, '2026-06-30T23:59:59Z')`)
    await expect(test.query(`INSERT INTO ${qualified(names.attempts)} VALUES ('1', 'acme', '2026-03-05T00:00:00Z')`)).rejects.toMatchObject(
      { code: '23514' },
    )
  })

  it('retires by the upper bound: detached after the retention, dropped after the grace period', async () => {
    const test = await testDatabase()
    const database = await prepareDatabase(test, document, webhookTables(names, document), { firstPartitions: false })
    await test.query(`INSERT INTO ${qualified(names.projects)} (id) VALUES ('acme')`)
    const clock = simulatedClock('2026-03-01T00:00:00Z')
    const maintainer = createMaintainer({ document, database, clock })
    await maintainer.runOnce()
    await test.query(
      `INSERT INTO ${qualified(names.attempts)} VALUES ('old', 'acme', '2026-03-01T23:00:00Z'), ('new', 'acme', '2026-03-02T00:00:00Z')`,
    )

    // The first day ends on 2 March; 30 days later it is 1 April.
    clock.set('2026-03-31T23:59:59.999Z')
    const before = await maintainer.runOnce()
    expect('steps' in before && before.steps.filter((step) => step.kind !== 'create-partition')).toEqual([])
    clock.set('2026-04-01T00:00:00Z')
    const retired = await maintainer.runOnce()
    expect('steps' in retired && retired.steps.filter((step) => step.kind !== 'create-partition')).toMatchObject([
      { kind: 'detach-partition', outcome: 'done' },
    ])
    expect((await test.query(`SELECT id FROM ${qualified(names.attempts)}`)).rows).toEqual([{ id: 'new' }])

    const { observation } = await planMaintenance(database, document, { clock })
    const [detached] = observation.state.detached
    expect(detached?.marker).toMatchObject({ table: names.attempts, retiredAt: '2026-04-01T00:00:00.000Z' })
    expect((await test.query(`SELECT id FROM ${qualified(detached!)}`)).rows).toEqual([{ id: 'old' }])

    clock.set('2026-04-01T23:59:59Z')
    const inGrace = await maintainer.runOnce()
    expect('steps' in inGrace && inGrace.steps.filter((step) => step.kind === 'drop-partition')).toEqual([])
    clock.set('2026-04-02T00:00:00Z')
    const dropped = await maintainer.runOnce()
    expect('steps' in dropped && dropped.steps.filter((step) => step.kind === 'drop-partition')).toMatchObject([
      { outcome: 'done', partition: { schema: detached!.schema, name: detached!.name } },
    ])
    expect((await planMaintenance(database, document, { clock })).observation.state.detached).toHaveLength(1)
  })
})
