import { qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import type { RelationCheck } from './relation-facts.js'

export const unattachedTablesCheck: RelationCheck = {
  name: 'tables that stand unattached',
  needs: ['relations'],
  find: ({ relations: { unattached } }) =>
    unattached.map(({ table, estimatedRows, candidates }) => {
      const rows = estimatedRows === null ? 'an unknown number of rows' : `about ${estimatedRows} rows`
      const like =
        candidates.length === 0 ? 'the columns of no partitioned table' : `the columns of ${candidates.map(formatTableName).join(' and ')}`
      return {
        code: 'PARTITION_UNATTACHED',
        severity: 'warning',
        message: `${formatTableName(table)} is no partition and bears no mark of a retirement; it has ${rows} and ${like}`,
        reason: 'No query on the partitioned table sees its rows, and no maintenance ever drops them.',
        nextStep:
          'Look at its rows. Attach it, with the bound that they lie in, or keep it elsewhere; it may be dropped where nobody wants them.',
        choices: [
          ...candidates.map((parent) => ({
            label: `where its rows belong to ${formatTableName(parent)}`,
            sql: sql`ALTER TABLE ${qualified(parent)} ATTACH PARTITION ${qualified(table)} FOR VALUES <bound>;`,
          })),
          { label: 'where nobody wants its rows', sql: sql`DROP TABLE ${qualified(table)};` },
        ],
      }
    }),
}
