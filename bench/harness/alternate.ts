import { type Figure, medianOf } from './figure.js'

/** Measures once; whatever has to be there first is made before the clock starts. */
export type Sample = () => Promise<number>

export interface Sides<Of> {
  readonly ours: Of
  /** What others do the same with; null where that is not here to be measured. */
  readonly peer: Of | null
  /** The least that PostgreSQL and the driver take for it. */
  readonly floor: Of | null
}

export interface Rounds {
  readonly rounds: number
  /** How many of the rounds measure the peer too, where it takes much longer. Default: all. */
  readonly peerRounds?: number
  /** Rounds at the beginning that do not count. Default 0. */
  readonly warmUps?: number
}

/** Measures all sides in turns, so that what else the machine does meets each of them alike. */
export async function alternate(sides: Sides<Sample>, { rounds, peerRounds = rounds, warmUps = 0 }: Rounds): Promise<Sides<Figure | null>> {
  const samples: Record<keyof Sides<Sample>, number[]> = { ours: [], peer: [], floor: [] }
  for (let round = -warmUps; round < rounds; round++) {
    for (const side of ['ours', 'peer', 'floor'] as const) {
      const sample = side === 'peer' && round >= peerRounds ? null : sides[side]
      const value = await sample?.()
      if (value !== undefined && round >= 0) samples[side].push(value)
    }
  }
  return { ours: medianOf(samples.ours), peer: medianOf(samples.peer), floor: medianOf(samples.floor) }
}

/** Milliseconds that something takes. */
export async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}
