import type { Partition } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { formatCount } from '../format/count.js'
import { Badge } from '../parts/badge.js'
import { Scroller } from '../parts/scroller.js'
import { SortableHead } from '../parts/sortable.js'
import { StateMark } from '../parts/state-mark.js'
import { Relative } from '../parts/time.js'

interface Props {
  readonly items: readonly Partition[]
  readonly timeZone: string | null
  readonly hasTenants: boolean
  readonly sort: string
  readonly order: string
  readonly onSort: (sort: string, order: 'asc' | 'desc') => void
  readonly onTenant: (key: string) => void
}

export function PartitionTable({ items, hasTenants, sort, order, onSort, onTenant }: Props) {
  const by = { sort, order, onSort }
  return (
    <Scroller label="Partitions">
      <table>
        <thead>
          <tr>
            <SortableHead name="bound" label="Bound" {...by} />
            {hasTenants && <th scope="col">Tenant</th>}
            <th scope="col">State</th>
            <SortableHead name="bytes" label="Size" isNumber {...by} />
            <SortableHead name="rows" label="Rows" isNumber {...by} />
            <SortableHead name="scans" label="Scans" isNumber {...by} />
            <th scope="col">Last scan</th>
            <th scope="col">Name</th>
          </tr>
        </thead>
        <tbody>
          {items.map((one) => (
            <tr key={`${one.schema}.${one.name} ${one.bound}`}>
              <td class="nowrap tabular">{one.bound}</td>
              {hasTenants && (
                <td>
                  {one.tenant === null ? (
                    '–'
                  ) : (
                    <button
                      type="button"
                      class="link break"
                      onClick={() => onTenant(one.tenant ?? '')}
                      aria-label={`Only tenant ${one.tenant}`}
                    >
                      {one.tenant}
                    </button>
                  )}
                </td>
              )}
              <td class="nowrap">
                <StateMark state={one.state} />
                {one.retiredAt !== null && (
                  <span class="muted small">
                    {' '}
                    <Relative at={one.retiredAt} />
                  </span>
                )}
                {one.held && (
                  <>
                    {' '}
                    <Badge tone="accent">held</Badge>
                  </>
                )}
              </td>
              <td class="number">{one.state === 'missing' ? '–' : formatBytes(one.bytes)}</td>
              <td class="number">{one.rows === null ? '–' : formatCount(one.rows)}</td>
              <td class="number">{one.scans === null ? '–' : formatCount(one.scans)}</td>
              <td class="nowrap">{one.lastScanAt === null ? '–' : <Relative at={one.lastScanAt} />}</td>
              <td>
                <code class="small" title={one.schema}>
                  {one.name}
                </code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
