import { expect, it } from 'vitest'
import { diffState } from '../diff/diff-state.js'
import { HOSTILE, PLAIN, webhookDocument } from '../fixtures/webhook-tables.js'
import type { State } from '../state/state.js'
import type { LackingPartition, UnfinishedIndex } from '../state/unfinished-index.js'
import { wantState } from '../state/want-state.js'
import { applyToState } from './apply-to-state.js'
import type { CreateIndex } from './operation.js'
import { planChanges } from './plan-changes.js'
import { emptyState } from './simulate-maintenance.js'

const NOW = Date.parse('2026-06-15T12:00:00Z')
const lacking = (oid: string, more: Partial<LackingPartition> = {}): LackingPartition => ({
  oid,
  candidate: null,
  leftover: null,
  busy: false,
  ...more,
})

/** One tenant with its days, and an index that none of them has. */
function unfinished(names = PLAIN, change: (index: UnfinishedIndex) => UnfinishedIndex = (index) => index) {
  const document = webhookDocument(names)
  const wish = { now: NOW, tenants: new Map([['Project', ['acme']]]) }
  const plan = (state: State) =>
    planChanges(diffState(wantState(document, wish), state), { now: NOW, takenNames: new Set(), clocksApartMs: 0 })
  const empty = emptyState(document)
  const made = plan(empty).operations.reduce(applyToState, empty)
  const tables = made.tables.map((table, n) => ({ ...table, oid: `table ${n}` }))
  const [tenant] = tables[0]!.partitions
  const index: UnfinishedIndex = {
    oid: '9',
    schema: names.attempts.schema,
    name: 'i'.repeat(63),
    tableOid: 'table 0',
    parentOid: null,
    unique: false,
    definition: ' USING btree (status)',
    lacking: [tenant!, ...tenant!.partitions].map(({ oid }) => lacking(oid!)),
    attachedPart: null,
    brokenParts: [],
  }
  return { plan, state: { ...made, tables, unfinishedIndexes: [change(index)] }, tenant: tenant! }
}

it.each([PLAIN, HOSTILE])('each level comes before those below it, and a second plan has nothing to do, with $label', (names) => {
  const { plan, state, tenant } = unfinished(names)
  const { operations } = plan(state)
  expect(operations.map(({ kind, transactional, partition }) => [kind, transactional, partition.name])).toEqual([
    ['create-index', true, tenant.name],
    ...tenant.partitions.map(({ name }) => ['create-index', false, name]),
  ])
  const created = operations.map((operation) => (operation as CreateIndex).name)
  expect(new Set(created).size).toBe(5)
  for (const name of created) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
  expect(plan(operations.reduce<State>(applyToState, state))).toMatchObject({ operations: [], findings: [] })
})

it('what failed before comes last, and a remnant is known as ours by its name', () => {
  const before = unfinished()
  const names = (before.plan(before.state).operations as CreateIndex[]).map(({ name }) => name)
  const remnant = (name: string) => ({ oid: '8', schema: 's', name })
  const { plan, state, tenant } = unfinished(PLAIN, (index) => ({
    ...index,
    lacking: index.lacking.map((one, n) => {
      if (n === 1) return { ...one, leftover: remnant(names[1]!) }
      if (n === 2) return { ...one, leftover: remnant('of somebody else') }
      return n === 3 ? { ...one, leftover: remnant(names[3]!), busy: true } : one
    }),
  }))
  expect((plan(state).operations as CreateIndex[]).map(({ partition, leftover }) => [partition.name, leftover?.name ?? null])).toEqual([
    [tenant.name, null],
    [tenant.partitions[3]!.name, null],
    [tenant.partitions[0]!.name, names[1]],
    [tenant.partitions[1]!.name, null],
  ])
})
