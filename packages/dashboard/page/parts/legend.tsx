import type { PartitionState } from '../api/shapes.js'
import { STATES } from './states.js'

/** What the colours and patterns of a ribbon mean; with counts where they are known. */
export function Legend({ counts }: { counts?: ReadonlyMap<PartitionState, number> }) {
  return (
    <ul class="legend" aria-label="States of partitions">
      {STATES.filter(({ state }) => counts === undefined || counts.has(state)).map(({ state, name, means }) => (
        <li key={state} title={means}>
          <span class={`swatch ${state}`} aria-hidden="true" />
          {name}
          {counts && <span class="muted"> {counts.get(state)}</span>}
        </li>
      ))}
    </ul>
  )
}
