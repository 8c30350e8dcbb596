import { qualified, sql } from '../sql/sql.js'
import { MOVED_PREFIX, parseMarker } from '../state/marker.js'
import { formatTableName, sameTable } from '../state/state.js'
import type { CheckResult } from './check.js'
import type { MarkedRelation, RelationCheck } from './relation-facts.js'

export const orphanedPartitionsCheck: RelationCheck = {
  name: 'detached partitions',
  needs: ['relations'],
  find: ({ relations: { marked } }) =>
    marked.flatMap((relation): CheckResult[] => {
      const why = whyForgotten(relation)
      if (why === undefined) return []
      return [
        {
          code: 'DETACHED_PARTITION_ORPHANED',
          severity: 'warning',
          message: `${formatTableName(relation.table)} stands detached, and ${why}`,
          reason: 'No maintenance drops it or can attach it again: its rows stay, and take their room.',
          nextStep: 'Look at its rows, then drop it, or take the comment off and keep it.',
          statements: [sql`DROP TABLE ${qualified(relation.table)};`, sql`COMMENT ON TABLE ${qualified(relation.table)} IS NULL;`],
        },
      ]
    }),
}

/** What was moved to a schema for good is meant to stay. */
function whyForgotten({ table, comment, isTableThere }: MarkedRelation): string | undefined {
  if (comment.startsWith(MOVED_PREFIX)) return undefined
  const marker = parseMarker(comment)
  if (!marker) return 'its mark cannot be read'
  if (!sameTable(marker.partition, table))
    return `its mark was written for ${formatTableName(marker.partition)}: it was renamed, moved or copied since`
  return isTableThere ? undefined : `the table that it was retired from, ${formatTableName(marker.table)}, is gone`
}
