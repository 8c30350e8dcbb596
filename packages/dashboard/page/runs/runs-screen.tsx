import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { Run } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { formatCount } from '../format/count.js'
import { formatDuration } from '../format/instant.js'
import { Badge } from '../parts/badge.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Pager } from '../parts/pager.js'
import { Screen } from '../parts/screen.js'
import { Scroller } from '../parts/scroller.js'
import { Instant, Relative } from '../parts/time.js'
import { href, replacePlace } from '../routing/location.js'
import { OUTCOMES } from './outcomes.js'

const EVERY_MS = 10_000
const LIMIT = 30

/** What the maintainers did, the last run first. */
export function RunsScreen({ query }: { query: URLSearchParams }) {
  const cursor = query.get('cursor') ?? ''
  const runs = useResource(
    `runs ${cursor}`,
    (signal) => ask(client.GET('/api/v1/runs', { params: { query: { limit: LIMIT, ...(cursor === '' ? {} : { cursor }) } }, signal })),
    EVERY_MS,
  )
  return (
    <Screen
      title="Runs"
      lead="Runs that did something, failed or were cut off. Of one that did nothing there is a row where it found something new."
      live={runs}
    >
      <section class="panel" aria-label="Runs">
        <Loaded of={runs} what="the runs" lines={8}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title="No run yet">
                Start the maintainer: <code>partman maintain</code>, or apply the <a href={href(['plan'])}>plan</a>.
              </Empty>
            ) : (
              <>
                <RunTable runs={items} />
                <Pager
                  hasBefore={cursor !== ''}
                  next={next}
                  shown={`${items.length} shown`}
                  onFirst={() => replacePlace(href(['runs']))}
                  onNext={(after) => replacePlace(href(['runs'], { cursor: after }))}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </Screen>
  )
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  return (
    <Scroller label="Runs">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Outcome</th>
            <th scope="col">Began</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Done
            </th>
            <th scope="col" class="number">
              Failed
            </th>
            <th scope="col" class="number">
              Skipped
            </th>
            <th scope="col">Maintainer</th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, outcome, startedAt, finishedAt, counts, holder }) => (
            <tr key={id}>
              <td>
                <a href={href(['runs', id])}>#{id}</a>
              </td>
              <td>
                <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].name}</Badge>
              </td>
              <td class="nowrap">
                <Instant at={startedAt} />{' '}
                <span class="muted small">
                  <Relative at={startedAt} />
                </span>
              </td>
              <td class="number nowrap">{finishedAt === null ? '–' : formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}</td>
              <td class="number">{formatCount(counts.done)}</td>
              <td class={`number ${counts.failed > 0 ? 'bad' : ''}`}>{formatCount(counts.failed)}</td>
              <td class="number">{formatCount(counts.skipped)}</td>
              <td>
                <code class="small break">{holder}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
