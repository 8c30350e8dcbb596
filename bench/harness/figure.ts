/** What one side of a benchmark came to. */
export interface Figure {
  readonly value: number
  /** All that was measured, in the order of the rounds. */
  readonly samples: readonly number[]
}

export function medianOf(samples: readonly number[]): Figure | null {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const values = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return values.length === 0 ? null : { value: values.reduce((sum, value) => sum + value, 0) / values.length, samples }
}

/** How many times the one is the other; null where either was not measured, or nothing. */
export function ratioOf(figure: Figure | null, other: Figure | null): number | null {
  return figure === null || other === null || other.value === 0 ? null : figure.value / other.value
}
