const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** Up to a million in full, then short. */
export function formatCount(count: number): string {
  return Math.abs(count) < 1_000_000 ? WHOLE.format(count) : SHORT.format(count)
}

/** `1 step`, `2 steps`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
