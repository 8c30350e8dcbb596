import { useState } from 'preact/hooks'
import type { RibbonCell } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { countOf, formatCount } from '../format/count.js'
import { formatEdge } from '../format/instant.js'
import { Empty } from '../parts/empty.js'
import { StateMark } from '../parts/state-mark.js'
import { nameOfState } from '../parts/states.js'

/** A page of windows that can be told apart, and chosen, on any screen. */
const MOST_WINDOWS = 180

/** The windows of a table in large: a bar for the size of each, and its state below. Arrow keys go from one to the next. */
export function WindowRibbon({ cells, timeZone }: { cells: readonly RibbonCell[]; timeZone: string | null }) {
  const present = Math.max(
    0,
    cells.findIndex(({ state }) => state === 'current'),
  )
  const [chosen, setChosen] = useState<string | null>(null)
  const [start, setStart] = useState<number | null>(null)
  if (cells.length === 0) return <Empty title="No windows">The table has no partitions yet.</Empty>

  const from = Math.max(0, Math.min(start ?? present - Math.floor(MOST_WINDOWS * 0.75), cells.length - MOST_WINDOWS))
  const shown = cells.slice(from, from + MOST_WINDOWS)
  const found = shown.findIndex((cell) => keyOf(cell) === chosen)
  const index = found >= 0 ? found : Math.max(0, Math.min(present - from, shown.length - 1))
  const cell = shown[index]!
  const most = Math.max(1, ...shown.map(({ bytes }) => bytes))
  const choose = (next: number) => setChosen(keyOf(shown[Math.max(0, Math.min(shown.length - 1, next))]!))

  return (
    <div class="windows">
      {cells.length > MOST_WINDOWS && (
        <p class="windows-pages">
          <span class="muted">
            Windows {formatCount(from + 1)} to {formatCount(from + shown.length)} of {formatCount(cells.length)}
          </span>
          <button type="button" class="button small" disabled={from === 0} onClick={() => setStart(from - MOST_WINDOWS)}>
            Earlier
          </button>
          <button
            type="button"
            class="button small"
            disabled={from + MOST_WINDOWS >= cells.length}
            onClick={() => setStart(from + MOST_WINDOWS)}
          >
            Later
          </button>
        </p>
      )}
      <div
        class="windows-strip"
        role="slider"
        tabIndex={0}
        aria-label="Window"
        aria-valuemin={1}
        aria-valuemax={shown.length}
        aria-valuenow={index + 1}
        aria-valuetext={describe(cell, timeZone)}
        onKeyDown={(event) => {
          const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: shown.length - 1 }[event.key]
          if (next === undefined) return
          event.preventDefault()
          choose(next)
        }}
      >
        {shown.map((one, position) => (
          <span
            key={keyOf(one)}
            class={`window${position === index ? ' chosen' : ''}`}
            onPointerEnter={(event) => event.pointerType === 'mouse' && choose(position)}
            onPointerDown={() => choose(position)}
          >
            <span class="window-bar" style={{ height: `${one.bytes === 0 ? 0 : Math.max(4, (one.bytes / most) * 100)}%` }} />
            <span class={`cell ${one.state}${one.missing > 0 && one.state !== 'missing' ? ' gaps' : ''}`} />
          </span>
        ))}
      </div>
      <p class="windows-axis muted small" aria-hidden="true">
        <span>{formatEdge(shown[0]?.from ?? null, timeZone)}</span>
        <span>{formatEdge(shown.findLast(({ to }) => to !== null)?.to ?? null, timeZone)}</span>
      </p>
      <p class="windows-detail">
        <strong class="nowrap">{nameOfWindow(cell, timeZone)}</strong>
        <StateMark state={cell.state} />
        <span>{countOf(cell.partitions, 'partition')}</span>
        {cell.missing > 0 && <span class="bad">{formatCount(cell.missing)} missing</span>}
        <span>{formatBytes(cell.bytes)}</span>
        <span>{cell.rows === null ? 'rows not known' : `about ${formatCount(cell.rows)} rows`}</span>
      </p>
    </div>
  )
}

function keyOf({ from, to, state }: RibbonCell): string {
  return JSON.stringify(from === null && to === null ? [state] : [from, to])
}

function nameOfWindow({ from, to }: RibbonCell, timeZone: string | null): string {
  return from === null && to === null ? 'No window' : `${formatEdge(from, timeZone)} – ${formatEdge(to, timeZone)}`
}

function describe(cell: RibbonCell, timeZone: string | null): string {
  const missing = cell.missing > 0 ? `, ${cell.missing} missing` : ''
  return `${nameOfWindow(cell, timeZone)}: ${nameOfState(cell.state)}, ${countOf(cell.partitions, 'partition')}${missing}, ${formatBytes(cell.bytes)}`
}
