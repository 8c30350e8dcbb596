import { PartmanError } from '../error.js'
import type { TableName } from '../policy/document.js'
import type { Partition, PartitionKey } from '../state/state.js'
import { renderBound } from './render-bound.js'
import { constantSql, identifier, joinSql, literal, qualified, type Sql, sql } from './sql.js'

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
 * Makes a partition beside its parent and attaches it as a whole: SHARE UPDATE EXCLUSIVE on the parent, which stops neither
 * reads nor writes. It ends as PARTITION OF would have made it: comments and extended statistics stay with the parent. What
 * is below it is made with PARTITION OF, because nobody else can be waiting for a parent that no other transaction sees. For use
 * in a PL/pgSQL block.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-ATTACH-PARTITION
 */
export function renderCreatePartition(parent: TableName, partition: Partition, { isBeyondLike }: { isBeyondLike: boolean }): Sql[] {
  const attach = sql`ALTER TABLE ${qualified(parent)} ATTACH PARTITION ${qualified(partition)} ${renderBound(partition.bound)};`
  const below = partition.partitions.flatMap((child) => renderPartitionOf(partition, child))
  const create = [renderCreateLike(parent, partition), ...(isBeyondLike ? [renderBeyondPartition(parent, partition)] : [])]
  if (below.length === 0) return [...create, attach]
  // An identity column would make ATTACH refuse, and it makes one of the partition's column, but not of those below. As the
  // lock on the parent is wanted for as short as can be, it is attached late where there is none.
  const identity = hasIdentity(parent)
  return [
    ...create,
    sql`IF ${identity} THEN
  ${attach}
END IF;`,
    ...below,
    sql`IF NOT ${identity} THEN
  ${attach}
END IF;`,
  ]
}

/** Whether the parent has an identity column, which decides when what has partitions of its own is attached. */
export function hasIdentity(parent: TableName): Sql {
  return sql`EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = ${literal(qualified(parent))}::regclass::oid AND a.attidentity <> '')`
}

function renderCreateLike(parent: TableName, partition: Partition): Sql {
  return sql`CREATE TABLE ${qualified(partition)} ${likeParent(parent)}${partitionBy(partition)};`
}

/** The columns, constraints and indexes of a partition that is made beside its parent. */
export function likeParent(parent: TableName): Sql {
  return sql`(LIKE ${qualified(parent)} INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS EXCLUDING STATISTICS)`
}

function renderBeyondPartition(parent: TableName, partition: Partition): Sql {
  return renderBeyondLike(parent, literal(qualified(partition)), literal(sql`ALTER TABLE ${qualified(partition)} `))
}

/**
 * LIKE copies neither the access method nor the tablespace that a parent has for its partitions. Indexes it does copy, so that
 * ATTACH need not build them; but an exclusion constraint of the parent takes no copy for its own, and there would be two. `made` is
 * the quoted name of the partition, `alter` what an alteration of it begins with, each an expression.
 */
export function renderBeyondLike(parent: TableName, made: Sql, alter: Sql): Sql {
  const like = literal(qualified(parent))
  return sql`DECLARE
  alteration text;
BEGIN
  FOR alteration IN
    SELECT 'SET ACCESS METHOD ' || pg_catalog.quote_ident(m.amname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_am m ON m.oid = c.relam WHERE c.oid = ${like}::regclass::oid
    UNION ALL SELECT 'SET TABLESPACE ' || pg_catalog.quote_ident(s.spcname) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace WHERE c.oid = ${like}::regclass::oid
    UNION ALL SELECT 'DROP CONSTRAINT ' || pg_catalog.quote_ident(x.conname) FROM pg_catalog.pg_constraint x WHERE x.conrelid = ${made}::regclass::oid AND x.contype = 'x'
  LOOP
    EXECUTE ${alter} || alteration;
  END LOOP;
END;`
}

/** Makes a partition in place, with all partitions of its own: ACCESS EXCLUSIVE on the parent. */
export function renderPartitionOf(parent: TableName, partition: Partition): Sql[] {
  return [
    sql`CREATE TABLE ${qualified(partition)} PARTITION OF ${qualified(parent)} ${renderBound(partition.bound)}${partitionBy(partition)};`,
    ...partition.partitions.flatMap((child) => renderPartitionOf(partition, child)),
  ]
}

function partitionBy({ partitionBy: key }: Partition): Sql {
  return key ? sql` ${renderPartitionBy(key)}` : constantSql('')
}
