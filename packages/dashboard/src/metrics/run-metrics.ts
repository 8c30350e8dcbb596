import { hasFailed } from '../queries/assess-health.js'
import type { RunTotals } from '../queries/observe-bookkeeping.js'
import { type Metric, type Observed, single } from './metric.js'

function total(figure: (totals: RunTotals) => number): Metric['samples'] {
  return ({ bookkeeping: { totals } }: Observed) => single(totals && figure(totals))
}

function perLastRun(figure: (lastRunAt: number, observed: Observed) => number): Metric['samples'] {
  return (observed) => {
    const { lastRunAt } = observed.bookkeeping.lease
    return single(lastRunAt === null ? null : figure(Date.parse(lastRunAt), observed))
  }
}

/** What the maintainer did, idle runs included. The database adds up, so that it matters not which process is asked. */
export const RUN_METRICS: readonly Metric[] = [
  { name: 'partman_runs_total', help: 'Runs of the maintainer that ended.', type: 'counter', samples: total(({ runs }) => runs) },
  {
    name: 'partman_failed_runs_total',
    help: 'Runs that failed; one whose lease has gone to another is cut off instead.',
    type: 'counter',
    samples: total(({ failedRuns }) => failedRuns),
  },
  {
    name: 'partman_cut_off_runs_total',
    help: 'Runs that were begun and never ended, or ended after another had their lease.',
    type: 'counter',
    samples: total(({ cutOffRuns }) => cutOffRuns),
  },
  { name: 'partman_run_seconds_total', help: 'Time that runs took.', type: 'counter', samples: total(({ runMs }) => runMs / 1_000) },
  {
    name: 'partman_last_run_duration_seconds',
    help: 'Time that the last run took.',
    type: 'gauge',
    samples: total(({ lastRunMs }) => lastRunMs / 1_000),
  },
  {
    name: 'partman_statements_total',
    help: 'Statements that runs sent.',
    type: 'counter',
    samples: total(({ statements }) => statements),
  },
  { name: 'partman_failed_steps_total', help: 'Steps that failed.', type: 'counter', samples: total(({ failedSteps }) => failedSteps) },
  {
    name: 'partman_lock_retries_total',
    help: 'How often a step met a lock, and was tried again.',
    type: 'counter',
    samples: total(({ lockRetries }) => lockRetries),
  },
  {
    name: 'partman_lock_wait_seconds_total',
    help: 'Time that steps waited for others after they were begun.',
    type: 'counter',
    samples: total(({ lockWaitMs }) => lockWaitMs / 1_000),
  },
  {
    name: 'partman_bookkeeping_installed',
    help: 'Whether the database has the schema partman.',
    type: 'gauge',
    samples: ({ overview }) => single(Number(overview.hasBookkeeping)),
  },
  {
    name: 'partman_lease_held',
    help: 'Whether a maintainer is at work.',
    type: 'gauge',
    samples: ({ bookkeeping }) => single(Number(bookkeeping.lease.holder !== null)),
  },
  {
    name: 'partman_last_run_timestamp_seconds',
    help: 'When the last run of the maintainer ended; absent where there was none.',
    type: 'gauge',
    samples: perLastRun((lastRunAt) => lastRunAt / 1_000),
  },
  {
    name: 'partman_last_run_age_seconds',
    help: 'How long ago that was, by the clock of the database.',
    type: 'gauge',
    samples: perLastRun((lastRunAt, { overview }) => (Date.parse(overview.now) - lastRunAt) / 1_000),
  },
  {
    name: 'partman_last_run_failed',
    help: 'Whether the last run failed; absent where there was none.',
    type: 'gauge',
    samples: ({ bookkeeping }) => single(bookkeeping.lease.lastRunAt === null ? null : Number(hasFailed(bookkeeping))),
  },
]
