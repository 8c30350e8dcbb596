import { z } from '@hono/zod-openapi'
import { formatMetrics } from '../metrics/format-metrics.js'
import { observeMetrics } from '../metrics/observe-metrics.js'
import { observeOverview } from '../queries/overview.js'
import { visibleTables } from './context.js'
import { read } from './endpoint.js'
import { ProblemError } from './problem.js'
import { Health, Me, Overview } from './schemas.js'

const OverviewQuery = z.object({
  sizes: z
    .enum(['measured', 'estimated'])
    .default('measured')
    .meta({ description: 'estimated: as the catalog knew last, several times faster where there are thousands of partitions' }),
})

export const overviewEndpoints = [
  read({
    path: '/health',
    summary: 'Whether the database answers',
    role: null,
    answer: Health,
    respond: async ({ observeHealth, logger }) => {
      try {
        await observeHealth()
        return { status: 'ok' as const }
      } catch (error) {
        logger.error({ err: error }, 'the database does not answer')
        throw new ProblemError('DATABASE_UNAVAILABLE', 'The database did not answer')
      }
    },
  }),
  read({
    path: '/me',
    summary: 'Who asks, and what they may do',
    role: 'none',
    answer: Me,
    respond: async (_, { access }) => ({ user: access.user, role: access.role }),
  }),
  read({
    path: '/overview',
    summary: 'Every table in a few figures',
    role: 'viewer',
    query: OverviewQuery,
    answer: Overview,
    respond: async (dashboard, { access, query }) =>
      (await observeOverview(dashboard, visibleTables(dashboard, access), query.sizes)).overview,
  }),
  read({
    path: '/metrics',
    summary: 'The figures of the overview, in the text format of Prometheus',
    role: 'viewer',
    answer: 'text/plain; version=0.0.4; charset=utf-8',
    respond: async (dashboard, { access }) =>
      formatMetrics(await observeMetrics({ ...dashboard, database: dashboard.metricReads }, access)),
  }),
]
