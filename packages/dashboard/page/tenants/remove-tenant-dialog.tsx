import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import type { Tenant } from '../api/shapes.js'
import { useResource } from '../api/use-resource.js'
import { Field } from '../parts/field.js'
import { Loaded } from '../parts/loaded.js'
import { ReasonDialog } from '../parts/reason-dialog.js'
import { GoingTable } from './going-table.js'

const EVERY_MS = 60_000

/** Asks once more before a tenant is removed, by its key, which nobody types by accident; what goes with it is seen first. */
export function RemoveTenantDialog({ tenant: { set, key }, onClose }: { tenant: Tenant; onClose: (isDone: boolean) => void }) {
  const [typed, setTyped] = useState('')
  const query = { set, key }
  const foreseen = useResource(
    `removal ${JSON.stringify(query)}`,
    (signal) => ask(client.GET('/api/v1/tenants/removal', { params: { query }, signal })),
    EVERY_MS,
  )
  const remove = (reason: string, idempotency: string) =>
    ask(
      client.POST('/api/v1/tenants/remove', {
        params: { header: { ...SENT_BY_PAGE, 'idempotency-key': idempotency } },
        body: { set, key, reason },
      }),
    )
  const isBlocked = typed !== key || foreseen.data === null
  return (
    <ReasonDialog title={`Remove the tenant ${key}?`} submit="Remove" send={remove} isDangerous isBlocked={isBlocked} onClose={onClose}>
      <p>Nothing is made for it from now on, and nobody can register it, until somebody takes it back.</p>
      <Loaded of={foreseen} what="what goes" lines={3}>
        {({ tables }) => <GoingTable tables={tables} />}
      </Loaded>
      <Field label={`Type “${key}” to confirm`} value={typed} onInput={setTyped} isRequired hasFocus />
    </ReasonDialog>
  )
}
