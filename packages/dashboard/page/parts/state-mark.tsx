import type { PartitionState } from '../api/shapes.js'
import { nameOfState } from './states.js'

/** The state of a partition: its swatch, and its name. */
export function StateMark({ state }: { state: PartitionState }) {
  return (
    <span class="state-mark">
      <span class={`swatch ${state}`} aria-hidden="true" />
      {nameOfState(state)}
    </span>
  )
}
