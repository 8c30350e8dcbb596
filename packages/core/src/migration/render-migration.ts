import type { PartmanDocument, TablePolicy } from '../policy/document.js'
import { renderBookkeeping } from './bookkeeping.js'
import { renderFirstPartitions } from './first-partitions.js'
import type { MigrationEdit } from './plan-migration.js'
import type { TriggerStep } from './plan-triggers.js'
import { renderCreateTrigger, renderDropTrigger } from './tenant-trigger.js'
import { renderWholeIndexes } from './whole-indexes.js'

/** The script of partman's own migration: the bookkeeping, the first partitions of tables, indexes where there are no rows, and triggers of tenants. null where there is nothing to write. */
export function renderMigration(
  document: PartmanDocument,
  {
    bookkeeping,
    firstPartitions,
    edits = [],
    triggers = [],
  }: {
    bookkeeping: boolean
    firstPartitions: readonly TablePolicy[]
    edits?: readonly Pick<MigrationEdit, 'indexes'>[]
    triggers?: readonly TriggerStep[]
  },
): string | null {
  const parts: string[] = []
  if (bookkeeping) parts.push(renderBookkeeping(document.tenantSets, document.partitionSchema))
  if (firstPartitions.length > 0) parts.push(renderFirstPartitions(document, firstPartitions))
  parts.push(...renderWholeIndexes(edits.flatMap(({ indexes = [] }) => indexes)))
  parts.push(...triggers.map((step) => (step.kind === 'create-trigger' ? renderCreateTrigger(step.trigger) : renderDropTrigger(step))))
  return parts.length === 0 ? null : parts.join('\n')
}
