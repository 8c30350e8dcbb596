import { hasRunSince } from '../queries/assess-health.js'
import { nominalDays } from '../queries/nominal-days.js'
import type { FoundAlert, Ruling } from './alert-rule.js'
import { formatCount, formatDays, formatList, formatMinute } from './format-alert.js'
import type { AlertFacts } from './observe-facts.js'
import type { ResolvedRules } from './resolve-rules.js'

type Found = Omit<FoundAlert, 'rule' | 'model'>

const DAY_MS = 86_400_000

/** A run that is under way may end well, and may be cut off. */
export function findUnseenMaintainer({ now, bookkeeping: { lease }, trouble }: AlertFacts, { unseenAfter }: ResolvedRules): Ruling<Found> {
  const { lastRunAt } = lease
  const days = lastRunAt === null ? Number.POSITIVE_INFINITY : (now - Date.parse(lastRunAt)) / DAY_MS
  if (days <= nominalDays(unseenAfter)) return []
  if (trouble === null || trouble.isAtWork) return 'unknown'
  return [
    {
      severity: 'warning',
      message:
        lastRunAt === null
          ? 'No maintainer has ever ended a run: nobody makes partitions ahead'
          : `No run of the maintainer has ended since ${formatMinute(lastRunAt)}, ${formatDays(days)} ago: nobody makes partitions ahead`,
      nextStep: 'See to it that `partman maintain` runs again and again, or that the application starts its maintainer.',
    },
  ]
}

export function findFailedRun({ trouble, bookkeeping: { lease, lastRun } }: AlertFacts): Ruling<Found> {
  if (trouble === null) return 'unknown'
  const { failed } = trouble
  if (failed === null || lastRun === null || hasRunSince(lastRun, lease)) return []
  const where = failed.steps === 0 ? 'before its first step' : `at ${formatCount(failed.steps, 'step')}, of ${formatList(failed.models)}`
  return [
    {
      severity: 'error',
      message: `Run ${failed.id} of the maintainer, the last one, failed ${where}`,
      nextStep: `Run ${failed.id} in the dashboard says why, and so does the output of \`partman maintain\`. What failed is tried again by each run.`,
    },
  ]
}

export function findCutOffRuns({ trouble }: AlertFacts, { cutOffTimes }: ResolvedRules): Ruling<Found> {
  if (trouble === null) return 'unknown'
  const { cutOff } = trouble
  if (cutOff < cutOffTimes) return []
  return [
    {
      severity: 'warning',
      message: `${formatCount(cutOff, 'run')} of the maintainer ${cutOff === 1 ? 'was' : 'were'} cut off within a day`,
      nextStep:
        'Look what ends its process: a time limit (`partman maintain --budget` keeps to one), memory, or deployments without SIGTERM.',
    },
  ]
}

export function findLockWaits({ trouble }: AlertFacts, { waitSeconds, waitRetries }: ResolvedRules): Ruling<Found> {
  if (trouble === null) return 'unknown'
  const { lockRetries, lockWaitMs } = trouble
  const seconds = Math.round(lockWaitMs / 1000)
  if (lockWaitMs <= waitSeconds * 1000 && lockRetries <= waitRetries) return []
  return [
    {
      severity: 'warning',
      message: `Steps of the last hour waited ${formatCount(seconds, 'second')} for locks of others, and were put off ${formatCount(lockRetries, 'time')}`,
      nextStep: 'The runs in the dashboard name the sessions that stood in the way. Long transactions are the most common ones.',
    },
  ]
}
