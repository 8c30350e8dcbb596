import type { BenchmarkResult } from './benchmark.js'

/** A result for people: the sides beside each other, and whether the bar holds. */
export function formatResult(result: BenchmarkResult): string {
  const { unit, ratioToPeer, ratioToFloor, samples, holds, bar, missed, notes, seconds } = result
  const row = (side: 'ours' | 'peer' | 'floor', ratio: number | null) => {
    const of = samples[side] ?? []
    const value = result[side]
    if (value === null) return `  ${side.padEnd(6)}${'not measured'.padStart(16)}`
    const spread = of.length > 1 ? `${formatNumber(Math.min(...of))} .. ${formatNumber(Math.max(...of))}, ${of.length} samples` : ''
    const times = ratio === null ? '' : `ours is ${formatNumber(ratio)} x`
    return `  ${side.padEnd(6)}${`${formatNumber(value)} ${unit}`.padStart(16)}  ${times.padEnd(16)} ${spread}`.trimEnd()
  }
  return [
    row('ours', null),
    row('peer', ratioToPeer),
    row('floor', ratioToFloor),
    `  bar   ${holds ? 'holds' : 'MISSED'}: ${bar}${holds ? '' : ` — missed: ${missed.join('; ')}`}`,
    ...notes.map((note) => `  · ${note}`),
    `  (${seconds.toFixed(0)} s)`,
  ].join('\n')
}

function formatNumber(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3).replace(/\.?0+$/, '')
}
