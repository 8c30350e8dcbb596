import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { useAction } from '../api/use-action.js'
import { ActionForm } from './action-form.js'
import { ReasonField } from './reason-field.js'

interface Props {
  readonly title: string
  readonly submit: string
  /** Sends the request, with the reason and a key that makes a repeated one the same. */
  readonly send: (reason: string, idempotency: string) => Promise<unknown>
  readonly isDangerous?: boolean
  /** What is asked for beside the reason is not there yet; it has the focus then, too. */
  readonly isBlocked?: boolean | undefined
  readonly onClose: (isDone: boolean) => void
  readonly children: ComponentChildren
}

/** A dialog that says what is about to be done, and asks why. */
export function ReasonDialog({ title, submit, send, isDangerous = false, isBlocked, onClose, children }: Props) {
  const [reason, setReason] = useState('')
  const action = useAction(send, () => onClose(true))
  return (
    <ActionForm
      title={title}
      submit={submit}
      action={action}
      input={reason}
      isDangerous={isDangerous}
      isBlocked={isBlocked ?? false}
      onClose={() => onClose(false)}
    >
      {children}
      <ReasonField value={reason} onInput={setReason} hasFocus={isBlocked === undefined} />
    </ActionForm>
  )
}
