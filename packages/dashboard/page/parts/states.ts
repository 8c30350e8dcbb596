import type { PartitionState } from '../api/shapes.js'

/** The states in the order of a partition's life, and what each means to whoever reads the legend. */
export const STATES: readonly { readonly state: PartitionState; readonly name: string; readonly means: string }[] = [
  { state: 'detached', name: 'Detached', means: 'retired, in its grace period: still there, no longer read' },
  { state: 'retiring', name: 'Retiring', means: 'past its retention, and about to go' },
  { state: 'history', name: 'History', means: 'holds rows of the past that are kept' },
  { state: 'current', name: 'Current', means: 'takes the rows of now' },
  { state: 'ahead', name: 'Ahead', means: 'made for rows to come' },
  { state: 'missing', name: 'Missing', means: 'wanted, and not there' },
  { state: 'other', name: 'Other', means: 'of no window, such as a DEFAULT partition' },
]

export function nameOfState(state: PartitionState): string {
  return STATES.find((one) => one.state === state)?.name ?? state
}
