import type { TableName } from '../api/shapes.js'
import { formatTableName } from '../format/table-name.js'

/** A partition by its bound, which people know it by, and its name. */
export function PartitionLabel({ bound, partition }: { bound: string | null; partition: TableName }) {
  return (
    <>
      {bound !== null && <div class="nowrap tabular">{bound}</div>}
      <code class="small muted" title={formatTableName(partition)}>
        {partition.name}
      </code>
    </>
  )
}
