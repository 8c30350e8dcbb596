import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Tenant } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf } from '../format/count.js'
import { ReasonDialog } from '../parts/reason-dialog.js'
import { RemovalNote } from './removal-note.js'

/** Asks why a tenant is taken back. */
export function RestoreTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: (isDone: boolean) => void }) {
  const { set, key, partitions, bytes } = tenant
  const restore = (reason: string, idempotency: string) =>
    ask(
      client.POST('/api/v1/tenants/restore', {
        params: { header: { ...SENT_BY_PAGE, 'idempotency-key': idempotency } },
        body: { set, key, reason },
      }),
    )
  return (
    <ReasonDialog title={`Take the tenant ${key} back?`} submit="Restore" send={restore} onClose={onClose}>
      <RemovalNote tenant={tenant} />
      <p>
        {countOf(partitions, 'partition')} of it ({formatBytes(bytes)}) {partitions === 1 ? 'is' : 'are'} left and attached again; what is
        missing is made anew, and what was dropped is gone. It is done between two runs of the maintainer.
      </p>
    </ReasonDialog>
  )
}
