import type { RetiredMarker } from '../state/state.js'
import type { DetachPartition } from './operation.js'

/** What a detach writes on its partition. */
export function retiredMarker({ table, parent, partition, tenant, removed, retiredAt }: DetachPartition): RetiredMarker {
  const { schema, name, bound } = partition
  return {
    table,
    partition: { schema, name },
    parent,
    bound,
    ...(tenant !== null && { tenant }),
    ...(removed && { removed: removed.tenants }),
    retiredAt,
  }
}
