import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Approval } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { ReasonDialog } from '../parts/reason-dialog.js'

/** Asks why a retention is approved of. What was seen to go is what is approved: the API refuses another fingerprint. */
export function ApproveDialog({ approval, onClose }: { approval: Approval; onClose: (isDone: boolean) => void }) {
  const { model, fingerprint, declared, inForce, going } = approval
  const approve = (reason: string, key: string) =>
    ask(
      client.POST('/api/v1/approvals', {
        params: { header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
        body: { model, fingerprint, reason },
      }),
    )
  return (
    <ReasonDialog title={`Approve the retention of ${model}?`} submit="Approve" send={approve} isDangerous onClose={onClose}>
      <p>
        Instead of <strong>{inForce ?? 'no retention'}</strong> it will be <strong>{declared ?? 'to keep everything'}</strong>.
      </p>
      <p class="needs">
        {going.length === 0 ? 'Nothing goes at once.' : `${countOf(going.length, 'partition')} go in the next runs.`} Nothing is dropped by
        the approval itself.
      </p>
    </ReasonDialog>
  )
}
