import { parseDuration } from '@partman/core'
import { WEEK_STARTS } from './annotation-rules.js'
import type { ScalarValue } from './parse-value.js'
import type { Problem } from './problem.js'

const LOCAL_DATE = /^\d{4}-\d\d-\d\d$/
const LOCAL_DATE_TIME = /^(\d{4}-\d\d-\d\d) ([01]\d|2[0-3]):[0-5]\d$/
/** Every month has as many days. */
const LAST_DAY = 28

type Given = ReadonlyMap<string, ScalarValue>

/** Resolves `origin` or `weekStart` to the date that windows are counted from; null where neither says, or an error was found. */
export function resolveOrigin(given: Given, interval: string | undefined, errors: Problem[]): string | null {
  const [origin, weekStart] = [given.get('origin'), given.get('weekStart')]
  if (origin && weekStart) {
    const hint = 'Keep one of the two: an origin says what day a week begins on, too.'
    errors.push({ position: weekStart.position, message: '"weekStart" is given beside "origin"', hint })
    return null
  }
  if (weekStart) return resolveWeekStart(weekStart, interval, errors)
  return origin && isOrigin(origin, interval, errors) ? origin.text : null
}

function resolveWeekStart({ text, position }: ScalarValue, interval: string | undefined, errors: Problem[]): string | null {
  if (interval !== undefined && parseDuration(interval).unit !== 'week') {
    const hint = 'Write interval: "1 week", or remove weekStart.'
    errors.push({ position, message: `"weekStart" says what day a week begins on, but interval is "${interval}"`, hint })
  }
  return WEEK_STARTS[text as keyof typeof WEEK_STARTS]
}

function isOrigin({ text, position }: ScalarValue, interval: string | undefined, errors: Problem[]): boolean {
  const date = LOCAL_DATE.test(text) ? text : LOCAL_DATE_TIME.exec(text)?.[1]
  if (date === undefined || !isDate(date)) {
    const hint = 'For example origin: "2024-04-01", or "2024-04-01 06:00" where the interval is counted in hours or minutes.'
    errors.push({ position, message: `"${text}" is not a local date`, hint })
    return false
  }
  if (interval === undefined) return false
  const { unit } = parseDuration(interval)
  if (unit === 'minute' || unit === 'hour') return true
  if (date !== text) {
    errors.push({
      position,
      message: `origin has a time of day, but partitions of "${interval}" begin with a day`,
      hint: `Write origin: "${date}"`,
    })
    return false
  }
  if (unit === 'day' || unit === 'week' || Number(date.slice(8)) <= LAST_DAY) return true
  const message = `Not every month has a day ${date.slice(8)}, and partitions of "${interval}" begin on the same one each time`
  errors.push({ position, message, hint: `Name the ${LAST_DAY}th of a month, or an earlier day.` })
  return false
}

/** Resolves `start`; null where it is absent or wrong. */
export function resolveStart(start: ScalarValue | undefined, errors: Problem[]): string | null {
  if (!start) return null
  if (start.kind === 'string' && LOCAL_DATE.test(start.text) && isDate(start.text)) return start.text
  const written = start.kind === 'string' ? `"${start.text}"` : start.text
  errors.push({ position: start.position, message: `${written} is not a local date`, hint: 'For example start: "2024-01-01"' })
  return null
}

function isDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date)
}
