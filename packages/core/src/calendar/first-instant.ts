/** The last instant that a search goes to: the calendar of PostgreSQL's four-digit years. */
const LAST_INSTANT = Date.UTC(9999, 0, 1)

/**
 * Finds the first instant (milliseconds since 1970) from which on something holds; the calendar only counts back from an
 * instant, so the instant is searched for. What holds once must hold for ever after. Undefined where it never does.
 */
export function firstInstant(holds: (instant: number) => boolean, from = 0): number | undefined {
  let [early, late] = [from, LAST_INSTANT]
  if (!holds(late)) return undefined
  while (early < late) {
    const middle = Math.floor((early + late) / 2)
    if (holds(middle)) late = middle
    else early = middle + 1
  }
  return late
}
