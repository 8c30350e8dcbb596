import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import { useMe } from '../api/me.js'
import type { Approval } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { countOf } from '../format/count.js'
import { Badge } from '../parts/badge.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { Screen } from '../parts/screen.js'
import { Relative } from '../parts/time.js'
import { OperationList } from '../plan/plan-table.js'
import { href } from '../routing/location.js'
import { ApproveDialog } from './approve-dialog.js'

const EVERY_MS = 30_000

/** Which retention is in force, and which one waits for somebody to approve of it. */
export function ApprovalsScreen() {
  const approvals = useResource('approvals', (signal) => ask(client.GET('/api/v1/approvals', { signal })), EVERY_MS)
  const [chosen, setChosen] = useState<Approval | null>(null)
  return (
    <Screen
      title="Approvals"
      lead="A retention that keeps less than the one in force takes nothing away until somebody has looked at what would go, and approved."
      live={approvals}
    >
      <Needs needed="admin" what="Approving" />
      <Loaded of={approvals} what="the approvals" lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No table has a retention">Everything is kept.</Empty>
          ) : (
            [...items]
              .sort((a, b) => Number(b.isPending) - Number(a.isPending))
              .map((approval) => <ApprovalCard key={approval.model} approval={approval} onApprove={() => setChosen(approval)} />)
          )
        }
      </Loaded>
      {chosen && (
        <ApproveDialog
          approval={chosen}
          onClose={(isDone) => {
            setChosen(null)
            if (isDone) approvals.reload()
          }}
        />
      )}
    </Screen>
  )
}

function ApprovalCard({ approval, onApprove }: { approval: Approval; onApprove: () => void }) {
  const { model, declared, inForce, isPending, approvedAt, approvedBy, going } = approval
  const me = useMe()
  return (
    <section class="panel" aria-label={`Retention of ${model}`}>
      <header class="panel-head">
        <h2>
          <a href={href(['tables', model])}>{model}</a>
        </h2>
        <Badge tone={isPending ? 'warning' : 'good'}>{isPending ? 'Waits for approval' : 'In force'}</Badge>
        {isPending && me.may('admin') && (
          <span class="panel-tools">
            <button type="button" class="button primary" onClick={onApprove} aria-label={`Approve the retention of ${model}`}>
              Approve…
            </button>
          </span>
        )}
      </header>
      <dl class="facts padded">
        <div>
          <dt>Declared</dt>
          <dd>{declared ?? 'keeps everything'}</dd>
        </div>
        <div>
          <dt>In force</dt>
          <dd>{inForce ?? 'none was approved yet'}</dd>
        </div>
        <div>
          <dt>Approved</dt>
          <dd>
            {approvedAt === null ? (
              'never'
            ) : (
              <>
                by {approvedBy}, <Relative at={approvedAt} />
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>{isPending ? 'Would go once approved' : 'Goes in the next run'}</dt>
          <dd>{going.length === 0 ? 'nothing' : countOf(going.length, 'partition')}</dd>
        </div>
      </dl>
      {going.length > 0 && (
        <details open={isPending} class="going">
          <summary>What {isPending ? 'would go' : 'goes'}</summary>
          <OperationList operations={going} label={`What goes of ${model}`} />
        </details>
      )}
    </section>
  )
}
