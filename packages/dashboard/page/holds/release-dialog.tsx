import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Hold } from '../api/shapes.js'
import { useAction } from '../api/use-action.js'
import { formatTableName } from '../format/table-name.js'
import { ActionForm } from '../parts/action-form.js'
import { ReasonField } from '../parts/reason-field.js'
import { describeHold } from './describe-hold.js'

/** Asks why a hold is released: what it kept may go in the next run. */
export function ReleaseDialog({ hold, onClose }: { hold: Hold; onClose: (isDone: boolean) => void }) {
  const [reason, setReason] = useState('')
  const release = useAction(
    (text: string, key) =>
      ask(
        client.POST('/api/v1/holds/{id}/release', {
          params: { path: { id: hold.id }, header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
          body: { reason: text },
        }),
      ),
    () => onClose(true),
  )
  return (
    <ActionForm
      title={`Release hold #${hold.id}?`}
      submit="Release"
      action={release}
      input={reason}
      isDangerous
      onClose={() => onClose(false)}
    >
      <p>
        It keeps {describeHold(hold)} in <code>{formatTableName(hold.table)}</code>, because: “{hold.reason}”.
      </p>
      <p class="needs">What it kept and the retention does not is retired by the next runs.</p>
      <ReasonField value={reason} onInput={setReason} />
    </ActionForm>
  )
}
