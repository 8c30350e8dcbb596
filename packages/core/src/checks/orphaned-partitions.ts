import { qualified, sql } from '../sql/sql.js'
import { MOVED_PREFIX, parseMarker } from '../state/marker.js'
import { formatTableName, sameTable } from '../state/state.js'
import type { Check, CheckResult, Choice } from './check.js'
import type { MaintenanceHistory } from './maintenance-facts.js'
import type { MarkedRelation, RelationFacts } from './relation-facts.js'

/** Where the bookkeeping cannot be read, they are told of all the same. */
export const orphanedPartitionsCheck: Check<{ readonly relations: RelationFacts; readonly maintenance?: MaintenanceHistory | null }> = {
  name: 'detached partitions',
  needs: ['relations'],
  find: ({ relations: { marked }, maintenance }) =>
    marked.flatMap((relation): CheckResult[] => {
      const why = whyForgotten(relation)
      if (why === undefined) return []
      return [
        {
          code: 'DETACHED_PARTITION_ORPHANED',
          severity: 'warning',
          message: `${formatTableName(relation.table)} stands detached, and ${why}`,
          reason: 'No maintenance drops it or can attach it again: its rows stay, and take their room.',
          nextStep:
            'If its table was renamed (@@map), drop nothing: its rows belong to the table of the new name. Otherwise look at its rows, then keep it, or drop it.',
          choices: choices(relation, maintenance),
        },
      ]
    }),
}

/** None where a hold may be on its rows: that of a table under its new name cannot be told from that of another. */
function choices({ table, comment, isTableThere }: MarkedRelation, maintenance: MaintenanceHistory | null | undefined): Choice[] {
  if (maintenance === undefined) return []
  const held = maintenance?.heldTables ?? []
  const marker = parseMarker(comment)
  const isHeld = marker && isTableThere ? held.some((one) => sameTable(one, marker.table) || sameTable(one, table)) : held.length > 0
  if (isHeld) return []
  return [
    { label: 'where its rows are to be kept: maintenance forgets it', sql: sql`COMMENT ON TABLE ${qualified(table)} IS NULL;` },
    { label: 'where its table was not renamed, and nobody wants its rows', sql: sql`DROP TABLE ${qualified(table)};` },
  ]
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
