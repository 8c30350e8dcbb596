import type { TableDetail } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { formatCount } from '../format/count.js'
import { formatTableName } from '../format/table-name.js'
import { Scroller } from '../parts/scroller.js'

/** The DEFAULT partitions: what is in them stands in the way of partitions to come. */
export function DefaultRows({ partitions }: { partitions: TableDetail['defaultRows'] }) {
  return (
    <section class="panel" aria-labelledby="default-title">
      <header class="panel-head">
        <h2 id="default-title">DEFAULT partitions</h2>
        <span class="muted">Rows in them fit no window; they stand in the way when one is made.</span>
      </header>
      <Scroller label="DEFAULT partitions">
        <table>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col" class="number">
                Rows
              </th>
              <th scope="col" class="number">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {partitions.map(({ partition, rows, bytes }) => (
              <tr key={formatTableName(partition)}>
                <td>
                  <code>{formatTableName(partition)}</code>
                </td>
                <td class="number">{rows === null ? 'not known' : formatCount(rows)}</td>
                <td class="number">{formatBytes(bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </section>
  )
}
