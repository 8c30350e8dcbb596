import { type GridStep, gridStep } from '../calendar/window.js'
import type { ListPolicy, PartmanDocument, RangePolicy, TableName, TablePolicy } from '../policy/document.js'
import { parseDuration } from '../policy/duration.js'
import { LOCKS_PER_TABLE } from '../sql/lock-estimate.js'
import { comment, constantSql, doBlock, identifier, integer, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { partitionStem } from '../state/partition-name.js'
import { formatTableName } from '../state/state.js'
import { renderTableMarker } from './migration-marker.js'

/**
 * The part of a migration that makes the first partitions of tables that an earlier migration of the same deploy has
 * created: one block per table. Windows are worked out when the migration runs, from the database's clock, so that a
 * file written today serves a database set up next year; a table of tenants gets the tenants that are there by then.
 */
export function renderFirstPartitions(document: PartmanDocument, tables: readonly TablePolicy[]): Sql {
  return joinSql([renderPartitionSchema(document), ...tables.map((table) => renderTable(document, table, tables.length))], '\n')
}

function renderPartitionSchema({ partitionSchema }: PartmanDocument): Sql {
  return sql`-- partman schema of the partitions
${doBlock(sql`BEGIN
  IF pg_catalog.to_regnamespace(${literal(identifier(partitionSchema))}) IS NULL THEN
    CREATE SCHEMA ${identifier(partitionSchema)};
  END IF;
END`)};
`
}

function renderTable(document: PartmanDocument, declared: TablePolicy, tablesInAll: number): Sql {
  const { policy, table } = declared
  const range = policy.kind === 'range' ? policy : policy.subpartition
  const head = comment(
    `First partitions of ${formatTableName(table)}: ${policy.kind === 'list' ? `one per tenant, each with ` : ''}the present ${range.interval} and ${range.premake} ahead (${range.timeZone})`,
  )
  const body = policy.kind === 'range' ? rangeBlock(document, declared, policy) : tenantBlock(document, declared, policy, tablesInAll)
  return sql`
${constantSql(renderTableMarker(table))}
${head}
${doBlock(body)};
`
}

function rangeBlock({ partitionSchema }: PartmanDocument, { table }: TablePolicy, policy: RangePolicy): Sql {
  return sql`DECLARE
  part record;
BEGIN
  ${unlessPartitioned(table)}
  FOR part IN SELECT * FROM ${windows(policy)} LOOP
    EXECUTE pg_catalog.format(
      'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
      ${literal(partitionSchema)}, partman.join_name(${literal(partitionStem(table))}, ${label(policy)}),
      ${literal(table.schema)}, ${literal(table.name)}, ${keyValue(policy, sql`part.lower`)}, ${keyValue(policy, sql`part.upper`)});
  END LOOP;
END`
}

/**
 * Every table made holds locks until the transaction ends, and the lock table has an end; so no more than half of it is
 * used here, by all tables together, as one transaction makes them. The tenants beyond that get their partitions in the
 * maintainer's first run.
 */
function tenantBlock(document: PartmanDocument, { table }: TablePolicy, policy: ListPolicy, tablesInAll: number): Sql {
  const range = policy.subpartition
  const schema = literal(document.partitionSchema)
  return sql`DECLARE
  tenant text;
  tenant_partition text;
  part record;
  tables_left int := pg_catalog.current_setting('max_locks_per_transaction')::int
    * pg_catalog.current_setting('max_connections')::int / 2 / ${integer(LOCKS_PER_TABLE)} / ${integer(tablesInAll)};
BEGIN
  ${unlessPartitioned(table)}
  FOR tenant IN ${tenantKeys(document, policy)} LOOP
    tables_left := tables_left - ${integer(range.premake + 2)};
    EXIT WHEN tables_left < 0;
    tenant_partition := partman.tenant_partition_name(${literal(partitionStem(table))}, tenant);
    EXECUTE pg_catalog.format(
      'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES IN (%L) PARTITION BY RANGE (%I)',
      ${schema}, tenant_partition, ${literal(table.schema)}, ${literal(table.name)}, tenant, ${literal(range.by.column)});
    FOR part IN SELECT * FROM ${windows(range)} LOOP
      EXECUTE pg_catalog.format(
        'CREATE TABLE %I.%I PARTITION OF %I.%I FOR VALUES FROM (%L) TO (%L)',
        ${schema}, partman.join_name(tenant_partition, ${label(range)}),
        ${schema}, tenant_partition, ${keyValue(range, sql`part.lower`)}, ${keyValue(range, sql`part.upper`)});
    END LOOP;
  END LOOP;
END`
}

/**
 * A table that was renamed in place of a DROP and a CREATE brings its partitions along. A maintainer may have begun as
 * well: what it is making is waited for, and it makes the rest. The lock is the one that PARTITION OF takes next; a table
 * that is in use is not locked.
 */
function unlessPartitioned(table: TableName): Sql {
  const partitioned = sql`EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass(${literal(qualified(table))})::oid)`
  return sql`IF NOT ${partitioned} THEN
    LOCK TABLE ONLY ${qualified(table)} IN ACCESS EXCLUSIVE MODE;
  END IF;
  IF ${partitioned} THEN
    RETURN;
  END IF;`
}

/** The keys of the tenants there are: registered ones, and those with a row in the tenant table. */
function tenantKeys({ tenantSets }: PartmanDocument, { tenants }: ListPolicy): Sql {
  const source = tenantSets.find(({ name }) => name === tenants)?.source
  const registered = sql`SELECT t.key COLLATE "C" FROM partman.tenant t WHERE t.tenants = ${literal(tenants)}`
  if (!source) return sql`${registered} ORDER BY 1`
  const column = identifier(source.key.column)
  return sql`${registered} UNION SELECT s.${column}::text COLLATE "C" FROM ${qualified(source.table)} s WHERE s.${column}::text <> '' ORDER BY 1`
}

function windows({ interval, timeZone, premake }: RangePolicy): Sql {
  return sql`partman.windows(${gridArguments(gridStep(parseDuration(interval)))}, ${literal(timeZone)}, ${integer(premake)}, pg_catalog.clock_timestamp())`
}

/** Unit, step and origin, as the SQL functions take them. */
function gridArguments(step: GridStep): Sql {
  switch (step.kind) {
    case 'elapsed':
      return sql`'elapsed', ${integer(step.ms)}, 0`
    case 'days':
      return sql`'days', ${integer(step.days)}, ${integer(step.origin)}`
    case 'months':
      return sql`'months', ${integer(step.months)}, 0`
  }
}

/** A window's end in the type of the key, as PostgreSQL prints it in UTC. */
function keyValue({ by, timeZone }: RangePolicy, instant: Sql): Sql {
  switch (by.type) {
    case 'timestamptz':
      return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00')`
    case 'timestamp':
      return sql`pg_catalog.to_char(${instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')`
    case 'date':
      return sql`pg_catalog.to_char(${instant} AT TIME ZONE ${literal(timeZone)}, 'YYYY-MM-DD')`
  }
}

/** The label of the window `part`, as `windowLabel` writes it. */
function label({ interval, timeZone }: RangePolicy): Sql {
  const { unit } = parseDuration(interval)
  const zone = literal(timeZone)
  switch (unit) {
    case 'minute':
    case 'hour':
      return sql`pg_catalog.to_char(part.lower AT TIME ZONE 'UTC', '"p"YYYYMMDD_HH24MI')`
    case 'day':
    case 'week':
      return sql`pg_catalog.to_char(part.lower AT TIME ZONE ${zone}, '"p"YYYYMMDD')`
    case 'month':
    case 'quarter':
      return sql`pg_catalog.to_char(part.lower AT TIME ZONE ${zone}, '"p"YYYYMM')`
    case 'year':
      return sql`pg_catalog.to_char(part.lower AT TIME ZONE ${zone}, '"p"YYYY')`
  }
}
