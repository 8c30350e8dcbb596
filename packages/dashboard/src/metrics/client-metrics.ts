import type { Metric } from './metric.js'

/** What an extended client has counted of one model, as its `$partman().pruningCounts()` tells. */
export interface PruningCounts {
  /** Queries that bind a key of some level, those whose range was added as their id tells it included. */
  readonly pruned: number
  /** Of these, those whose range was added. */
  readonly derived: number
  readonly unpruned: number
  /** Not pruned, and meant to be. */
  readonly allowed: number
}

/** What the extended client of this process has counted, where the dashboard was given it. */
export const CLIENT_METRICS: readonly Metric[] = [
  {
    name: 'partman_queries_total',
    help: 'Queries of the extended client of this process on partitioned models, by whether PostgreSQL can leave partitions out.',
    type: 'counter',
    samples: ({ dashboard, overview }) =>
      Object.entries(dashboard.options.pruningCounts?.() ?? {})
        .filter(([model]) => overview.tables.some((table) => table.model === model))
        .flatMap(([model, { pruned, unpruned, allowed }]) =>
          Object.entries({ pruned, unpruned, allowed }).map(([pruning, value]) => ({ labels: { model, pruning }, value })),
        ),
  },
]
