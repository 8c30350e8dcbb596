import { type Database, type PartmanDocument, sql } from '@partman/core'

/** Who has removed a tenant, and why. */
export interface RecordedRemoval {
  readonly tenants: string
  readonly key: string
  readonly by: string
  readonly reason: string
}

/** Reads the removals of tenants of a document. */
export function observeRemovals(database: Database, { partitionSchema }: PartmanDocument): Promise<RecordedRemoval[]> {
  return database.query<RecordedRemoval>(
    sql`SELECT r.tenants, r.key, r.removed_by AS by, r.reason FROM partman.removal r WHERE r.partition_schema = $1 ORDER BY r.tenants, r.key`,
    [partitionSchema],
  )
}
