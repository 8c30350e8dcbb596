import { useEffect, useState } from 'preact/hooks'
import type { TableDetail } from '../api/shapes.js'
import { formatBytes } from '../format/bytes.js'
import { Empty } from '../parts/empty.js'

type Growth = TableDetail['growth']

/** How a table grows, and where that ends. */
export function GrowthPanel({ growth, retention }: { growth: Growth; retention: string | null }) {
  const { samples, bytesPerDay, bytesAtRetention } = growth
  return (
    <section class="panel" aria-labelledby="growth-title">
      <header class="panel-head">
        <h2 id="growth-title">Growth</h2>
        <span class="muted">
          {bytesPerDay === null ? 'No estimate yet' : `About ${formatBytes(bytesPerDay)} a day`}
          {bytesAtRetention !== null && `; ${formatBytes(bytesAtRetention)} once the retention is reached`}
          {bytesAtRetention === null && retention === null && '; nothing is retired, so it grows without end'}
        </span>
      </header>
      {samples.length < 2 ? (
        <Empty title="No samples of its size yet">The maintainer keeps a few of them; a chart needs two.</Empty>
      ) : (
        <LazyChart samples={samples} />
      )}
    </section>
  )
}

type Chart = typeof import('./growth-chart.js')['GrowthChart']

/** The chart's library comes once there is something to draw. */
function LazyChart({ samples }: { samples: Growth['samples'] }) {
  const [Loaded, setLoaded] = useState<{ chart: Chart } | null>(null)
  useEffect(() => {
    let isGone = false
    void import('./growth-chart.js').then(({ GrowthChart }) => {
      if (!isGone) setLoaded({ chart: GrowthChart })
    })
    return () => {
      isGone = true
    }
  }, [])
  return Loaded ? <Loaded.chart samples={samples} /> : <div class="chart" />
}
