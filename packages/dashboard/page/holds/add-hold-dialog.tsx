import { useEffect, useState } from 'preact/hooks'
import { ask } from '../api/ask.js'
import { client, SENT_BY_PAGE } from '../api/client.js'
import { useAction } from '../api/use-action.js'
import { useResource } from '../api/use-resource.js'
import { ActionForm } from '../parts/action-form.js'
import { Field } from '../parts/field.js'
import { Loaded } from '../parts/loaded.js'
import { ReasonField } from '../parts/reason-field.js'

const EMPTY = { model: '', tenant: '', from: '', to: '', until: '', reason: '' }
const OVERVIEW_MS = 60_000

/** Asks which rows to hold, and why. */
export function AddHoldDialog({ onClose }: { onClose: (isDone: boolean) => void }) {
  const [fields, setFields] = useState(EMPTY)
  const overview = useResource('overview', (signal) => ask(client.GET('/api/v1/overview', { signal })), OVERVIEW_MS)
  const set = (name: keyof typeof EMPTY) => (value: string) => setFields((before) => ({ ...before, [name]: value }))
  const add = useAction(
    ({ model, reason, tenant, ...range }: typeof EMPTY, key) => {
      const given = (text: string) => (text.trim() === '' ? null : text.trim())
      return ask(
        client.POST('/api/v1/holds', {
          params: { header: { ...SENT_BY_PAGE, 'idempotency-key': key } },
          // A tenant's key is taken as it is: spaces may be of it.
          body: {
            model,
            reason,
            tenant: tenant === '' ? null : tenant,
            from: given(range.from),
            to: given(range.to),
            until: given(range.until),
          },
        }),
      )
    },
    () => onClose(true),
  )
  const tables = overview.data?.tables ?? []
  const first = tables[0]?.model ?? ''
  useEffect(() => {
    if (fields.model === '' && first !== '') set('model')(first)
  }, [first])
  const hasTenants = tables.find(({ model }) => model === fields.model)?.tenants != null
  return (
    <ActionForm title="Add a hold" submit="Hold" action={add} input={fields} onClose={() => onClose(false)}>
      <Loaded of={overview} what="the tables" lines={2}>
        {({ tables: all }) => (
          <Field label="Table" value={fields.model} onInput={set('model')} options={all.map(({ model }) => model)} isRequired />
        )}
      </Loaded>
      {hasTenants && (
        <Field label="Tenant" value={fields.tenant} onInput={set('tenant')} hint="Only the rows of this tenant; empty: of all." />
      )}
      <div class="field-row">
        <Field label="Rows from" value={fields.from} onInput={set('from')} hint="Such as 2026-11-01, or a number." />
        <Field label="Rows before" value={fields.to} onInput={set('to')} hint="This one is not held any more." />
      </div>
      <Field label="Hold until" value={fields.until} onInput={set('until')} hint="Such as 2028-01-01; empty: until somebody releases it." />
      <ReasonField value={fields.reason} onInput={set('reason')} hasFocus={false} />
    </ActionForm>
  )
}
