import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'
import type { MigrationEdit } from './plan-migration.js'
import { renderWholeIndexes } from './whole-indexes.js'

/** The script of partman's own migration: the bookkeeping, the first partitions of tables, and indexes where there are no rows. null where there is nothing to write. */
export function renderMigration(
  document: PartmanDocument,
  {
    bookkeeping,
    firstPartitions,
    edits = [],
  }: { bookkeeping: boolean; firstPartitions: readonly TablePolicy[]; edits?: readonly Pick<MigrationEdit, 'indexes'>[] },
): string | null {
  const parts: string[] = []
  if (bookkeeping) parts.push(renderBookkeeping(document.tenantSets))
  if (firstPartitions.length > 0) parts.push(renderFirstPartitions(document, firstPartitions))
  parts.push(...renderWholeIndexes(edits.flatMap(({ indexes = [] }) => indexes)))
  return parts.length === 0 ? null : parts.join('\n')
}
