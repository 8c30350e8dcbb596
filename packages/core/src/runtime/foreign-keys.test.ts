import { simulatedClock } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { expect, it } from 'vitest'
import { formatSteps } from '../fixtures/filled-tables.js'
import { byTime, declare, documentOf } from '../fixtures/policies.js'
import { renderBookkeeping } from '../migration/bookkeeping.js'
import type { PartmanDocument } from '../policy/document.js'
import { createMaintainer } from './maintainer.js'
import { pgDatabase } from './pg-database.js'
import { planMaintenance } from './plan-maintenance.js'

/** Payments refer to orders; both are kept for three days, and dropped a day later. */
async function shop() {
  const order = declare(byTime({ retention: { kind: 'age', after: '3 days', grace: '24 hours' }, premake: 1 }))
  const document: PartmanDocument = documentOf(
    { ...order, model: 'Order', table: { schema: 'public', name: 'Order "x"' } },
    { ...order, model: 'Payment', table: { schema: 'public', name: 'Payment' } },
  )
  const test = await testDatabase()
  await test.query(renderBookkeeping())
  await test.query(`CREATE SCHEMA partman_partitions;
    CREATE TABLE "Order ""x""" (id int, at timestamptz, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE "Payment" (id int, at timestamptz, "order" int, "orderAt" timestamptz, PRIMARY KEY (id, at),
      CONSTRAINT "of an order" FOREIGN KEY ("order", "orderAt") REFERENCES "Order ""x""" (id, at)) PARTITION BY RANGE (at)`)
  const clock = simulatedClock('2026-03-01T12:00:00Z')
  const days: { steps: string[]; findings: string[] }[] = []
  const locks = new Set<string>()
  for (let day = 1; day <= 9; day++) {
    clock.set(new Date(Date.UTC(2026, 2, day, 12)).toISOString())
    const { plan } = await planMaintenance(pgDatabase(test), document, { clock })
    for (const one of plan.operations) for (const { mode, on } of one.locks) locks.add(`${one.kind} of ${one.model}: ${mode} on ${on.name}`)
    const report = await createMaintainer({ document, database: pgDatabase(test), clock }).runOnce()
    days.push({
      steps: formatSteps(report).filter((step) => /^(detach|drop)/.test(step)),
      findings: 'findings' in report ? report.findings.map(({ code, message }) => `${code}: ${message}`) : [],
    })
    const at = `2026-03-0${day}T01:00:00Z`
    await test.query(`INSERT INTO "Order ""x""" VALUES (${day}, '${at}')`)
    if (day % 2 === 1) await test.query(`INSERT INTO "Payment" VALUES (${day}, '${at}', ${day}, '${at}')`)
  }
  return { days, locks }
}

it('a partition that others refer to is kept, told of, and goes when those are gone', async () => {
  const { days, locks } = await shop()
  expect(days.flatMap(({ steps }) => steps).filter((step) => !step.endsWith(' done'))).toEqual([])
  const of = (table: string) => days.map(({ steps }) => steps.filter((step) => step.includes(table)).map((step) => step.split(' ')[0]))
  // Of the first day's payment its order is kept until it is dropped itself; on the second day nobody paid.
  const orders = days.map(({ steps }) =>
    steps.filter((step) => step.startsWith('detach-partition Order')).map((step) => step.slice(-8, -5)),
  )
  expect(days[4]).toEqual({
    steps: ['detach-partition Payment_p20260301 done'],
    findings: [
      'FOREIGN_KEY_REFERS: partman_partitions.Order "x"_p20260301 is to go, and rows of public.Payment refer to it (foreign key of an order)',
    ],
  })
  // Whoever reads or writes orders waits behind these, so they are waited for no longer than that allows.
  expect([...locks].filter((lock) => lock.endsWith('on Order "x"') && lock.includes('Payment')).sort()).toEqual([
    'create-partition of Payment: SHARE ROW EXCLUSIVE on Order "x"',
    'detach-partition of Payment: SHARE ROW EXCLUSIVE on Order "x"',
    'drop-partition of Payment: ACCESS EXCLUSIVE on Order "x"',
  ])
  expect(orders.flat().length).toBeGreaterThan(2)
  expect(of('Payment').flat()).toContain('drop-partition')
  expect(days.at(-1)!.steps.some((step) => step.startsWith('drop-partition Order'))).toBe(true)
})
