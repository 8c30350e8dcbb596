import type { TableSummary } from '../api/shapes.js'
import { formatDay, formatEdge } from './instant.js'

/** How long a table still has room for new rows, and how soon somebody should care. */
export interface Runway {
  readonly urgency: 'out' | 'short' | 'fine' | 'none'
  /** In a few words, such as `27 days ahead`. */
  readonly text: string
  /** What comes of it, such as `runs out 19 Dec`. */
  readonly detail: string
  /** How much of what is to be ahead is there, 0 to 1; null where nobody can tell. */
  readonly share: number | null
}

const DAYS: Readonly<Record<string, number>> = { minute: 1 / 1_440, hour: 1 / 24, day: 1, week: 7, month: 30, quarter: 91, year: 365 }

/** Short is less than half of the windows that are to be ahead: the same as the health of the API has it. */
export function resolveRunway(table: TableSummary, now: number): Runway {
  const { state, runwayDays, until } = table
  if (state === 'missing') return { urgency: 'out', text: 'No table', detail: 'it is declared, and not there', share: null }
  if (state === 'plain') return { urgency: 'out', text: 'Not partitioned', detail: 'it is a plain table', share: null }
  if (runwayDays === null) return { urgency: 'none', ...withoutTime(table), share: null }
  const wanted = wantedDays(table)
  const share = wanted === null ? null : Math.min(1, Math.max(0, runwayDays / wanted))
  if (runwayDays <= 0) {
    return {
      urgency: 'out',
      text: 'Ran out',
      detail: until === null ? 'rows are refused' : `rows are refused since ${formatDay(until, now)}`,
      share: 0,
    }
  }
  const detail = until === null ? '' : `runs out ${formatDay(until, now)}`
  return { urgency: wanted !== null && runwayDays < wanted / 2 ? 'short' : 'fine', text: `${lengthOf(runwayDays)} ahead`, detail, share }
}

/** Days that are to be ahead, by the declaration. */
function wantedDays({ interval, premake }: TableSummary): number | null {
  const [, count = '1', unit = ''] = /^(\d+)?\s*([a-z]+?)s?$/.exec(interval ?? '') ?? []
  const days = DAYS[unit]
  return days === undefined || premake === null ? null : premake * Number(count) * days
}

function lengthOf(days: number): string {
  if (days < 1 / 24) return `${Math.floor(days * 1_440)} min`
  if (days < 2) return `${Math.floor(days * 24)} hours`
  return `${Math.floor(days).toLocaleString('en')} days`
}

function withoutTime({ until, levels }: TableSummary): { text: string; detail: string } {
  if (levels.some(({ kind }) => kind === 'number-range')) {
    return { text: until === null ? 'By number' : `Up to ${formatEdge(until, null)}`, detail: 'runs ahead of its highest number' }
  }
  if (levels.some(({ kind }) => kind === 'range')) return { text: 'No end', detail: 'its last partition has no upper bound' }
  return { text: 'No windows', detail: 'nothing runs out' }
}
