/** A length of time in fixed units; a day is 24 hours. */
export interface ClockStep {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
}

/** A clock that stands still until a test moves it. */
export interface SimulatedClock {
  now(): Date
  /** Moves to an instant, an ISO 8601 text with an offset. */
  set(iso: string): void
  /** Moves by milliseconds or by days, hours, minutes and seconds; negative values move back. */
  advance(by: number | ClockStep): void
}

/** A clock that stands at `startIso` (ISO 8601 with an offset). Throws RangeError for a text that is no instant. */
export function simulatedClock(startIso: string): SimulatedClock {
  let at = parseInstant(startIso)
  return {
    now: () => new Date(at),
    set(iso) {
      at = parseInstant(iso)
    },
    advance(by) {
      at += typeof by === 'number' ? by : milliseconds(by)
    },
  }
}

function milliseconds({ days = 0, hours = 0, minutes = 0, seconds = 0 }: ClockStep): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
}

function parseInstant(iso: string): number {
  const at = /(Z|[+-]\d{2}:\d{2})$/.test(iso) ? Date.parse(iso) : Number.NaN
  if (Number.isNaN(at)) throw new RangeError(`"${iso}" is not an instant such as 2026-01-31T00:00:00Z.`)
  return at
}
