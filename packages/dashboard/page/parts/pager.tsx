interface Props {
  readonly hasBefore: boolean
  readonly next: string | null
  readonly shown: string
  readonly onFirst: () => void
  readonly onNext: (cursor: string) => void
}

/** Goes through a list by its pages: on, and back to the beginning. */
export function Pager({ hasBefore, next, shown, onFirst, onNext }: Props) {
  if (!hasBefore && next === null) return <p class="pager muted">{shown}</p>
  return (
    <nav class="pager" aria-label="Pages">
      <span class="muted">{shown}</span>
      <button type="button" class="button small" disabled={!hasBefore} onClick={onFirst}>
        First page
      </button>
      <button type="button" class="button small" disabled={next === null} onClick={() => next !== null && onNext(next)}>
        Next page
      </button>
    </nav>
  )
}
