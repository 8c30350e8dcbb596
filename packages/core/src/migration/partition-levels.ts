import { type PartitionPolicy, tenantsOf } from '../policy/policy.js'
import { renderPartitionBy } from '../sql/render-partition.js'
import { constantSql, integer, joinSql, literal, type Sql, sql } from '../sql/sql.js'
import { wantDefault } from '../state/want-partitions.js'
import { partitionKey } from '../state/want-state.js'
import { renderFixedLevel, renderWindows } from './partition-query.js'

/** The parent whose partitions a level makes: its schema, its name, and what their names begin with, each an expression. */
export interface Parent {
  readonly schema: Sql
  readonly name: Sql
  readonly stem: Sql
}

/** Where partitions are made, and for whom. */
export interface LevelContext {
  readonly partitionSchema: string
  /** A query of the tenants' keys; null below the level that tells them apart. */
  readonly tenantKeys: Sql | null
}

/** The variables that the loops over the levels of a policy need. */
export function declareLevels(policy: PartitionPolicy): Sql {
  const depths = Array.from({ length: depthOf(policy) }, (_, depth) => sql`  ${part(depth)} record;\n  ${partName(depth)} text;`)
  return joinSql(depths, '\n')
}

function depthOf({ subpartition }: PartitionPolicy): number {
  return subpartition === null ? 1 : 1 + depthOf(subpartition)
}

/** The variable that holds the partition of a loop: its `label` and `bound`. */
export function part(depth: number): Sql {
  return sql`part_${integer(depth + 1)}`
}

/** The variable that holds its name. */
export function partName(depth: number): Sql {
  return sql`name_${integer(depth + 1)}`
}

/** A loop over the partitions of a level, with what is below each; the DEFAULT partition has nothing below it. `first` begins each round. */
export function renderLevel(context: LevelContext, policy: PartitionPolicy, parent: Parent, depth: number, first: Sql): Sql {
  const [one, name, schema] = [part(depth), partName(depth), literal(context.partitionSchema)]
  const below = policy.subpartition
  const create = (partitionBy: Sql) => sql`${name} := partman.join_name(${parent.stem}, ${one}.label);
    EXECUTE pg_catalog.format('CREATE TABLE %I.%I PARTITION OF %I.%I %s%s', ${schema}, ${name}, ${parent.schema}, ${parent.name}, ${one}.bound, ${partitionBy});`
  const loop = sql`FOR ${one} IN ${renderQuery(context, policy)} LOOP
    ${first}${create(partitionByOf(below))}
    ${below === null ? constantSql('') : renderBelow(context, below, name, depth)}
  END LOOP;`
  if (wantDefault(policy).length === 0) return loop
  return sql`${loop}
  FOR ${one} IN SELECT 'default' AS label, 'DEFAULT' AS bound LOOP
    ${create(literal(''))}
  END LOOP;`
}

/** The loop over what is below the partition of a loop. */
export function renderBelow({ partitionSchema }: LevelContext, below: PartitionPolicy, name: Sql, depth: number): Sql {
  const parent = { schema: literal(partitionSchema), name, stem: name }
  return renderLevel({ partitionSchema, tenantKeys: null }, below, parent, depth + 1, constantSql(''))
}

/** The end of a CREATE TABLE by what is below, as a string constant. */
export function partitionByOf(below: PartitionPolicy | null): Sql {
  return literal(below === null ? '' : ` ${renderPartitionBy(partitionKey(below))}`)
}

/** The query of a level's partitions: `label` and `bound`. */
export function renderQuery({ tenantKeys }: LevelContext, policy: PartitionPolicy): Sql {
  const tenants = tenantKeys !== null && tenantsOf(policy) !== null ? sql`(${tenantKeys}) AS tenant (key)` : null
  if (policy.kind === 'tenants') {
    if (!tenants) throw new TypeError('a level of tenants needs their keys')
    return sql`SELECT partman.value_label(key) AS label, pg_catalog.format('FOR VALUES IN (%L)', key) AS bound FROM ${tenants}`
  }
  const windows = policy.kind === 'range' ? renderWindows(policy) : renderFixedLevel(policy)
  if (!tenants) return sql`SELECT label, pg_catalog.format('FOR VALUES ' || template, '', lower, upper) AS bound FROM ${windows}`
  return sql`SELECT partman.value_label(key) || '_' || label AS label, pg_catalog.format('FOR VALUES ' || template, key, lower, upper) AS bound
    FROM ${tenants}, ${windows}`
}
