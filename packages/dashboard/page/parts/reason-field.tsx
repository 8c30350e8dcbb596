import { Field } from './field.js'

/** Why somebody does a thing: needed by everything that the audit log keeps a reason of. */
export function ReasonField({ value, onInput, hasFocus = true }: { value: string; onInput: (value: string) => void; hasFocus?: boolean }) {
  return (
    <Field
      label="Reason"
      value={value}
      onInput={onInput}
      isRequired
      isLong
      hasFocus={hasFocus}
      maxLength={1_000}
      hint="The audit log keeps it, with your name."
    />
  )
}
