import { PartmanError } from '../error.js'
import type { TableName } from '../policy/document.js'
import type { Partition, PartitionKey } from '../state/state.js'
import { renderBound } from './render-bound.js'
import { constantSql, identifier, joinSql, qualified, type Sql, sql } from './sql.js'

/**
 * The PARTITION BY clause of a key.
 * https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-PARTITION-BY
 */
export function renderPartitionBy({ method, columns }: PartitionKey): Sql {
  const names = columns.map((column) => {
    if (column === null) throw new PartmanError('NAME_INVALID', 'A key with an expression cannot be declared')
    return identifier(column)
  })
  const methods = { range: constantSql('RANGE'), list: constantSql('LIST'), hash: constantSql('HASH') }
  return sql`PARTITION BY ${methods[method]} (${joinSql(names, ', ')})`
}

/**
 * Makes a partition beside its parent and attaches it last, as a whole: SHARE UPDATE EXCLUSIVE on the parent, which
 * stops neither reads nor writes. What is below a partition is made with PARTITION OF, because nobody else can be
 * waiting for a parent that is not attached yet. An identity column would make ATTACH refuse, and ATTACH makes it one;
 * comments and extended statistics stay with the parent, as they do with PARTITION OF.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
 */
export function renderCreatePartition(parent: TableName, partition: Partition): Sql[] {
  const partitionBy = partition.partitionBy ? sql` ${renderPartitionBy(partition.partitionBy)}` : constantSql('')
  return [
    sql`CREATE TABLE ${qualified(partition)} (LIKE ${qualified(parent)} INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS EXCLUDING STATISTICS)${partitionBy};`,
    ...partition.partitions.flatMap((child) => renderPartitionOf(partition, child)),
    sql`ALTER TABLE ${qualified(parent)} ATTACH PARTITION ${qualified(partition)} ${renderBound(partition.bound)};`,
  ]
}

export function renderPartitionOf(parent: TableName, partition: Partition): Sql[] {
  const partitionBy = partition.partitionBy ? sql` ${renderPartitionBy(partition.partitionBy)}` : constantSql('')
  return [
    sql`CREATE TABLE ${qualified(partition)} PARTITION OF ${qualified(parent)} ${renderBound(partition.bound)}${partitionBy};`,
    ...partition.partitions.flatMap((child) => renderPartitionOf(partition, child)),
  ]
}
