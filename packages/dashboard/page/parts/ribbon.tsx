import type { RibbonCell } from '../api/shapes.js'
import { nameOfState } from './states.js'

/** More than this many cannot be told apart on a screen: neighbours of one state are shown as one. */
const MOST_CELLS = 240

/** The windows of a table in the order of time, coloured by state; one picture, and its summary in words. */
export function Ribbon({ cells }: { cells: readonly RibbonCell[] }) {
  return (
    <div class="ribbon" role="img" aria-label={summarise(cells)}>
      {joinCells(cells).map(({ state, missing, weight }, index) => (
        <span key={index} class={`cell ${state}${missing > 0 && state !== 'missing' ? ' gaps' : ''}`} style={{ flexGrow: weight }} />
      ))}
    </div>
  )
}

/** `18 history, 1 current, 9 ahead, 2 missing`. */
export function summarise(cells: readonly RibbonCell[]): string {
  if (cells.length === 0) return 'no windows'
  const counts = new Map<RibbonCell['state'], number>()
  for (const { state } of cells) counts.set(state, (counts.get(state) ?? 0) + 1)
  return `Windows: ${[...counts].map(([state, count]) => `${count} ${nameOfState(state).toLowerCase()}`).join(', ')}`
}

interface Joined {
  readonly state: RibbonCell['state']
  readonly missing: number
  readonly weight: number
}

function joinCells(cells: readonly RibbonCell[]): Joined[] {
  if (cells.length <= MOST_CELLS) return cells.map(({ state, missing }) => ({ state, missing, weight: 1 }))
  const most = Math.ceil(cells.length / MOST_CELLS)
  const joined: Joined[] = []
  for (const { state, missing } of cells) {
    const last = joined.at(-1)
    // What lacks a tenant's partition stays by itself, however small: it is what somebody looks for.
    if (last && last.state === state && last.weight < most && last.missing > 0 === missing > 0) {
      joined[joined.length - 1] = { state, missing: last.missing + missing, weight: last.weight + 1 }
    } else joined.push({ state, missing, weight: 1 })
  }
  return joined
}
