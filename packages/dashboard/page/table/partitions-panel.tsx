import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { PartitionState } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { formatCount } from '../format/count.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Pager } from '../parts/pager.js'
import { SearchBox } from '../parts/search-box.js'
import { STATES } from '../parts/states.js'
import { href, replacePlace } from '../routing/location.js'
import { PartitionTable } from './partition-table.js'

const EVERY_MS = 30_000
const LIMIT = 50
const SORTS = ['bound', 'bytes', 'rows', 'scans'] as const

interface Props {
  readonly model: string
  readonly query: URLSearchParams
  readonly timeZone: string | null
  readonly hasTenants: boolean
}

/** The partitions of a table, by pages: the server sorts and searches, the address has what was asked. */
export function PartitionsPanel({ model, query, timeZone, hasTenants }: Props) {
  const sort = SORTS.find((one) => one === query.get('sort')) ?? 'bound'
  const order = query.get('order') === 'desc' ? 'desc' : 'asc'
  const state = STATES.find((one) => one.state === query.get('state'))?.state ?? null
  const search = query.get('search') ?? ''
  const tenant = query.get('tenant') ?? ''
  const cursor = query.get('cursor') ?? ''
  const asked = { limit: LIMIT, sort, order, ...given({ state, search, tenant, cursor }) } as const
  const partitions = useResource(
    `partitions ${model} ${JSON.stringify(asked)}`,
    (signal) => ask(client.GET('/api/v1/tables/{model}/partitions', { params: { path: { model }, query: asked }, signal })),
    EVERY_MS,
  )
  const go = (change: Readonly<Record<string, string | null>>) =>
    replacePlace(
      href(['tables', model], {
        ...given({ sort: query.get('sort'), order: query.get('order'), state, search, tenant }),
        cursor: null,
        ...change,
      }),
    )

  return (
    <section class="panel" aria-labelledby="partitions-title">
      <header class="panel-head">
        <h2 id="partitions-title">Partitions</h2>
        {tenant !== '' && (
          <button type="button" class="chip" onClick={() => go({ tenant: null })} aria-label={`Tenant ${tenant}: show all tenants`}>
            tenant {tenant} <span aria-hidden="true">✕</span>
          </button>
        )}
        <span class="panel-tools">
          <label class="inline">
            State{' '}
            <select value={state ?? ''} onChange={(event) => go({ state: (event.currentTarget.value as PartitionState | '') || null })}>
              <option value="">All</option>
              {STATES.map((one) => (
                <option key={one.state} value={one.state}>
                  {one.name}
                </option>
              ))}
            </select>
          </label>
          <SearchBox
            label={hasTenants ? 'Name, tenant or bound' : 'Name or bound'}
            value={search}
            onSearch={(text) => go({ search: text })}
          />
        </span>
      </header>
      <Loaded of={partitions} what="the partitions" lines={6}>
        {({ items, next, total }) =>
          items.length === 0 ? (
            <Empty title={state === null && search === '' && tenant === '' ? 'No partitions' : 'None of the partitions is like that'} />
          ) : (
            <>
              <PartitionTable
                items={items}
                timeZone={timeZone}
                hasTenants={hasTenants}
                sort={sort}
                order={order}
                onSort={(by, direction) => go({ sort: by, order: direction })}
                onTenant={(key) => go({ tenant: key })}
              />
              <Pager
                hasBefore={cursor !== ''}
                next={next}
                shown={total === null ? `${formatCount(items.length)} shown` : `${formatCount(items.length)} of ${formatCount(total)}`}
                onFirst={() => go({})}
                onNext={(after) => go({ cursor: after })}
              />
            </>
          )
        }
      </Loaded>
    </section>
  )
}

/** Without what is empty. */
function given<Values extends Readonly<Record<string, string | null>>>(
  values: Values,
): { [Key in keyof Values]?: NonNullable<Values[Key]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== '')) as {
    [Key in keyof Values]?: NonNullable<Values[Key]>
  }
}
