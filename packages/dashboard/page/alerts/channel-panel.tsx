import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import { useMe } from '../api/me.js'
import type { AlertTested } from '../api/shapes.js'
import { useAction } from '../api/use-action.js'
import { useResource } from '../api/use-resource.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { ProblemView } from '../parts/problem-view.js'
import { TestOutcomes } from './test-outcomes.js'

const EVERY_MS = 120_000

/** Where alerts go from here, and whether they arrive there. */
export function ChannelPanel() {
  const me = useMe()
  const channels = useResource('alert channels', (signal) => ask(client.GET('/api/v1/alerts/channels', { signal })), EVERY_MS)
  const [tested, setTested] = useState<AlertTested | null>(null)
  const test = useAction(
    (names: readonly string[], key) =>
      ask(
        client.POST('/api/v1/alerts/test', {
          params: { header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
          body: { channels: [...names] },
        }),
      ),
    setTested,
  )
  return (
    <section class="panel" aria-label="Channels">
      <Loaded of={channels} what="the channels" lines={1}>
        {({ items }) => {
          const names = items.map(({ name }) => name)
          if (names.length === 0) return <NoChannel />
          return (
            <header class="panel-head">
              <h2>Channels</h2>
              <span class="break">{names.join(', ')}</span>
              {me.may('admin') && (
                <button type="button" class="button small" disabled={test.isBusy} onClick={() => test.run(names)}>
                  {test.isBusy ? 'Sending…' : 'Send a test message'}
                </button>
              )}
              <Needs needed="admin" what="Sending a test message" />
            </header>
          )
        }}
      </Loaded>
      <div role="status">{tested && <TestOutcomes tested={tested} />}</div>
      {test.problem && <ProblemView problem={test.problem} />}
    </section>
  )
}

function NoChannel() {
  return (
    <Empty title="No channel is configured here">
      Give the dashboard <code>alerts: createAlerts({'{ document, database, channels: [slackWebhook({ url })] }'})</code>, and start them;
      or have <code>partman alerts --every 1m</code> run beside it, with <code>PARTMAN_ALERT_WEBHOOK</code> in its environment.
    </Empty>
  )
}
