import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { RunDetail, Step } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { FindingItem } from '../findings/finding-item.js'
import { countOf, formatCount } from '../format/count.js'
import { formatDuration } from '../format/instant.js'
import { Badge } from '../parts/badge.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Screen } from '../parts/screen.js'
import { Instant, Relative } from '../parts/time.js'
import { href } from '../routing/location.js'
import { OUTCOMES } from './outcomes.js'
import { StepTable } from './step-table.js'

const EVERY_MS = 10_000
const FILTERS = ['all', 'failed', 'done', 'skipped'] as const

/** One run: its steps, what they waited for, and what failed and why. */
export function RunScreen({ id }: { id: string }) {
  const run = useResource(`run ${id}`, (signal) => ask(client.GET('/api/v1/runs/{id}', { params: { path: { id } }, signal })), EVERY_MS)
  return (
    <Screen
      title={`Run #${id}`}
      above={
        <p class="crumbs">
          <a href={href(['runs'])}>Runs</a> / Run
        </p>
      }
      live={run}
    >
      <Loaded of={run} what={`run ${id}`} lines={8}>
        {(detail) => <RunView run={detail} />}
      </Loaded>
    </Screen>
  )
}

function RunView({ run: { outcome, startedAt, finishedAt, holder, counts, steps, findings } }: { run: RunDetail }) {
  const [filter, setFilter] = useState<(typeof FILTERS)[number]>(counts.failed > 0 ? 'failed' : 'all')
  const errors = groupErrors(steps)
  const shown = filter === 'all' ? steps : steps.filter((step) => step.outcome === filter)
  return (
    <>
      <p class="summary">
        <Badge tone={OUTCOMES[outcome].tone}>{OUTCOMES[outcome].name}</Badge>
        <span>{OUTCOMES[outcome].means}</span>
        <span>
          Began <Instant at={startedAt} /> (<Relative at={startedAt} />)
          {finishedAt !== null && <>, took {formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}</>}
        </span>
        <code class="small break">{holder}</code>
      </p>
      {errors.length > 0 && (
        <section class="panel" aria-labelledby="errors-title">
          <header class="panel-head">
            <h2 id="errors-title">What failed</h2>
          </header>
          <ul class="errors">
            {errors.map(({ error, models, count }) => (
              <li key={error}>
                <p class="error-text">{error}</p>
                <p class="muted small">
                  {countOf(count, 'step')} at {models.join(', ')}
                </p>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="panel" aria-labelledby="steps-title">
        <header class="panel-head">
          <h2 id="steps-title">Steps</h2>
          <fieldset class="tabs">
            <legend class="hidden">Which steps</legend>
            {FILTERS.map((one) => (
              <button key={one} type="button" aria-pressed={one === filter} onClick={() => setFilter(one)}>
                {one} {formatCount(one === 'all' ? steps.length : counts[one])}
              </button>
            ))}
          </fieldset>
        </header>
        {shown.length === 0 ? (
          <Empty title={steps.length === 0 ? 'No step was taken' : `No step is ${filter}`} />
        ) : (
          <StepTable steps={shown} label="Steps" />
        )}
      </section>
      {findings.length > 0 && (
        <section class="panel" aria-labelledby="run-findings-title">
          <header class="panel-head">
            <h2 id="run-findings-title">Findings of this run</h2>
          </header>
          <ul class="findings">
            {findings.map((finding, index) => (
              <FindingItem key={index} finding={finding} />
            ))}
          </ul>
        </section>
      )}
    </>
  )
}

interface ErrorGroup {
  readonly error: string
  readonly models: string[]
  readonly count: number
}

/** A broken hook fails at each partition with the same words: they are read once. */
function groupErrors(steps: readonly Step[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const { error, model } of steps) {
    if (error === null) continue
    const { models = [], count = 0 } = groups.get(error) ?? {}
    groups.set(error, { error, models: models.includes(model) ? models : [...models, model], count: count + 1 })
  }
  return [...groups.values()].sort((a, b) => b.count - a.count)
}
