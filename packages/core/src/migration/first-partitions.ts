import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { type PartitionPolicy, type TenantColumn, tenantsOf } from '../policy/policy.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { comment, constantSql, doBlock, identifier, integer, joinSql, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { LOCKS_PER_TABLE } from '../state/lock-budget.js'
import { partitionStem } from '../state/partition-name.js'
import { formatTableName, type Partition } from '../state/state.js'
import { wantDefault, wantTenant } from '../state/want-partitions.js'
import { partitionKey, wantTable } from '../state/want-state.js'
import { describePolicy } from './describe-policy.js'
import { renderTableMarker } from './migration-marker.js'
import { renderFixedLevel, renderWindows } from './partition-query.js'

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

/** The parent whose partitions a level makes: its schema, its name, and what their names begin with, each an expression. */
interface Parent {
  readonly schema: Sql
  readonly name: Sql
  readonly stem: Sql
}

function tableBlock(document: PartmanDocument, declared: TablePolicy, tablesInAll: number): Sql {
  const { policy, table } = declared
  const parent = { schema: literal(table.schema), name: literal(table.name), stem: literal(partitionStem(table)) }
  const depths = Array.from({ length: depthOf(policy) }, (_, depth) => sql`  ${part(depth)} record;\n  ${partName(depth)} text;`)
  const tenants = tenantsOf(policy)
  return sql`DECLARE
${joinSql(depths, '\n')}${tenants ? lockBudget(tablesInAll) : constantSql('')}
BEGIN
  ${unlessPartitioned(table)}
  ${renderLevel(document, policy, parent, 0, tenants ? spend(document, declared) : constantSql(''))}
END`
}

function depthOf({ subpartition }: PartitionPolicy): number {
  return subpartition === null ? 1 : 1 + depthOf(subpartition)
}

function part(depth: number): Sql {
  return sql`part_${integer(depth + 1)}`
}

function partName(depth: number): Sql {
  return sql`name_${integer(depth + 1)}`
}

/** A loop over the partitions of a level, with what is below each; the DEFAULT partition has nothing below it. */
function renderLevel(document: PartmanDocument, policy: PartitionPolicy, parent: Parent, depth: number, first: Sql): Sql {
  const [one, name, schema] = [part(depth), partName(depth), literal(document.partitionSchema)]
  const below = policy.subpartition
  const create = (partitionBy: Sql) => sql`${name} := partman.join_name(${parent.stem}, ${one}.label);
    EXECUTE pg_catalog.format('CREATE TABLE %I.%I PARTITION OF %I.%I %s%s', ${schema}, ${name}, ${parent.schema}, ${parent.name}, ${one}.bound, ${partitionBy});`
  const loop = sql`FOR ${one} IN ${renderQuery(document, policy)} LOOP
    ${first}${create(literal(below === null ? '' : ` ${renderPartitionBy(partitionKey(below))}`))}
    ${below === null ? constantSql('') : renderLevel(document, below, { schema, name, stem: name }, depth + 1, constantSql(''))}
  END LOOP;`
  if (wantDefault(policy).length === 0) return loop
  return sql`${loop}
  FOR ${one} IN SELECT 'default' AS label, 'DEFAULT' AS bound LOOP
    ${create(literal(''))}
  END LOOP;`
}

/** The query of a level's partitions: `label` and `bound`. */
function renderQuery(document: PartmanDocument, policy: PartitionPolicy): Sql {
  const tenants = tenantsOf(policy)
  if (policy.kind === 'tenants' && tenants) {
    return sql`SELECT partman.value_label(key) AS label, pg_catalog.format('FOR VALUES IN (%L)', key) AS bound FROM (${tenantKeys(document, tenants)}) AS tenant (key)`
  }
  const windows = policy.kind === 'range' ? renderWindows(policy) : renderFixedLevel(policy)
  if (!tenants) return sql`SELECT label, pg_catalog.format('FOR VALUES ' || template, '', lower, upper) AS bound FROM ${windows}`
  return sql`SELECT partman.value_label(key) || '_' || label AS label, pg_catalog.format('FOR VALUES ' || template, key, lower, upper) AS bound
    FROM (${tenantKeys(document, tenants)}) AS tenant (key), ${windows}`
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
  return sql`tables_left := tables_left - ${integer(largest ? countTables(largest) : 1)};
    EXIT WHEN tables_left < 0;
    `
}

function countTables({ partitions }: Partition): number {
  return 1 + partitions.reduce((sum, partition) => sum + countTables(partition), 0)
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
