import { qualified, sql } from '../sql/sql.js'
import { formatTableName } from '../state/state.js'
import type { RelationCheck } from './relation-facts.js'

export const invalidIndexesCheck: RelationCheck = {
  name: 'invalid indexes',
  needs: ['relations'],
  find: ({ relations: { invalidIndexes } }) =>
    invalidIndexes.map(({ index, table }) => ({
      code: 'INDEX_INVALID',
      severity: 'warning',
      message: `The index ${formatTableName(index)} of ${formatTableName(table)} is invalid, and nobody is building it`,
      reason: 'Every row that is written pays for it, and no query can use it.',
      nextStep: 'It is left of a concurrent build that failed. Build it again where it is wanted, and drop it where it is not.',
      choices: [
        { label: 'where it is wanted', sql: sql`REINDEX INDEX CONCURRENTLY ${qualified(index)};` },
        { label: 'where it is not', sql: sql`DROP INDEX CONCURRENTLY ${qualified(index)};` },
      ],
    })),
}
