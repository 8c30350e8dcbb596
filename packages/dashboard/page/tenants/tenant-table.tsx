import type { Tenant } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { formatCount } from '../format/count.js'
import { formatTableName } from '../format/table-name.js'
import { Badge } from '../parts/badge.js'
import { Scroller } from '../parts/scroller.js'
import { SortableHead } from '../parts/sortable.js'
import { RemovalNote } from './removal-note.js'

interface Props {
  readonly tenants: readonly Tenant[]
  readonly sort: string
  readonly order: string
  readonly onSort: (sort: string, order: 'asc' | 'desc') => void
  /** Removes a tenant, or takes one back that was removed; null for whoever may not. */
  readonly onAct: ((tenant: Tenant) => void) | null
}

export function TenantTable({ tenants, sort, order, onSort, onAct }: Props) {
  const by = { sort, order, onSort }
  return (
    <Scroller label="Tenants">
      <table>
        <thead>
          <tr>
            <SortableHead name="key" label="Tenant" {...by} />
            <th scope="col">Set</th>
            <th scope="col">Coverage</th>
            <SortableHead name="bytes" label="Size" isNumber {...by} />
            <th scope="col">Share</th>
            <SortableHead name="rows" label="Rows" isNumber {...by} />
            <th scope="col" class="number">
              Partitions
            </th>
            <th scope="col">Settings of its own</th>
            {onAct && (
              <th scope="col">
                <span class="hidden">Act</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {tenants.map((one) => (
            <tr key={JSON.stringify([one.set, one.key])}>
              <td>
                <strong class="break">{one.key}</strong>
                <RemovalNote tenant={one} />
              </td>
              <td>{one.set}</td>
              <td>
                {one.removal !== null ? (
                  <span class="muted">nothing is made</span>
                ) : one.withoutPartitions.length === 0 ? (
                  <Badge tone="good">every table</Badge>
                ) : (
                  <>
                    <Badge tone="error">rows refused</Badge>{' '}
                    <span class="small">by {one.withoutPartitions.map(formatTableName).join(', ')}</span>
                  </>
                )}
              </td>
              <td class="number">{formatBytes(one.bytes)}</td>
              <td>
                <span class="share">
                  <span class="share-bar" aria-hidden="true">
                    <span style={{ width: `${Math.round(one.share * 100)}%` }} />
                  </span>
                  {(one.share * 100).toFixed(one.share < 0.1 ? 1 : 0)} %
                </span>
              </td>
              <td class="number">{one.rows === null ? '–' : formatCount(one.rows)}</td>
              <td class="number">{formatCount(one.partitions)}</td>
              <td>
                {one.settings === null ? <span class="muted">none</span> : <code class="small break">{JSON.stringify(one.settings)}</code>}
              </td>
              {onAct && (
                <td>
                  <button
                    type="button"
                    class="button small"
                    onClick={() => onAct(one)}
                    aria-label={`${one.removal === null ? 'Remove' : 'Restore'} ${one.key}`}
                  >
                    {one.removal === null ? 'Remove…' : 'Restore…'}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
