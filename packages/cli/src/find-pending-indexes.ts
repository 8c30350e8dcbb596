import { findPendingIndexes, formatTableName, type MigrationFile, type PartmanDocument, type PendingChanges } from '@partman/core'
import type { ShownFinding } from './format-finding.js'
import { type Client, observeFoundTables } from './observe-migrations.js'

/** Finds indexes that pending migrations build in one statement: it holds a lock on every partition that stops writers until the last one is built. */
export async function findIndexesBuiltAtOnce(
  client: Client,
  document: PartmanDocument,
  migrations: readonly MigrationFile[],
  pending: PendingChanges,
  schema: string,
): Promise<ShownFinding[]> {
  const found = await observeFoundTables(
    client,
    document.tables.map(({ table }) => pending.databaseName(table)?.table ?? table),
  )
  const partitioned = document.tables.filter((_table, index) => found[index]?.kind === 'partitioned')
  return (await findPendingIndexes(migrations, partitioned, schema)).map(({ migration, position, policy, name }) => ({
    code: 'PENDING_INDEX',
    severity: 'warning',
    declaredAt: `${migration.name}/migration.sql:${position}`,
    message: `builds ${name === null ? 'an index' : `the index ${name}`} on all partitions of ${formatTableName(policy.table)} at once, and no row is written meanwhile`,
    nextStep: 'Run `partman migrate` before it is deployed: then the maintainer builds it, one partition after another.',
  }))
}
