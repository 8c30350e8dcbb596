import type { AlertsReport, ChannelTest } from '@partman/dashboard'
import { formatPrintable } from './format-text.js'
import type { Output } from './output.js'

const COLOURS = { error: 'red', warning: 'yellow', info: 'dim' } as const

/** A check in lines: what is active and what to do about it, then what could not be delivered. */
export function formatAlerts({ outcome, active, deliveries }: AlertsReport, { style }: Pick<Output, 'style'>): string[] {
  const alerts = active.flatMap(({ rule, model, severity, message, nextStep, raisedAt }) => [
    `${style(COLOURS[severity], severity)} ${formatPrintable(message)} (${formatPrintable(rule)}${model === null ? '' : ` of ${formatPrintable(model)}`}, since ${raisedAt})`,
    `  ${formatPrintable(nextStep)}`,
  ])
  const failed = deliveries
    .filter((one) => one.outcome === 'failed')
    .map(({ channel, event, rule, error }) =>
      style('red', `${channel} could not be told that ${formatPrintable(rule)} was ${event}: ${formatPrintable(error ?? '')}`),
    )
  const delivered = deliveries.length - failed.length
  return [
    ...(outcome === 'standby' ? ['Nothing was looked for, and nobody told: the database is a standby.'] : []),
    ...(outcome === 'done' && active.length === 0 ? ['No alert is active.'] : alerts),
    ...failed,
    ...(delivered > 0 ? [style('dim', `${delivered} delivered.`)] : []),
  ]
}

export function formatChannelTests(tests: readonly ChannelTest[], { style }: Pick<Output, 'style'>): string[] {
  if (tests.length === 0) return ['There is no channel: pass --webhook or --slack, or name one in the environment.']
  return tests.map(({ channel, outcome, error }) =>
    outcome === 'delivered' ? `${channel}  delivered` : style('red', `${channel}  failed: ${formatPrintable(error ?? '')}`),
  )
}
