import { useState } from 'preact/hooks'
import type { Step } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { formatDuration } from '../format/instant.js'
import { Badge } from '../parts/badge.js'
import { PartitionLabel } from '../parts/partition-label.js'
import { Scroller } from '../parts/scroller.js'
import { nameOfOperation } from '../plan/operations.js'
import { href } from '../routing/location.js'
import { STEP_TONES } from './outcomes.js'

const FIRST_STEPS = 100

/** Steps of a run: what each did, whom it waited for, and why it failed. */
export function StepTable({ steps, label }: { steps: readonly Step[]; label: string }) {
  const [most, setMost] = useState(FIRST_STEPS)
  return (
    <>
      <Scroller label={label}>
        <table>
          <thead>
            <tr>
              <th scope="col">Outcome</th>
              <th scope="col">Step</th>
              <th scope="col">Partition</th>
              <th scope="col">Why</th>
              <th scope="col">Waited</th>
            </tr>
          </thead>
          <tbody>
            {steps.slice(0, most).map((step, index) => (
              <tr key={index}>
                <td>
                  <Badge tone={STEP_TONES[step.outcome]}>{step.outcome}</Badge>
                </td>
                <td class="nowrap">
                  {nameOfOperation(step.kind)} <a href={href(['tables', step.model])}>{step.model}</a>
                </td>
                <td>
                  <PartitionLabel bound={step.bound} partition={step.partition} />
                </td>
                <td class="reason">
                  {step.reason}
                  {step.error !== null && <p class="error-text">{step.error}</p>}
                </td>
                <td>
                  {step.waitedMs > 0 ? <span class="nowrap">{formatDuration(step.waitedMs)}</span> : <span class="muted">no</span>}
                  {step.retries > 0 && <div class="small nowrap">{countOf(step.retries, 'retry', 'retries')}</div>}
                  {step.blockers.map((blocker) => (
                    <div key={blocker} class="small">
                      {blocker}
                    </div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroller>
      {steps.length > most && (
        <button type="button" class="button fold" onClick={() => setMost(most + 10 * FIRST_STEPS)}>
          Show {countOf(Math.min(steps.length - most, 10 * FIRST_STEPS), 'more step', 'more steps')}
        </button>
      )}
    </>
  )
}
