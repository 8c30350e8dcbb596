import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { type TenantColumn, tenantsOf } from '../policy/policy.js'
import { comment, constantSql, doBlock, identifier, integer, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { countSubtree, LOCKS_PER_TABLE } from '../state/lock-budget.js'
import { partitionStem } from '../state/partition-name.js'
import { formatTableName } from '../state/state.js'
import { wantTenant } from '../state/want-partitions.js'
import { wantTable } from '../state/want-state.js'
import { describePolicy } from './describe-policy.js'
import { renderTableMarker } from './migration-marker.js'
import { declareLevels, renderLevel } from './partition-levels.js'

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
  return sql`
${constantSql(renderTableMarker(table))}
${comment(`First partitions of ${formatTableName(table)}: ${describePolicy(policy)}`)}
${doBlock(tableBlock(document, declared, tablesInAll))};
`
}

function tableBlock(document: PartmanDocument, declared: TablePolicy, tablesInAll: number): Sql {
  const { policy, table } = declared
  const parent = { schema: literal(table.schema), name: literal(table.name), stem: literal(partitionStem(table)) }
  const tenants = tenantsOf(policy)
  return sql`DECLARE
${declareLevels(policy)}${tenants ? lockBudget(tablesInAll) : constantSql('')}
BEGIN
  ${unlessPartitioned(table)}
  ${renderLevel({ partitionSchema: document.partitionSchema, tenantKeys: tenants && tenantKeys(document, tenants) }, policy, parent, 0, tenants ? spend(document, declared) : constantSql(''))}
END`
}

/**
 * Every table made holds locks until the transaction ends, and the lock table has an end; so no more than half of it is
 * used here, by all tables together, as one transaction makes them. The tenants beyond that get their partitions in the
 * maintainer's first run.
 */
function lockBudget(tablesInAll: number): Sql {
  return sql`
  tables_left int := pg_catalog.current_setting('max_locks_per_transaction')::int
    * pg_catalog.current_setting('max_connections')::int / 2 / ${integer(LOCKS_PER_TABLE)} / ${integer(tablesInAll)};`
}

/** What one partition of the outermost level takes of the budget. */
function spend(document: PartmanDocument, declared: TablePolicy): Sql {
  const wanted = wantTable(document.partitionSchema, declared, { now: 0, tenants: new Map() })
  const [largest] = wantTenant(wanted, partitionStem(declared.table), '-')
  return sql`tables_left := tables_left - ${integer(largest ? countSubtree(largest) : 1)};
    EXIT WHEN tables_left < 0;
    `
}

/**
 * A table that was renamed in place of a DROP and a CREATE brings its partitions along. A maintainer may have begun as
 * well: what it is making is waited for, and it makes the rest. The lock is the one that PARTITION OF takes next; a table
 * that is in use is not locked.
 */
function unlessPartitioned(table: TablePolicy['table']): Sql {
  const partitioned = sql`EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = pg_catalog.to_regclass(${literal(qualified(table))})::oid)`
  return sql`IF NOT ${partitioned} THEN
    LOCK TABLE ONLY ${qualified(table)} IN ACCESS EXCLUSIVE MODE;
  END IF;
  IF ${partitioned} THEN
    RETURN;
  END IF;`
}

/** The keys of the tenants there are: registered ones, and those with a row in the tenant table. */
function tenantKeys({ tenantSets, partitionSchema }: PartmanDocument, { tenants }: TenantColumn): Sql {
  const source = tenantSets.find(({ name }) => name === tenants)?.source
  const registered = sql`SELECT t.key COLLATE "C" FROM partman.tenant t WHERE t.tenants = ${literal(tenants)}`
  const removed = sql`SELECT r.key COLLATE "C" FROM partman.removal r WHERE r.partition_schema = ${literal(partitionSchema)} AND r.tenants = ${literal(tenants)}`
  if (!source) return sql`${registered} EXCEPT ${removed} ORDER BY 1`
  const column = identifier(source.key.column)
  return sql`(${registered} UNION SELECT s.${column}::text COLLATE "C" FROM ${qualified(source.table)} s WHERE s.${column}::text <> '') EXCEPT ${removed} ORDER BY 1`
}
