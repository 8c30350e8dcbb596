import { useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import { useAction } from '../api/use-action.js'
import { ActionForm } from '../parts/action-form.js'
import { Field } from '../parts/field.js'

/** Asks for the key of a new tenant. */
export function AddTenantDialog({ sets, onClose }: { sets: readonly string[]; onClose: (isDone: boolean) => void }) {
  const [set, setSet] = useState(sets[0] ?? '')
  const [key, setKey] = useState('')
  const add = useAction(
    (body: { set: string; key: string }, idempotency) =>
      ask(client.POST('/api/v1/tenants', { params: { header: { ...SENT_BY_PAGE, 'idempotency-key': idempotency } }, body })),
    () => onClose(true),
  )
  return (
    <ActionForm title="Add a tenant" submit="Add" action={add} input={{ set, key }} onClose={() => onClose(false)}>
      <p>It is registered, and its partitions are made in every table of the set. One that has them already stays as it is.</p>
      {sets.length > 1 ? (
        <Field label="Set" value={set} onInput={setSet} options={sets} isRequired />
      ) : (
        <Field label="Set" value={set} onInput={setSet} isRequired hint="The model whose rows are the tenants, such as Project." />
      )}
      <Field label="Key" value={key} onInput={setKey} isRequired hasFocus hint="Exactly as the rows have it." />
    </ActionForm>
  )
}
