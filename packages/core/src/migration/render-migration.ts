import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'

/** The script of partman's own migration: the bookkeeping and the first partitions of tables. null where there is nothing to write. */
export function renderMigration(
  document: PartmanDocument,
  { bookkeeping, firstPartitions }: { bookkeeping: boolean; firstPartitions: readonly TablePolicy[] },
): string | null {
  const parts: string[] = []
  if (bookkeeping) parts.push(renderBookkeeping(document.tenantSets))
  if (firstPartitions.length > 0) parts.push(renderFirstPartitions(document, firstPartitions))
  return parts.length === 0 ? null : parts.join('\n')
}
