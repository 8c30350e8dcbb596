import type { HashKeyType } from '../policy/key-column.js'
import { type KeyColumn, keyColumns, type PartitionPolicy } from '../policy/policy.js'
import type { Partition, Table } from '../state/state.js'
import type { WantedTable } from '../state/want-state.js'
import { identifier, joinSql, literal, qualified, type Sql, sql } from './sql.js'

/** Some value of a type that a hash is taken of: which one it is decides nothing but the partition. An enum's are not known here. */
const SOME_VALUE: Readonly<Record<Exclude<HashKeyType, 'enum'>, string>> = {
  timestamptz: '2000-01-01',
  timestamp: '2000-01-01',
  date: '2000-01-01',
  smallint: '0',
  integer: '0',
  bigint: '0',
  numeric: '0',
  text: '',
  uuid: '00000000-0000-0000-0000-000000000000',
  boolean: 'true',
}

/**
 * Renders an EXPLAIN that tells how long a query on a table takes to plan which binds the keys of all levels, so that no more than one leaf
 * is locked; null where a level has no partition to take values of. To be sent on a connection that has not seen the table.
 */
export function renderPlanningProbe({ policy: { policy } }: WantedTable, found: Table): Sql | null {
  const values = someKey(policy, found.partitions)
  if (values === null) return null
  const conditions = keyColumns(policy).map(
    ({ column }, index) => sql`${identifier(column)} OPERATOR(pg_catalog.=) ${literal(values[index]!)}`,
  )
  return sql`EXPLAIN (SUMMARY, FORMAT JSON) SELECT 1 FROM ${qualified(found)} WHERE ${joinSql(conditions, ' AND ')}`
}

/** A value for each key column of a policy and those below it, outermost first. */
function someKey(policy: PartitionPolicy, partitions: readonly Partition[]): readonly string[] | null {
  for (const partition of partitions) {
    const own = valuesIn(policy, partition)
    const below = own && (policy.subpartition === null ? [] : someKey(policy.subpartition, partition.partitions))
    if (below) return [...own, ...below]
  }
  return null
}

function valuesIn(policy: PartitionPolicy, { bound }: Partition): readonly string[] | null {
  switch (bound.kind) {
    case 'default':
      return null
    case 'hash':
      return policy.kind === 'hash' ? allOf(policy.by.map(someValue)) : null
    case 'list':
      return allOf(bound.values.slice(0, 1))
    case 'range':
      return allOf(bound.from.map((datum) => (typeof datum === 'object' ? datum.value : null)))
  }
}

function someValue({ type }: KeyColumn<HashKeyType>): string | null {
  return type === 'enum' ? null : SOME_VALUE[type]
}

function allOf(values: readonly (string | null)[]): readonly string[] | null {
  const known = values.filter((value) => value !== null)
  return known.length === values.length ? known : null
}
