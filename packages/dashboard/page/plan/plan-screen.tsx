import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useMe } from '../api/me.js'
import type { Applied, Operation, Plan } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { countOf } from '../format/count.js'
import { Badge } from '../parts/badge.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { Screen } from '../parts/screen.js'
import { AppliedView } from './applied-view.js'
import { ApplyDialog } from './apply-dialog.js'
import { PlanTable } from './plan-table.js'

const EVERY_MS = 15_000

/** What the next run would do, why, and behind which locks; and whoever may can have it done now. */
export function PlanScreen() {
  const plan = useResource('plan', (signal) => ask(client.GET('/api/v1/plan', { signal })), EVERY_MS)
  const [chosen, setChosen] = useState<Plan | null>(null)
  const [applied, setApplied] = useState<Applied | null>(null)
  const me = useMe()
  const needed = plan.data?.destroysData ? 'admin' : 'operator'
  const hasSteps = (plan.data?.operations.length ?? 0) > 0
  return (
    <Screen
      title="Plan"
      lead="What the maintainer would do now, in this order. Nothing happens until a run, or until somebody applies it."
      live={plan}
      actions={
        hasSteps && me.may(needed) ? (
          <button type="button" class={`button ${plan.data?.destroysData ? 'danger' : 'primary'}`} onClick={() => setChosen(plan.data)}>
            Apply…
          </button>
        ) : null
      }
    >
      {applied && <AppliedView applied={applied} onClose={() => setApplied(null)} />}
      <Loaded of={plan} what="the plan" lines={8}>
        {(seen) => (
          <>
            {hasSteps && (
              <Needs needed={needed} what={seen.destroysData ? 'Applying this plan, which destroys data,' : 'Applying this plan'} />
            )}
            {seen.operations.length === 0 ? (
              <Empty title="Nothing to do">Every table has the partitions that it is to have.</Empty>
            ) : (
              <>
                <p class="summary">
                  <strong>{countOf(seen.operations.length, 'step')}</strong> at {countOf(byTable(seen.operations).length, 'table')}
                  {seen.destroysData ? (
                    <Badge tone="error">
                      {countOf(seen.operations.filter(({ destroysData }) => destroysData).length, 'step')} destroy data
                    </Badge>
                  ) : (
                    <Badge tone="good">destroys nothing</Badge>
                  )}
                  <span class="muted small">
                    fingerprint <code title={seen.fingerprint}>{seen.fingerprint.slice(0, 12)}</code>
                  </span>
                </p>
                {byTable(seen.operations).map((operations) => (
                  <PlanTable key={operations[0]!.model} operations={operations} />
                ))}
              </>
            )}
          </>
        )}
      </Loaded>
      {chosen && (
        <ApplyDialog
          plan={chosen}
          isStale={plan.data !== null && !isSame(plan.data, chosen)}
          onClose={() => setChosen(null)}
          onReload={() => {
            setChosen(null)
            plan.reload()
          }}
          onApplied={(done) => {
            setChosen(null)
            setApplied(done)
            plan.reload()
          }}
        />
      )}
    </Screen>
  )
}

/** Whether two plans say the same. Their fingerprints may differ by the instant that a detached partition is marked with. */
function isSame(a: Plan, b: Plan): boolean {
  return JSON.stringify(a.operations) === JSON.stringify(b.operations)
}

/** The steps of each table together, in the order of the plan. */
function byTable(operations: readonly Operation[]): Operation[][] {
  const tables = new Map<string, Operation[]>()
  for (const operation of operations) {
    const known = tables.get(operation.model)
    if (known) known.push(operation)
    else tables.set(operation.model, [operation])
  }
  return [...tables.values()]
}
