import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { AuditEntry } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { formatTableName } from '../format/table-name.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Pager } from '../parts/pager.js'
import { Screen } from '../parts/screen.js'
import { Scroller } from '../parts/scroller.js'
import { SearchBox } from '../parts/search-box.js'
import { Instant } from '../parts/time.js'
import { href, replacePlace } from '../routing/location.js'
import { Details } from './details.js'

const EVERY_MS = 20_000
const LIMIT = 50
const FILTERS = ['act', 'model', 'actor'] as const

/** Who did what, when and why. */
export function AuditScreen({ query }: { query: URLSearchParams }) {
  const filters = Object.fromEntries(FILTERS.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])))
  const cursor = query.get('cursor') ?? ''
  const asked = { limit: LIMIT, ...filters, ...(cursor === '' ? {} : { cursor }) }
  const audit = useResource(
    `audit ${JSON.stringify(asked)}`,
    (signal) => ask(client.GET('/api/v1/audit', { params: { query: asked }, signal })),
    EVERY_MS,
  )
  const go = (change: Readonly<Record<string, string | null>>) => replacePlace(href(['audit'], { ...filters, ...change }))
  return (
    <Screen
      title="Audit log"
      lead="Every act on partitions, holds and approvals, the last one first. Nothing is ever taken out of it."
      live={audit}
    >
      <section class="panel" aria-label="Audit log">
        <header class="panel-head">
          <span class="panel-tools">
            <SearchBox label="Act" value={query.get('act') ?? ''} onSearch={(text) => go({ act: text })} />
            <SearchBox label="Model" value={query.get('model') ?? ''} onSearch={(text) => go({ model: text })} />
            <SearchBox label="Who" value={query.get('actor') ?? ''} onSearch={(text) => go({ actor: text })} />
          </span>
        </header>
        <Loaded of={audit} what="the audit log" lines={8}>
          {({ items, next }) =>
            items.length === 0 ? (
              <Empty title={Object.keys(filters).length === 0 ? 'Nothing was done yet' : 'Nothing is like that'}>
                {Object.keys(filters).length > 0 && 'The filters take the whole word, as it is written in the list.'}
              </Empty>
            ) : (
              <>
                <AuditTable entries={items} onFilter={go} />
                <Pager
                  hasBefore={cursor !== ''}
                  next={next}
                  shown={`${items.length} shown`}
                  onFirst={() => go({})}
                  onNext={(after) => go({ cursor: after })}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </Screen>
  )
}

function AuditTable({
  entries,
  onFilter,
}: {
  entries: readonly AuditEntry[]
  onFilter: (change: Readonly<Record<string, string>>) => void
}) {
  return (
    <Scroller label="Audit log">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Act</th>
            <th scope="col">What</th>
            <th scope="col">Why</th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ id, at, actor, act, table, subject, reason, details }) => (
            <tr key={id}>
              <td>
                <Instant at={at} />
              </td>
              <td>
                <button type="button" class="link break" onClick={() => onFilter({ actor })} aria-label={`Only what ${actor} did`}>
                  {actor}
                </button>
              </td>
              <td>
                <button type="button" class={`act ${act}`} onClick={() => onFilter({ act })} aria-label={`Only the act ${act}`}>
                  {act}
                </button>
              </td>
              <td>
                <code class="small">{formatTableName(table)}</code>
                {subject !== null && <div class="muted small break">{subject}</div>}
              </td>
              <td class="reason">{reason ?? <span class="muted">–</span>}</td>
              <td>
                <Details details={details} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
