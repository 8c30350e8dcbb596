import type { z } from '@hono/zod-openapi'
import { policyLevels, type TablePolicy } from '@partman/core'
import type { Growth, RibbonCell } from '../api/schemas.js'
import { nominalDays } from './nominal-days.js'

const DAY_MS = 86_400_000
/** The windows that growth is told by: those that were filled last. */
const WINDOWS = 14

/** The samples that growth is told by where windows tell nothing: those of the last days. */
const SAMPLED_DAYS = 30

type Samples = z.input<typeof Growth>['samples']

/** Tells how a table has grown by its samples, and how fast it grows: by the windows that were filled last, or else by its samples. */
export function estimateGrowth(
  { policy }: TablePolicy,
  ribbon: readonly z.input<typeof RibbonCell>[],
  samples: Samples,
): z.input<typeof Growth> {
  const windows = policyLevels(policy).find(({ kind }) => kind === 'range' || kind === 'number-range')
  const bytesPerDay = (windows?.kind === 'range' ? growthOfWindows(ribbon) : null) ?? growthOfSamples(samples)
  const retention = windows?.kind === 'range' ? windows.retention : null
  if (bytesPerDay === null || retention?.kind !== 'age') return { samples, bytesPerDay, bytesAtRetention: null }
  return { samples, bytesPerDay, bytesAtRetention: bytesPerDay * nominalDays(retention.after) }
}

function growthOfWindows(ribbon: readonly z.input<typeof RibbonCell>[]): number | null {
  const filled = ribbon.filter(({ state, from, to }) => state === 'history' && from !== null && to !== null).slice(-WINDOWS)
  const [first, last] = [filled[0], filled.at(-1)]
  if (!first?.from || !last?.to) return null
  const days = (Date.parse(last.to) - Date.parse(first.from)) / DAY_MS
  return filled.reduce((sum, { bytes }) => sum + bytes, 0) / days
}

/** What went meanwhile hides what came, so that a table that shrank tells nothing. */
function growthOfSamples(samples: Samples): number | null {
  const last = samples.at(-1)
  if (!last) return null
  const first = samples.find(({ at }) => Date.parse(last.at) - Date.parse(at) <= SAMPLED_DAYS * DAY_MS)!
  const days = (Date.parse(last.at) - Date.parse(first.at)) / DAY_MS
  return days >= 1 && last.bytes >= first.bytes ? (last.bytes - first.bytes) / days : null
}
