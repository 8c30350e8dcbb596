import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useMe } from '../api/me.js'
import type { Tenant } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { formatCount } from '../format/count.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { Pager } from '../parts/pager.js'
import { Screen } from '../parts/screen.js'
import { SearchBox } from '../parts/search-box.js'
import { href, replacePlace } from '../routing/location.js'
import { AddTenantDialog } from './add-tenant-dialog.js'
import { RemoveTenantDialog } from './remove-tenant-dialog.js'
import { RestoreTenantDialog } from './restore-tenant-dialog.js'
import { TenantTable } from './tenant-table.js'

const EVERY_MS = 30_000
const LIMIT = 50
const SORTS = ['key', 'bytes', 'rows'] as const

/** The tenants there are, how large each is, and whose rows nothing takes. */
export function TenantsScreen({ query }: { query: URLSearchParams }) {
  const me = useMe()
  const [isAdding, setAdding] = useState(false)
  const [chosen, setChosen] = useState<Tenant | null>(null)
  const sort = SORTS.find((one) => one === query.get('sort')) ?? 'bytes'
  const order = query.get('order') === 'asc' ? 'asc' : 'desc'
  const search = query.get('search') ?? ''
  const set = query.get('set') ?? ''
  const cursor = query.get('cursor') ?? ''
  const asked = {
    limit: LIMIT,
    sort,
    order,
    ...(search === '' ? {} : { search }),
    ...(set === '' ? {} : { set }),
    ...(cursor === '' ? {} : { cursor }),
  } as const
  const tenants = useResource(
    `tenants ${JSON.stringify(asked)}`,
    (signal) => ask(client.GET('/api/v1/tenants', { params: { query: asked }, signal })),
    EVERY_MS,
  )
  const go = (change: Readonly<Record<string, string | null>>) =>
    replacePlace(href(['tenants'], { sort: query.get('sort'), order: query.get('order'), search, set, ...change }))
  const closed = (isDone: boolean) => {
    setAdding(false)
    setChosen(null)
    if (isDone) tenants.reload()
  }
  const ActDialog = chosen?.removal == null ? RemoveTenantDialog : RestoreTenantDialog
  const sets = [...new Set(tenants.data?.items.map((one) => one.set))]
  return (
    <Screen
      title="Tenants"
      lead="Who has partitions, how large they are, whose rows no partition takes, and who was removed."
      live={tenants}
      actions={
        me.may('operator') ? (
          <button type="button" class="button primary" onClick={() => setAdding(true)}>
            Add a tenant…
          </button>
        ) : null
      }
    >
      <Needs needed="operator" what="Adding a tenant" />
      {me.may('operator') && <Needs needed="admin" what="Removing a tenant, and taking one back," />}
      <section class="panel" aria-label="Tenants">
        <header class="panel-head">
          {set !== '' ? (
            <button type="button" class="chip" onClick={() => go({ set: null })} aria-label={`Set ${set}: show all sets`}>
              set {set} <span aria-hidden="true">✕</span>
            </button>
          ) : (
            sets.length > 1 &&
            sets.map((one) => (
              <button key={one} type="button" class="chip" onClick={() => go({ set: one })}>
                only {one}
              </button>
            ))
          )}
          <span class="panel-tools">
            <SearchBox label="Find a tenant" value={search} onSearch={(text) => go({ search: text })} />
          </span>
        </header>
        <Loaded of={tenants} what="the tenants" lines={6}>
          {({ items, next, total }) =>
            items.length === 0 ? (
              search === '' ? (
                <Empty title="No tenants">No table is partitioned by tenant, or none is registered yet.</Empty>
              ) : (
                <Empty title={`No tenant has “${search}” in its key`} />
              )
            ) : (
              <>
                <TenantTable
                  tenants={items}
                  sort={sort}
                  order={order}
                  onSort={(by, direction) => go({ sort: by, order: direction })}
                  onAct={me.may('admin') ? setChosen : null}
                />
                <Pager
                  hasBefore={cursor !== ''}
                  next={next}
                  shown={total === null ? `${items.length} shown` : `${formatCount(items.length)} of ${formatCount(total)}`}
                  onFirst={() => go({})}
                  onNext={(after) => go({ cursor: after })}
                />
              </>
            )
          }
        </Loaded>
      </section>
      {isAdding && <AddTenantDialog sets={sets} onClose={closed} />}
      {chosen && <ActDialog tenant={chosen} onClose={closed} />}
    </Screen>
  )
}
