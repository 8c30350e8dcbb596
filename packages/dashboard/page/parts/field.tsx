import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface Props {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly value: string
  readonly onInput: (value: string) => void
  readonly isRequired?: boolean
  readonly isLong?: boolean
  readonly hasFocus?: boolean
  readonly maxLength?: number
  readonly isSecret?: boolean
  readonly options?: readonly string[]
}

/** One field of a form, with its label and what to write there. */
export function Field({
  label,
  hint,
  value,
  onInput,
  isRequired = false,
  isLong = false,
  hasFocus = false,
  maxLength,
  isSecret = false,
  options,
}: Props) {
  const id = useId()
  const shared = {
    id,
    value,
    required: isRequired,
    ...(hasFocus ? { autoFocus: true } : {}),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` }),
  }
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!isRequired && <span class="muted"> (optional)</span>}
      </label>
      {options ? (
        <select {...shared} onChange={(event) => onInput(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      ) : isLong ? (
        <textarea {...shared} rows={3} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...shared}
          {...(isSecret ? { type: 'password' } : {})}
          autocomplete="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
