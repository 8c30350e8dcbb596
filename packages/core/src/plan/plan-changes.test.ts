import { expect, it } from 'vitest'
import type { Difference } from '../diff/difference.js'
import { PLAIN, webhookDocument } from '../fixtures/webhook-tables.js'
import { wantState } from '../state/want-state.js'
import { planChanges } from './plan-changes.js'

const NOW = Date.parse('2026-06-15T00:00:00Z')
const CONTEXT = { now: NOW, takenNames: new Set<string>(), clocksApartMs: 0 }

/** A month of the audit log, as the diff would report it for a retention that has passed it. */
function expired(from: string, to: string, siblings: number): Extract<Difference, { kind: 'partition-expired' }> {
  const document = webhookDocument()
  const wanted = wantState(document, { now: NOW, tenants: new Map() })[1]!
  const bound = { kind: 'range', from: [{ value: `${from} 00:00:00+00` }], to: [{ value: `${to} 00:00:00+00` }] } as const
  const partition = { schema: 's', name: `p${from}`, oid: '1', bound, partitionBy: null, partitions: [], detachPending: false }
  return {
    kind: 'partition-expired',
    wanted,
    parent: PLAIN.audit,
    partition,
    cause: { kind: 'age', after: '12 months', grace: '24 hours' },
    tenant: null,
    upper: `${to} 00:00:00+00`,
    isCurrent: Date.parse(to) > NOW,
    siblings,
    references: [],
    holds: [],
  }
}

it('whatever a diff may say, the last partition of a parent is kept', () => {
  const plan = planChanges([expired('2020-01-01', '2020-02-01', 1), expired('2020-02-01', '2020-03-01', 1)], CONTEXT)
  expect(plan.operations.map(({ kind, partition }) => [kind, partition.name])).toEqual([['detach-partition', 'p2020-01-01']])
  expect(plan.findings.map(({ code }) => code)).toEqual(['LAST_PARTITION_KEPT'])
})

it('whatever a diff may say, the present and the future are kept', () => {
  const plan = planChanges([expired('2026-06-01', '2026-07-01', 5), expired('2030-01-01', '2030-02-01', 5)], CONTEXT)
  expect(plan.operations).toEqual([])
})
