import { constantSql, doBlock, literal, qualified, type Sql, sql } from '../sql/sql.js'
import { renderIndexMarker } from './migration-marker.js'
import type { PendingIndex } from './plan-index-edits.js'

/**
 * The part of a migration that makes indexes whole where there are no rows: in a database that is set up anew no maintainer
 * has to come before an upsert finds its unique index. Where a partition has been written to, it does nothing and locks nothing.
 */
export function renderWholeIndexes(indexes: readonly PendingIndex[]): Sql[] {
  return indexes.flatMap(({ policy: { table }, name, statement }) => {
    if (name === null) return []
    const index = qualified({ schema: table.schema, name })
    // A comment may end the statement.
    return [
      sql`${constantSql(renderIndexMarker({ schema: table.schema, name }))}
${doBlock(sql`BEGIN
  IF EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indexrelid = pg_catalog.to_regclass(${literal(index)})::oid AND NOT x.indisvalid)
    AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_partition_tree(${literal(qualified(table))}::regclass) AS t
      WHERE t.isleaf AND pg_catalog.pg_relation_size(t.relid, 'main') > 0::bigint
    )
  THEN
    DROP INDEX ${index};
    ${statement}
    ;
  END IF;
END`)};
`,
    ]
  })
}
