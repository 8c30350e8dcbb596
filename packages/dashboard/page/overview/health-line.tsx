import type { Finding, Overview, Run } from '../api/shapes.js'
import { countOf } from '../format/count.js'
import { formatDay, formatRelative } from '../format/instant.js'
import { resolveRunway } from '../format/runway.js'

interface Props {
  readonly overview: Overview
  readonly findings: readonly Finding[]
  readonly lastRun: Run | null
}

const DAY_MS = 86_400_000
const VERDICTS = { ok: 'All is well', warning: 'Needs a look', error: 'Needs somebody now' }
const MARKS = { ok: '✓', warning: '!', error: '✕' }

/** How things are, in one line, with what makes it so. */
export function HealthLine({ overview, findings, lastRun }: Props) {
  const { health, tables } = overview
  const reasons = findReasons(overview, findings, lastRun)
  return (
    <p class={`health ${health}`} role="status">
      <span class="health-mark" aria-hidden="true">
        {MARKS[health]}
      </span>
      <strong>{VERDICTS[health]}</strong>
      <span>
        {reasons.length > 0
          ? `${reasons.slice(0, 4).join('; ')}${reasons.length > 4 ? `; and ${reasons.length - 4} more` : ''}.`
          : `${countOf(tables.length, 'table')} with room for new rows.`}
      </span>
    </p>
  )
}

function findReasons({ now: text, tables, lease, hasBookkeeping }: Overview, findings: readonly Finding[], lastRun: Run | null): string[] {
  const now = Date.parse(text)
  const runways = tables.map((table) => ({ table, ...resolveRunway(table, now) }))
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  return [
    ...(hasBookkeeping ? [] : ['the database lacks the bookkeeping of partman']),
    ...runways
      .filter(({ urgency }) => urgency === 'out')
      .map(({ table, text, detail }) => `${table.model}: ${text.toLowerCase()}, ${detail}`),
    ...runways
      .filter(({ urgency }) => urgency === 'short')
      .map(({ table }) => `${table.model} runs out ${formatDay(table.until ?? now, now)}`),
    ...(lastRun?.outcome === 'failed' ? [`the last run failed at ${countOf(lastRun.counts.failed, 'step')}`] : []),
    ...(lastRun?.outcome === 'cut-off' ? ['the last run was cut off'] : []),
    ...(lease.lastRunAt === null ? ['no maintainer has ever run'] : []),
    ...(lease.lastRunAt !== null && now - Date.parse(lease.lastRunAt) > DAY_MS
      ? [`no maintainer was seen since ${formatRelative(Date.parse(lease.lastRunAt), now)}`]
      : []),
    ...(errors > 0 ? [countOf(errors, 'error')] : []),
    ...(warnings > 0 ? [countOf(warnings, 'warning')] : []),
  ]
}
