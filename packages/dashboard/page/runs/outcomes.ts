import type { Run, Step } from '../api/shapes.js'
import type { Tone } from '../parts/badge.js'

/** How a run came out, in a word. */
export const OUTCOMES: Readonly<Record<Run['outcome'], { readonly name: string; readonly tone: Tone; readonly means: string }>> = {
  running: { name: 'Running', tone: 'accent', means: 'It is at work.' },
  done: { name: 'Done', tone: 'good', means: 'Every step was done.' },
  failed: { name: 'Failed', tone: 'error', means: 'Some steps failed; the next run tries them again.' },
  'cut-off': { name: 'Cut off', tone: 'warning', means: 'Its process ended, or lost the lease, before the run did.' },
}

export const STEP_TONES: Readonly<Record<Step['outcome'], Tone>> = { done: 'good', failed: 'error', skipped: 'plain' }
