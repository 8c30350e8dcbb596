import type { TableName } from '../policy/document.js'
import { type Bound, formatBound } from '../state/bound.js'
import type { RenderOptions } from './guarded-block.js'
import { literal, qualified, type Sql, sql } from './sql.js'

/** Something done to a partition that its owner may ask about later. */
export interface PartitionAct {
  readonly act: 'detach' | 'drop' | 'move' | 'restore'
  readonly table: TableName
  readonly partition: TableName
  readonly bound: Bound
  readonly reason: string
}

/** Writes a maintainer's act down in the transaction of the act itself, with what the partition holds at that moment: before it goes. */
export function renderAudit({ act, table, partition, bound, reason }: PartitionAct, { maintainer }: RenderOptions): Sql[] {
  if (!maintainer) return []
  const oid = sql`${literal(qualified(partition))}::regclass`
  return [
    sql`INSERT INTO partman.audit (actor, act, table_schema, table_name, subject, details, reason)
    SELECT ${literal(maintainer.actor ?? maintainer.holder)}, ${literal(act)}, ${literal(table.schema)}, ${literal(table.name)}, ${literal(`${partition.schema}.${partition.name}`)},
      pg_catalog.jsonb_build_object('bound', ${literal(formatBound(bound))}::text, 'rows', pg_catalog.sum(GREATEST(c.reltuples, 0::real))::bigint, 'bytes', pg_catalog.sum(pg_catalog.pg_total_relation_size(c.oid))::bigint),
      ${literal(reason)}
    FROM pg_catalog.pg_class c WHERE c.oid = ANY (ARRAY(SELECT t.relid::oid FROM pg_catalog.pg_partition_tree(${oid}) AS t) || ${oid}::oid);`,
  ]
}

/** Once a partition is gone, or back, what the hooks have said of it is over. */
export function forgetHooks({ oid }: { readonly oid: string }, { maintainer }: RenderOptions): Sql[] {
  return maintainer ? [sql`DELETE FROM partman.hook_call WHERE partition = ${literal(oid)}::oid;`] : []
}
