import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useResource } from '../api/use-resource.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Pager } from '../parts/pager.js'
import { Screen } from '../parts/screen.js'
import { href, replacePlace } from '../routing/location.js'
import { AlertTable } from './alert-table.js'
import { ChannelPanel } from './channel-panel.js'

const EVERY_MS = 20_000
const LIMIT = 50

/** What somebody was told of, when, and by which channel. */
export function AlertsScreen({ query }: { query: URLSearchParams }) {
  const isActive = query.get('state') === 'active'
  const cursor = query.get('cursor') ?? ''
  const asked = { limit: LIMIT, ...(isActive ? { state: 'active' as const } : {}), ...(cursor === '' ? {} : { cursor }) }
  const alerts = useResource(
    `alerts ${JSON.stringify(asked)}`,
    (signal) => ask(client.GET('/api/v1/alerts', { params: { query: asked }, signal })),
    EVERY_MS,
  )
  const state = isActive ? 'active' : null
  return (
    <Screen title="Alerts" lead="What somebody was told of, since when, and which channel told it." live={alerts}>
      <ChannelPanel />
      <section class="panel" aria-label="Alerts">
        <header class="panel-head">
          <label class="inline">
            <input
              type="checkbox"
              checked={isActive}
              onChange={(event) => replacePlace(href(['alerts'], { state: event.currentTarget.checked ? 'active' : null }))}
            />{' '}
            Only those that are active
          </label>
        </header>
        <Loaded of={alerts} what="the alerts" lines={6}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title={isActive ? 'No alert is active' : 'There was never an alert'}>
                What a check finds is listed here, until 400 days after it is resolved.
              </Empty>
            ) : (
              <>
                <AlertTable alerts={items} />
                <Pager
                  hasBefore={cursor !== ''}
                  next={next}
                  shown={`${items.length} shown`}
                  onFirst={() => replacePlace(href(['alerts'], { state }))}
                  onNext={(after) => replacePlace(href(['alerts'], { state, cursor: after }))}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </Screen>
  )
}
