import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Applied, Plan } from '../api/shapes.js'
import { useAction } from '../api/use-action.js'
import { countOf } from '../format/count.js'
import { formatTableName } from '../format/table-name.js'
import { Dialog } from '../parts/dialog.js'
import { Field } from '../parts/field.js'
import { ProblemView } from '../parts/problem-view.js'
import { href } from '../routing/location.js'
import { nameOfOperation } from './operations.js'

const CONFIRMATION = 'destroy'

interface Props {
  /** The plan that was seen: that one is applied, or none. */
  readonly plan: Plan
  /** Whether there is another one by now. */
  readonly isStale: boolean
  readonly onClose: () => void
  readonly onReload: () => void
  readonly onApplied: (applied: Applied) => void
}

/** Asks once more before a plan is applied; where it destroys data, by a word that nobody types by accident. */
export function ApplyDialog({ plan, isStale, onClose, onReload, onApplied }: Props) {
  const [word, setWord] = useState('')
  const { now, fingerprint, operations, destroysData } = plan
  const destroyed = operations.filter((one) => one.destroysData)
  const apply = useAction(
    (confirm: string, key) =>
      ask(
        client.POST('/api/v1/plan/apply', {
          params: { header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
          body: { now, fingerprint, ...(confirm === '' ? {} : { confirm }) },
        }),
      ),
    onApplied,
  )
  const wasRefused = isStale || apply.problem?.code === 'PLAN_STALE'
  return (
    <Dialog title={`Apply ${countOf(operations.length, 'step')}?`} onClose={onClose}>
      <form
        class="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          if (!destroysData || word === CONFIRMATION) apply.run(destroysData ? word : '')
        }}
      >
        <p>{countKinds(plan)}. Each step waits for its locks only briefly, and is tried again when it does not get them.</p>
        {destroysData && (
          <div class="danger-zone">
            <p>
              <strong>{countOf(destroyed.length, 'partition')} will be dropped with all rows. This cannot be undone.</strong>
            </p>
            <ul>
              {destroyed.map(({ partition, bound, model }, index) => (
                <li key={index}>
                  {nameOfOperation('drop-partition')} {model} {bound} <code class="small">{formatTableName(partition)}</code>
                </li>
              ))}
            </ul>
          </div>
        )}
        {wasRefused ? (
          <div class="problem" role="alert">
            <p class="problem-title">The plan has changed since you looked at it</p>
            <p class="problem-detail">Nothing was changed. Look at the plan as it is now, and apply that.</p>
            <button type="button" class="button primary" onClick={onReload}>
              Show the new plan
            </button>
          </div>
        ) : (
          <>
            {destroysData && (
              <Field
                label={`Type “${CONFIRMATION}” to confirm`}
                value={word}
                onInput={setWord}
                isRequired
                hasFocus
                hint="An admin answers for it: the audit log keeps your name."
              />
            )}
            {apply.problem && <ProblemView problem={apply.problem} />}
            {apply.problem && (apply.problem.status === 0 || apply.problem.status >= 500) && (
              <p class="needs">
                Part of it may have been done: look at the <a href={href(['runs'])}>runs</a> before you try again. Trying again does nothing
                twice.
              </p>
            )}
            <footer class="dialog-foot">
              <button type="button" class="button" onClick={onClose}>
                Cancel
              </button>
              <button
                type="submit"
                class={`button ${destroysData ? 'danger' : 'primary'}`}
                disabled={apply.isBusy || (destroysData && word !== CONFIRMATION)}
              >
                {apply.isBusy ? 'Applying…' : destroysData ? 'Apply and destroy' : 'Apply'}
              </button>
            </footer>
          </>
        )}
      </form>
    </Dialog>
  )
}

function countKinds({ operations }: Plan): string {
  const counts = new Map<string, number>()
  for (const { kind } of operations) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].map(([kind, count]) => `${nameOfOperation(kind)}: ${count}`).join(', ')
}
