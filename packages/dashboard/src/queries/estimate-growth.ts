import type { z } from '@hono/zod-openapi'
import { parseDuration, policyLevels, type TablePolicy } from '@partman/core'
import type { Growth, RibbonCell } from '../api/schemas.js'

const DAY_MS = 86_400_000
/** The windows that growth is told by: those that were filled last. */
const WINDOWS = 14
const DAYS = { minute: 1 / 1_440, hour: 1 / 24, day: 1, week: 7, month: 30.4, quarter: 91.3, year: 365.25 } as const

/** Estimates how fast a table grows by the windows that were filled last. No samples of the past are kept. */
export function estimateGrowth({ policy }: TablePolicy, ribbon: readonly z.input<typeof RibbonCell>[]): z.input<typeof Growth> {
  const windows = policyLevels(policy).find(({ kind }) => kind === 'range' || kind === 'number-range')
  const filled = ribbon.filter(({ state, from, to }) => state === 'history' && from !== null && to !== null).slice(-WINDOWS)
  const [first, last] = [filled[0], filled.at(-1)]
  if (windows?.kind !== 'range' || !first?.from || !last?.to) return { samples: [], bytesPerDay: null, bytesAtRetention: null }
  const days = (Date.parse(last.to) - Date.parse(first.from)) / DAY_MS
  const bytesPerDay = filled.reduce((sum, { bytes }) => sum + bytes, 0) / days
  const { retention } = windows
  if (retention?.kind !== 'age') return { samples: [], bytesPerDay, bytesAtRetention: null }
  const { count, unit } = parseDuration(retention.after)
  return { samples: [], bytesPerDay, bytesAtRetention: bytesPerDay * count * DAYS[unit] }
}
