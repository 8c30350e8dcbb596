import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Tenant } from '../api/shapes.js'
import { useAction } from '../api/use-action.js'
import { formatBytes } from '../format/bytes.js'
import { countOf } from '../format/count.js'
import { ActionForm } from '../parts/action-form.js'
import { ReasonField } from '../parts/reason-field.js'
import { RemovalNote } from './removal-note.js'

/** Asks why a tenant is taken back. */
export function RestoreTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: (isDone: boolean) => void }) {
  const { set, key, partitions, bytes } = tenant
  const [reason, setReason] = useState('')
  const restore = useAction(
    (text: string, idempotency) =>
      ask(
        client.POST('/api/v1/tenants/restore', {
          params: { header: { ...SENT_BY_PAGE, 'idempotency-key': idempotency } },
          body: { set, key, reason: text },
        }),
      ),
    () => onClose(true),
  )
  return (
    <ActionForm title={`Take the tenant ${key} back?`} submit="Restore" action={restore} input={reason} onClose={() => onClose(false)}>
      <RemovalNote tenant={tenant} />
      <p>
        {countOf(partitions, 'partition')} of it ({formatBytes(bytes)}) {partitions === 1 ? 'is' : 'are'} left where they were, and what is
        missing is made. What was dropped is gone. It is done between two runs of the maintainer.
      </p>
      <ReasonField value={reason} onInput={setReason} />
    </ActionForm>
  )
}
