import type { Servers } from '../servers/servers.js'
import type { Sides } from './alternate.js'
import { type Condition, doHold, formatBar } from './condition.js'
import { type Figure, ratioOf } from './figure.js'

/** What a benchmark has measured, and what is asked of it. */
export interface Measured extends Sides<Figure | null> {
  readonly bar: readonly Condition[]
  /** What the sides are, and what else there is to know. */
  readonly notes: readonly string[]
}

/** What `--json` prints of a benchmark. */
export interface BenchmarkResult {
  readonly name: string
  readonly unit: string
  readonly ours: number | null
  readonly peer: number | null
  readonly floor: number | null
  /** ours / peer: below 1, ours takes less. */
  readonly ratioToPeer: number | null
  /** ours / floor. */
  readonly ratioToFloor: number | null
  readonly bar: string
  /** Whether all parts of the bar hold that were measured. */
  readonly holds: boolean
  readonly missed: readonly string[]
  readonly samples: Sides<readonly number[]>
  readonly notes: readonly string[]
  /** How long the benchmark took in all. */
  readonly seconds: number
}

/** A benchmark in its full size, or so small that it only shows that it works. */
export interface Benchmark {
  readonly name: string
  readonly title: string
  run(servers: Servers, scale: Scale): Promise<BenchmarkResult>
}

export type Scale = 'full' | 'tiny'

export interface BenchmarkDeclaration<Size> {
  readonly name: string
  readonly title: string
  readonly unit: string
  readonly sizes: Readonly<Record<Scale, Size>>
  measure(servers: Servers, size: Size): Promise<Measured>
}

export function defineBenchmark<Size>({ name, title, unit, sizes, measure }: BenchmarkDeclaration<Size>): Benchmark {
  return {
    name,
    title,
    async run(servers, scale) {
      const begun = performance.now()
      const { ours, peer, floor, bar, notes } = await measure(servers, sizes[scale])
      return {
        name,
        unit,
        ours: rounded(ours?.value),
        peer: rounded(peer?.value),
        floor: rounded(floor?.value),
        ratioToPeer: rounded(ratioOf(ours, peer)),
        ratioToFloor: rounded(ratioOf(ours, floor)),
        bar: formatBar(bar),
        holds: doHold(bar),
        missed: bar.filter(({ holds }) => holds === false).map(({ text }) => text),
        samples: { ours: roundedAll(ours) ?? [], peer: roundedAll(peer), floor: roundedAll(floor) },
        notes,
        seconds: rounded((performance.now() - begun) / 1000) ?? 0,
      }
    },
  }
}

/** Four digits say all that a machine with other things to do can tell. */
function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value.toPrecision(4))
}

function roundedAll(figure: Figure | null): number[] | null {
  return figure === null ? null : figure.samples.map((sample) => rounded(sample) ?? 0)
}
