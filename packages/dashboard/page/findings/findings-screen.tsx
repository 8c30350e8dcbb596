import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { Severity } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { countOf } from '../format/count.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Screen } from '../parts/screen.js'
import { FindingItem } from './finding-item.js'

const EVERY_MS = 30_000
const GROUPS: readonly { readonly severity: Severity; readonly title: string; readonly means: string }[] = [
  { severity: 'error', title: 'Errors', means: 'Rows are refused, or will be, until somebody does something.' },
  { severity: 'warning', title: 'Warnings', means: 'Nothing is broken yet; it will not mend itself.' },
  { severity: 'info', title: 'To know', means: 'Nothing to do, but good to know.' },
]

export function FindingsScreen() {
  const findings = useResource('findings', (signal) => ask(client.GET('/api/v1/findings', { signal })), EVERY_MS)
  return (
    <Screen title="Findings" lead="What somebody should know, looked for now, with what to do next." live={findings}>
      <Loaded of={findings} what="the findings" lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing found">Every table is as it is declared.</Empty>
          ) : (
            GROUPS.map(({ severity, title, means }) => {
              const own = items.filter((one) => one.severity === severity)
              if (own.length === 0) return null
              return (
                <section key={severity} class="panel">
                  <header class="panel-head">
                    <h2>{title}</h2>
                    <span class="muted">
                      {countOf(own.length, 'finding')}. {means}
                    </span>
                  </header>
                  <ul class="findings">
                    {own.map((finding, index) => (
                      <FindingItem key={`${finding.code} ${finding.model} ${index}`} finding={finding} />
                    ))}
                  </ul>
                </section>
              )
            })
          )
        }
      </Loaded>
    </Screen>
  )
}
