import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client } from '../api/client.js'
import type { Approval } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { Empty } from '../parts/empty.js'
import { Loaded } from '../parts/loaded.js'
import { Needs } from '../parts/needs.js'
import { Screen } from '../parts/screen.js'
import { ApproveDialog } from './approve-dialog.js'
import { InForceTable } from './in-force-table.js'
import { PendingApproval } from './pending-approval.js'

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
        {({ items }) => {
          const pending = items.filter(({ isPending }) => isPending)
          const rest = items.filter(({ isPending }) => !isPending)
          return (
            <>
              {pending.length === 0 && <Empty title="Nothing waits for approval" />}
              {pending.map((approval) => (
                <PendingApproval key={approval.model} approval={approval} onApprove={() => setChosen(approval)} />
              ))}
              {rest.length > 0 && <InForceTable approvals={rest} />}
            </>
          )
        }}
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
