import type { ComponentChildren } from 'preact'
import type { Action } from '../api/use-action.js'
import { Dialog } from './dialog.js'
import { ProblemView } from './problem-view.js'

interface Props<Input> {
  readonly title: string
  readonly submit: string
  readonly action: Action<Input>
  readonly input: Input
  readonly isDangerous?: boolean
  /** What is asked for is not there yet. */
  readonly isBlocked?: boolean
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A dialog that asks for what an action needs, sends it, and says where it was refused. */
export function ActionForm<Input>({
  title,
  submit,
  action,
  input,
  isDangerous = false,
  isBlocked = false,
  onClose,
  children,
}: Props<Input>) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="dialog-body"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isBlocked) action.run(input)
        }}
      >
        {children}
        {action.problem && <ProblemView problem={action.problem} />}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={`button ${isDangerous ? 'danger' : 'primary'}`} disabled={action.isBusy || isBlocked}>
            {action.isBusy ? 'Sending…' : submit}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
