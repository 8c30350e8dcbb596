import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { TableDetail } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { formatDay, formatInstant } from '../format/instant.js'

const HEIGHT_PX = 200
const DAY_S = 86_400
/** Steps of the scale that are round where bytes are counted by 1024. */
const STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power)

/** The size of a table over time; the same in words for whoever cannot see it. */
export function GrowthChart({ samples }: { samples: TableDetail['growth']['samples'] }) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = place.current
    if (!element) return
    let chart: uPlot | undefined
    const draw = () => {
      chart?.destroy()
      chart = new uPlot(optionsFor(element), dataOf(samples), element)
    }
    draw()
    const observer = new ResizeObserver(() => chart?.setSize({ width: element.clientWidth, height: HEIGHT_PX }))
    observer.observe(element)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    window.addEventListener('partman:theme', draw)
    return () => {
      observer.disconnect()
      scheme.removeEventListener('change', draw)
      window.removeEventListener('partman:theme', draw)
      chart?.destroy()
    }
  }, [samples])
  const [first, last] = [samples[0], samples.at(-1)]
  const summary =
    first && last
      ? `From ${formatBytes(first.bytes)} at ${formatInstant(first.at)} to ${formatBytes(last.bytes)} at ${formatInstant(last.at)}`
      : ''
  return <div class="chart" ref={place} role="img" aria-label={`Size over time. ${summary}`} />
}

function dataOf(samples: TableDetail['growth']['samples']): uPlot.AlignedData {
  return [samples.map(({ at }) => Date.parse(at) / 1_000), samples.map(({ bytes }) => bytes)]
}

/** A canvas knows no custom properties: it gets the colours as they are computed. */
function optionsFor(element: HTMLElement): uPlot.Options {
  const { color, borderColor, outlineColor } = getComputedStyle(element)
  const axis = { stroke: color, grid: { stroke: borderColor, width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' }
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, most * 1.1 || 1] } },
    axes: [
      {
        ...axis,
        values: (_, ticks, __, ___, step) =>
          ticks.map((at) => (step < DAY_S ? formatInstant(at * 1_000).slice(5, -3) : formatDay(at * 1_000, Date.now()))),
      },
      { ...axis, size: 72, incrs: STEPS, values: (_, ticks) => ticks.map(formatBytes) },
    ],
    series: [
      {},
      { stroke: outlineColor, width: 2, fill: outlineColor.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)'), points: { show: false } },
    ],
  }
}
