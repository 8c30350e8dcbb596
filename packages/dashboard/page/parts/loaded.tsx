import type { ComponentChildren } from 'preact'
import type { Resource } from '../api/use-resource.js'
import { formatRelative } from '../format/instant.js'
import { ProblemView } from './problem-view.js'

interface Props<Data> {
  readonly of: Resource<Data>
  /** What is read, such as `the plan`. */
  readonly what: string
  /** How many lines to leave room for meanwhile. */
  readonly lines?: number
  readonly children: (data: Data) => ComponentChildren
}

/** Shows what was read; before that, that it is coming; and where reading failed, why, beside what was seen last. */
export function Loaded<Data>({ of: { data, problem, seenAt, reload }, what, lines = 4, children }: Props<Data>) {
  if (data === null && problem !== null) return <ProblemView problem={problem} onRetry={reload} />
  if (data === null) return <Skeleton what={what} lines={lines} />
  return (
    <>
      {problem !== null && seenAt !== null && (
        <div class="stale" role="status">
          <strong>{problem.title}.</strong> This is what was seen {formatRelative(seenAt, Date.now())}.{' '}
          <button type="button" class="link" onClick={reload}>
            Try again
          </button>
        </div>
      )}
      {children(data)}
    </>
  )
}

function Skeleton({ what, lines }: { what: string; lines: number }) {
  return (
    <div class="skeleton" role="status">
      <span class="hidden">Reading {what}…</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  )
}
