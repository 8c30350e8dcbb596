/** A generator of numbers from 0 up to 1 that gives the same ones for the same seed. */
export type Random = () => number

/** Mulberry32, by Tommy Ettinger. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One of the values, each as often as its weight says. */
export function pick<T>(random: Random, choices: readonly (readonly [value: T, weight: number])[]): T {
  let left = random() * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of choices) {
    left -= weight
    if (left < 0) return value
  }
  return choices[choices.length - 1]![0]
}

/** A UUID of version 7 for an instant (milliseconds since 1970). */
export function uuidAt(random: Random, at: number): string {
  const time = at.toString(16).padStart(12, '0')
  const noise = [random(), random(), random()]
    .map((part) =>
      Math.floor(part * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('')
  const variant = '89ab'[Math.floor(random() * 4)]
  return `${time.slice(0, 8)}-${time.slice(8)}-7${noise.slice(0, 3)}-${variant}${noise.slice(3, 6)}-${noise.slice(6, 18)}`
}
