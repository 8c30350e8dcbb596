import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Hold } from '../api/shapes.js'
import { formatTableName } from '../format/table-name.js'
import { ReasonDialog } from '../parts/reason-dialog.js'
import { describeHold } from './describe-hold.js'

/** Asks why a hold is released: what it kept may go in the next run. */
export function ReleaseDialog({ hold, onClose }: { hold: Hold; onClose: (isDone: boolean) => void }) {
  const { id, table, reason } = hold
  const release = (why: string, key: string) =>
    ask(
      client.POST('/api/v1/holds/{id}/release', {
        params: { path: { id }, header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
        body: { reason: why },
      }),
    )
  return (
    <ReasonDialog title={`Release hold #${id}?`} submit="Release" send={release} isDangerous onClose={onClose}>
      <p>
        It keeps {describeHold(hold)} in <code>{formatTableName(table)}</code>, because: “{reason}”.
      </p>
      <p class="needs">What it kept and the retention does not is retired by the next runs.</p>
    </ReasonDialog>
  )
}
