import type { TestDatabase } from '@partman/testing'
import { testDatabase } from '@partman/testing/vitest'
import { beforeAll, describe, expect, it } from 'vitest'
import { diffState } from '../diff/diff-state.js'
import { firstShapes } from '../fixtures/first-shapes.js'
import { declare, documentOf } from '../fixtures/policies.js'
import { NAMES, renameColumns } from '../fixtures/world-names.js'
import { keyColumns } from '../fixtures/world-rows.js'
import type { Plan } from '../plan/plan.js'
import type { PartmanDocument } from '../policy/document.js'
import { type PartitionPolicy, tenantsOf } from '../policy/policy.js'
import { pgDatabase } from '../runtime/pg-database.js'
import { planMaintenance } from '../runtime/plan-maintenance.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { constantSql, identifier, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import type { Bound } from '../state/bound.js'
import { keyAxis } from '../state/key-axis.js'
import type { Partition } from '../state/state.js'
import { partitionKey, wantState, wantTable } from '../state/want-state.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'

const TENANTS: Readonly<Record<string, readonly string[]>> = {
  text: ['acme', `O'Neill "x" %I \\`],
  uuid: ['01890a5d-ac96-774b-bcce-b302099a8057'],
  integer: ['-7', '42'],
}

/** A value of each type, for the keys that a hash is taken of. */
const ANY: Readonly<Record<string, string>> = {
  text: 'any',
  uuid: '01890a5d-ac96-774b-bcce-b302099a8057',
  timestamptz: '2026-11-22 00:00:00+00',
  integer: '5',
  boolean: 'true',
  enum: 'red',
}

type Column = { readonly column: string; readonly type: string }

function renderTable({ tables: [declared], partitionSchema }: PartmanDocument): Sql[] {
  const { table, policy } = declared!
  const columns = new Map(keyColumns(policy).map(({ column, type }: Column) => [column, type]))
  const definitions = [...columns].map(
    ([column, type]) => sql`${identifier(column)} ${type === 'enum' ? sql`public.colour` : constantSql(type)}`,
  )
  return [
    sql`DROP SCHEMA IF EXISTS ${identifier(partitionSchema)} CASCADE`,
    sql`CREATE SCHEMA IF NOT EXISTS ${identifier(table.schema)}`,
    sql`DROP TABLE IF EXISTS ${qualified(table)} CASCADE`,
    sql`CREATE TABLE ${qualified(table)} (${joinSql([...definitions, sql`payload text`], ', ')}) ${renderPartitionBy(partitionKey(policy))}`,
  ]
}

/** A row of the present, by level, and what tells the partition that it belongs to. */
interface Place {
  readonly values: Readonly<Record<string, string | null>>
  /** One per level: whether a bound there holds the row. A hash holds any: PostgreSQL alone knows. */
  readonly holds: readonly ((bound: Bound) => boolean)[]
}

function places(policy: PartitionPolicy, now: number): Place[] {
  const below = policy.subpartition === null ? [{ values: {}, holds: [] }] : places(policy.subpartition, now)
  return placesAt(policy, now).flatMap((own) =>
    below.map(({ values, holds }) => ({ values: { ...own.values, ...values }, holds: [...own.holds, ...holds] })),
  )
}

function placesAt(policy: PartitionPolicy, now: number): Place[] {
  switch (policy.kind) {
    case 'list':
      return policy.values.map((values) => listed(policy.by.column, values[0] ?? null))
    case 'tenants':
      return TENANTS[policy.by.type]!.map((key) => listed(policy.by.column, key))
    case 'hash':
      return [
        {
          values: Object.fromEntries(policy.by.map(({ column, type }) => [column, ANY[type]!])),
          holds: [(bound) => bound.kind === 'hash'],
        },
      ]
    case 'range':
    case 'number-range': {
      const { prefix, by } = policy
      const place = presentKey(policy, now)
      const axis = keyAxis(policy)
      return (prefix ? TENANTS[prefix.by.type]! : [null]).map((tenant) => ({
        values: { [by.column]: axis.format(place), ...(prefix ? { [prefix.by.column]: tenant } : {}) },
        holds: [(bound) => bound.kind === 'range' && inside(bound, tenant, place, axis.parse)],
      }))
    }
  }
}

function listed(column: string, value: string | null): Place {
  return { values: { [column]: value }, holds: [(bound) => bound.kind === 'list' && bound.values.includes(value)] }
}

function presentKey(policy: Extract<PartitionPolicy, { kind: 'range' | 'number-range' }>, now: number): bigint {
  if (policy.kind === 'number-range') return BigInt(policy.start)
  const wanted = wantTable('', declare(policy), { now, tenants: new Map() })
  return wanted.series(policy, null).present
}

function inside(bound: Extract<Bound, { kind: 'range' }>, tenant: string | null, place: bigint, parse: (text: string) => unknown): boolean {
  const [from, to] = [bound.from.at(-1)!, bound.to.at(-1)!]
  const own = tenant === null || (typeof bound.from[0] === 'object' && bound.from[0].value === tenant)
  const [lower, upper] = [
    typeof from === 'object' && parse(from.value),
    typeof to === 'object' ? parse(to.value) : Number.POSITIVE_INFINITY,
  ]
  return own && (lower as bigint) <= place && place < (upper as bigint | number)
}

function leafFor(partitions: readonly Partition[], [holds, ...below]: Place['holds']): string[] {
  return partitions
    .filter(({ bound }) => holds?.(bound))
    .flatMap(({ schema, name, partitions: deeper }) => (below.length === 0 ? [`${schema}.${name}`] : leafFor(deeper, below)))
}

/** Runs the migration, and again where a window has begun meanwhile: what was wanted before it must be wanted after it. */
async function migrate(
  test: TestDatabase,
  document: PartmanDocument,
): Promise<{ wanted: Partition[]; plan: Plan; observed: readonly Partition[]; now: number }> {
  const database = pgDatabase(test)
  for (const statement of renderTable(document)) await test.query(statement)
  const { observation: before } = await planMaintenance(database, document)
  await test.query(renderFirstPartitions(document, document.tables))
  const { observation, plan, wanted } = await planMaintenance(database, document)
  const tenants = new Map([['Tenant', wanted[0]!.tenants]])
  const [then, now] = [before.server.now, observation.server.now].map((instant) =>
    diffState(wantState(document, { now: instant, tenants }), before.state).flatMap((one) =>
      one.kind === 'partition-missing' ? [one.partition] : [],
    ),
  )
  if (described('', then!).join() !== described('', now!).join()) return migrate(test, document)
  return { wanted: now!, plan, observed: observation.state.tables[0]!.partitions, now: observation.server.now }
}

/** Everything that tells partitions apart but their object ids, in one order. */
function described(parent: string, partitions: readonly Partition[]): string[] {
  const lines = partitions.flatMap(({ schema, name, bound, partitionBy, partitions: below }) => [
    JSON.stringify([parent, schema, name, bound, partitionBy]),
    ...described(name, below),
  ])
  return lines.sort()
}

describe.each(['plain', 'hostile'] as const)('with %s names', (names) => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await testDatabase()
    await test.query(renderBookkeeping())
    await test.query(`CREATE TYPE public.colour AS ENUM ('red', 'light blue')`)
  })

  it.each(firstShapes(Date.now()))('the first partitions are those of the planner: %s', async (_, shape) => {
    const { table, partitionSchema, columns } = NAMES[names]
    const policy = renameColumns(shape, columns)
    const by = tenantsOf(policy)?.by
    const keys = by ? TENANTS[by.type]! : []
    const document: PartmanDocument = {
      ...documentOf(),
      partitionSchema,
      tenantSets: [{ name: 'Tenant', type: by?.type ?? 'text', source: null }],
      tables: [declare(policy, table.name, table.schema)],
    }
    await test.query('DELETE FROM partman.tenant')
    for (const key of keys) await test.query(`INSERT INTO partman.tenant (tenants, key) VALUES ('Tenant', $1)`, [key])

    const { wanted, plan, observed, now } = await migrate(test, document)

    expect(plan.operations.map(({ kind, partition }) => `${kind} ${partition.name}`)).toEqual([])
    expect(plan.findings).toEqual([])
    expect(described(table.name, observed)).toEqual(described(table.name, wanted))
    for (const { values, holds } of places(policy, now)) {
      const [into, given] = [Object.keys(values).map(identifier), Object.values(values)]
      const { rows } = await test.query<{ leaf: string }>(
        sql`INSERT INTO ${qualified(table)} (${joinSql(into, ', ')}) VALUES (${joinSql(
          given.map((value) => (value === null ? sql`NULL` : literal(value))),
          ', ',
        )})
          RETURNING (SELECT nspname || '.' || relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = tableoid) AS leaf`,
      )
      expect(leafFor(observed, holds)).toContain(rows[0]?.leaf)
    }
  })
})
