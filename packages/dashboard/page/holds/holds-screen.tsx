import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useMe } from '../api/me.js'
import type { Hold } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { Pager } from '../parts/pager.js'
import { Screen } from '../parts/screen.js'
import { href, replacePlace } from '../routing/location.js'
import { AddHoldDialog } from './add-hold-dialog.js'
import { HoldTable } from './hold-table.js'
import { ReleaseDialog } from './release-dialog.js'

const EVERY_MS = 30_000
const LIMIT = 50

/** What nothing may retire or drop, and who said so. */
export function HoldsScreen({ query }: { query: URLSearchParams }) {
  const me = useMe()
  const all = query.get('all') === 'true'
  const cursor = query.get('cursor') ?? ''
  const [isAdding, setAdding] = useState(false)
  const [releasing, setReleasing] = useState<Hold | null>(null)
  const holds = useResource(
    `holds ${all} ${cursor}`,
    (signal) =>
      ask(client.GET('/api/v1/holds', { params: { query: { all, limit: LIMIT, ...(cursor === '' ? {} : { cursor }) } }, signal })),
    EVERY_MS,
  )
  const closed = (isDone: boolean) => {
    setAdding(false)
    setReleasing(null)
    if (isDone) holds.reload()
  }
  return (
    <Screen
      title="Holds"
      lead="Rows under a hold are neither retired nor dropped, whatever the retention says."
      live={holds}
      actions={
        me.may('operator') ? (
          <button type="button" class="button primary" onClick={() => setAdding(true)}>
            Add a hold…
          </button>
        ) : null
      }
    >
      <Needs needed="operator" what="Adding a hold" />
      {me.may('operator') && <Needs needed="admin" what="Releasing a hold" />}
      <section class="panel" aria-label="Holds">
        <header class="panel-head">
          <label class="inline">
            <input
              type="checkbox"
              checked={all}
              onChange={(event) => replacePlace(href(['holds'], { all: event.currentTarget.checked ? 'true' : null }))}
            />{' '}
            Also those that are over or released
          </label>
        </header>
        <Loaded of={holds} what="the holds" lines={4}>
          {({ items, next, total }) =>
            items.length === 0 ? (
              <Empty title={all ? 'There was never a hold' : 'No hold is in force'}>
                Add one where rows have to be kept, for a case or an investigation.
              </Empty>
            ) : (
              <>
                <HoldTable holds={items} onRelease={me.may('admin') ? setReleasing : null} />
                <Pager
                  hasBefore={cursor !== ''}
                  next={next}
                  shown={total === null ? `${items.length} shown` : `${items.length} of ${total}`}
                  onFirst={() => replacePlace(href(['holds'], { all: all ? 'true' : null }))}
                  onNext={(after) => replacePlace(href(['holds'], { all: all ? 'true' : null, cursor: after }))}
                />
              </>
            )
          }
        </Loaded>
      </section>
      {isAdding && <AddHoldDialog onClose={closed} />}
      {releasing && <ReleaseDialog hold={releasing} onClose={closed} />}
    </Screen>
  )
}
