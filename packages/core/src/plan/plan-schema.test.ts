import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { invent, maintain } from '../fixtures/laws.js'
import { byNumber, byTenant, byTime, byValues, declare, documentOf } from '../fixtures/policies.js'
import { documentFor, type World, worlds } from '../fixtures/worlds.js'
import type { Partition, State, Table } from '../state/state.js'
import { partitionKey } from '../state/want-state.js'
import type { Plan } from './plan.js'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-22T12:00:00Z')

/** Says what is wrong with a plan; nothing it has may be missing in the schema. */
let complaints: (plan: Plan) => string[]

beforeAll(async () => {
  const schema: unknown = JSON.parse(await readFile(new URL('../../plan.schema.json', import.meta.url), 'utf8'))
  const validate = new Ajv2020({
    allErrors: true,
    strict: true,
    strictRequired: false,
    strictTypes: false,
    formats: { 'date-time': isInstant },
  }).compile(closed(schema) as object)
  complaints = (plan) => {
    validate(JSON.parse(JSON.stringify(plan)))
    return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
  }
})

function isInstant(text: string): boolean {
  return new Date(text).toISOString() === text
}

/** The schema, with every object closed for fields that it does not name. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed)
  if (typeof node !== 'object' || node === null) return node
  const below = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]))
  return 'type' in node && node.type === 'object' ? { ...below, unevaluatedProperties: false } : below
}

test('whatever is declared and found, the plan is as the schema says, over the years', () => {
  const kinds = new Set<string>()
  const check = (world: World) => {
    let state = invent(world)
    for (const days of [0, 40, 45, 2]) {
      const later = { ...world, now: world.now + days * DAY_MS }
      const { plan, after } = maintain(documentFor(world, 'declared'), state, later)
      expect(complaints(plan)).toEqual([])
      for (const { kind } of plan.operations) kinds.add(kind)
      state = after
    }
  }
  fc.assert(fc.property(worlds, check), { numRuns: 100, seed: 1 })
  expect([...kinds].sort()).toEqual(['create-partition', 'detach-partition', 'drop-partition'])
})

const leaf = (given: Partial<Partition>): Partition => ({
  schema: 'p',
  name: 'x',
  oid: '7',
  bound: { kind: 'default' },
  partitionBy: null,
  partitions: [],
  detachPending: false,
  ...given,
})
const range = (from: string, to: string) => ({ kind: 'range' as const, from: [{ value: from }], to: [{ value: to }] })
const retention = { kind: 'age' as const, after: '1 day', grace: '1 day' }
const found = (table: Partial<Table>, detached: State['detached'] = []): State => ({
  tables: [{ schema: 'public', name: 'Event', oid: '1', partitionBy: { method: 'range', columns: ['at'] }, partitions: [], ...table }],
  detached,
})
const marker = {
  table: { schema: 'public', name: 'Event' },
  partition: { schema: 'p', name: 'x' },
  parent: { schema: 'public', name: 'Event' },
  bound: range('2020-01-01 00:00:00+00', '2020-01-02 00:00:00+00'),
  retiredAt: '2020-03-01T00:00:00.000Z',
}
const operators = ['<', '<=', '=', '>=', '>'].map((name) => ({ schema: 'pg_catalog', name }))
const comparison = { collation: { schema: 'pg_catalog', name: 'C' }, operators }
const ownedByOther = { kind: 'owner', owner: 'somebody' } as const

test.each<[outcome: string, state: State, policy?: Parameters<typeof declare>[0]]>([
  ['finalize-detach', found({ partitions: [leaf({ bound: marker.bound, detachPending: true })] })],
  ['clear-marker', found({ partitions: [leaf({ bound: range('2026-11-22 00:00:00+00', '2026-11-23 00:00:00+00'), marked: true })] })],
  ['drop-check', found({ partitions: [leaf({ proofs: [{ oid: '9', name: 'partman_free_0' }], comparisons: [comparison] })] })],
  ['drop-partition', found({}, [{ schema: 'p', name: 'x', oid: '9', marker, bytes: 8192 }]), byTime({ retention })],
  [
    'move-partition',
    found({}, [{ schema: 'p', name: 'x', oid: '9', marker }]),
    byTime({ retention: { ...retention, afterGrace: { kind: 'move', schema: 'archive' } } }),
  ],
  ['TABLE_MISSING', { tables: [], detached: [] }],
  ['TABLE_NOT_PARTITIONED', found({ partitionBy: null })],
  ['TABLE_OF_EXTENSION', found({ extension: 'pg_partman' })],
  ['RELATION_ALIEN', found({ partitions: [leaf({ alien: ownedByOther, bound: marker.bound })] })],
  ['PARTITION_KEY_DIFFERENT', found({ partitionBy: { method: 'hash', columns: [null] } })],
  [
    'LEVEL_NOT_APPLIED',
    found({ partitionBy: { method: 'list', columns: ['tenant'] }, partitions: [leaf({ bound: { kind: 'list', values: ['a'] } })] }),
    byTenant(byTime()),
  ],
  ['LEVEL_UNDECLARED', found({ partitions: [leaf({ bound: marker.bound, partitionBy: { method: 'hash', columns: ['id'] } })] })],
  [
    'LIST_VALUES_UNDECLARED',
    found({ partitionBy: partitionKey(byValues([['eu']])), partitions: [leaf({ bound: { kind: 'list', values: [null, 'us'] } })] }),
    byValues([['eu']]),
  ],
  [
    'BOUND_UNPLACED',
    found({ partitionBy: { method: 'range', columns: ['id'] }, partitions: [leaf({ bound: range('x', 'y') })] }),
    byNumber(),
  ],
  ['DEFAULT_PARTITION_PRESENT', found({ partitions: [leaf({})] })],
])('%s is as the schema says', (outcome, state, policy = byTime()) => {
  const { plan } = maintain(documentOf(declare(policy)), state, { now: NOW, tenants: [] })
  expect([...plan.operations.map(({ kind }) => kind), ...plan.findings.map(({ code }) => code)]).toContain(outcome)
  expect(complaints(plan)).toEqual([])
})

test('the operations on indexes are as the schema says', () => {
  const partition = leaf({ bound: range('2026-11-22 00:00:00+00', '2026-11-23 00:00:00+00') })
  const index = {
    oid: '9',
    schema: 'public',
    name: 'Event_at_idx',
    tableOid: '1',
    parentOid: null,
    unique: false,
    definition: ' USING btree (at)',
  }
  const remnant = { oid: '8', schema: 'p', name: 'x' }
  const lacking = { oid: '7', candidate: null, leftover: null, busy: false }
  const kinds = [lacking, { ...lacking, leftover: remnant }, { ...lacking, candidate: remnant }].map((one) => {
    const unfinishedIndexes = [{ ...index, lacking: [one], attachedPart: null, brokenParts: [] }]
    const { plan } = maintain(
      documentOf(declare(byTime())),
      { ...found({ partitions: [partition] }), unfinishedIndexes },
      { now: NOW, tenants: [] },
    )
    expect(complaints(plan)).toEqual([])
    return plan.operations.at(-1)?.kind
  })
  expect(kinds).toEqual(['create-index', 'create-index', 'attach-index'])
})

test('what is not a plan is not one', () => {
  const plan = maintain(documentOf(declare(byTime())), found({}), { now: NOW, tenants: [] }).plan
  expect(complaints({ ...plan, fingerprint: 'x' })).not.toEqual([])
  expect(complaints({ ...plan, operations: plan.operations.map((one) => ({ ...one, destroysData: true }) as never) })).not.toEqual([])
})
