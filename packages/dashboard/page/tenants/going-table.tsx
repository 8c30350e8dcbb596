import type { ForeseenRemoval } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf, formatCount } from '../format/count.js'
import { formatTableName } from '../format/table-name.js'
import { Scroller } from '../parts/scroller.js'

type Going = ForeseenRemoval['tables'][number]

const AFTER: Readonly<Record<Going['afterGrace'], string>> = { drop: 'then dropped', move: 'then moved away', keep: 'and kept so' }

const STAYS = {
  shared: 'Its rows stay: its partitions are of several tenants. Delete them yourself.',
  default: 'Its rows stay: nothing is detached beside a DEFAULT partition. Delete them yourself.',
} as const

/** What goes with a tenant, table by table, and for how long it can be taken back. */
export function GoingTable({ tables }: { tables: readonly Going[] }) {
  const sum = (of: (one: Going) => number) => tables.reduce((total, one) => total + of(one), 0)
  const all = sum(({ partitions }) => partitions)
  return (
    <>
      <p>
        <strong>
          {countOf(all, 'partition')}, {formatBytes(sum(({ bytes }) => bytes))}
        </strong>{' '}
        in {countOf(tables.length, 'table')}. The next runs of the maintainer detach them; nothing is lost before their grace period is
        over.
      </p>
      <Scroller label="What goes">
        <table>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col" class="number">
                Partitions
              </th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Grace</th>
            </tr>
          </thead>
          <tbody>
            {tables.map((one) => (
              <tr key={formatTableName(one.table)} class={one.afterGrace === 'drop' && one.partitions > 0 ? 'destroys' : undefined}>
                <td>
                  <code>{formatTableName(one.table)}</code>
                  {one.stays !== null && <p class="small">{STAYS[one.stays]}</p>}
                </td>
                <td class="number">{formatCount(one.partitions)}</td>
                <td class="number">{formatBytes(one.bytes)}</td>
                <td>
                  {one.grace} detached, {AFTER[one.afterGrace]}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
    </>
  )
}
